import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { household, hours, play, reading, readings, START_MS } from './feed.ts'
import { noise, usualLitres } from './life-timeline.ts'
import { RECEIVED_MS, ticks, type Change } from './trend-village.ts'

const STUCK_DAY = 40
const DAYS = 56
const LITRES: Change = (litres) => litres
const BASE_KWH = 0.05

/**
 * `raise drop` and the like, of a home with a water and an electricity meter whose people use both together.
 * @param neighbours what their electricity does
 */
function said(water: Change, electricity: Change, neighbours: readonly Change[] = []): string[] {
  const homes = [electricity, ...neighbours]
  const feed = [...hours(START_MS, START_MS + DAYS * DAY_MS)].map((timeMs) => {
    const n = (timeMs - START_MS) / HOUR_MS - 1
    const [day, hour] = [Math.floor(n / 24), n % 24]
    const more = { receivedAtMs: RECEIVED_MS } as const
    return readings(
      ...homes.flatMap((power, home) => {
        const used = usualLitres(hour, n, 3 + home)
        const kWh = BASE_KWH + 0.02 * Math.round(10 * noise(n, 5 + home)) * Number(used > 0)
        return [
          reading(`W${home}`, timeMs, home === 0 ? water(used, day, hour) : used, more),
          reading(`E${home}`, timeMs, power(kWh, day, hour), { ...more, kind: 'electricity' as const }),
        ]
      }),
    )
  })
  const households = homes.map((_, home) =>
    household(home === 0 ? 'H' : `n${home}`, [
      [`W${home}`, 'water'],
      [`E${home}`, 'electricity'],
    ]),
  )
  const { findings } = play([
    { type: 'households', receivedAtMs: RECEIVED_MS, households },
    ...feed,
    ...ticks(),
  ])
  return findings
    .filter(({ household, kind }) => household === 'H' && ['drop', 'decline', 'surge'].includes(kind))
    .map(({ type, kind }) => `${type} ${kind}`)
}

const from =
  (day: number, to: (amount: number) => number): Change =>
  (amount, at, hour) =>
    at > day || (at === day && hour >= 15) ? to(amount) : amount

describe('a dial that is stuck while people live as usual', () => {
  it('of electricity is no drop, and no surge when it turns again', () => {
    expect(said(LITRES, LITRES)).toEqual([])
    expect(
      said(
        LITRES,
        from(STUCK_DAY, () => 0),
      ),
    ).toEqual([])
    expect(said(LITRES, (kWh, day) => (day >= STUCK_DAY && day < 50 ? 0 : kWh))).toEqual([])
  })

  it('of water is no drop, and no surge when it turns again', () => {
    expect(
      said(
        from(STUCK_DAY, () => 0),
        LITRES,
      ),
    ).toEqual([])
    expect(said((litres, day) => (day >= 28 && day < 46 ? 0 : litres), LITRES)).toEqual([])
  })

  it('of water is no drop in a cold week, nor when a season takes the electricity of all homes down', () => {
    expect(
      said(
        from(STUCK_DAY, () => 0),
        from(STUCK_DAY, (kWh) => 1.5 * kWh),
      ),
    ).not.toContain('raise drop')
    const warmer = from(STUCK_DAY, (kWh) => 0.75 * kWh)
    const others = Array.from({ length: 24 }, () => warmer)
    expect(
      said(
        from(STUCK_DAY, () => 0),
        warmer,
        others,
      ),
    ).not.toContain('raise drop')
    expect(
      said(
        from(STUCK_DAY, () => 0),
        warmer,
      ),
    ).toContain('raise drop')
  })

  it('does not hide a home that lives on half of its electricity, nor one whose water stands still while little else goes on', () => {
    expect(
      said(
        LITRES,
        from(STUCK_DAY, (kWh) => kWh / 2),
      ),
    ).toContain('raise drop')
    const little = from(STUCK_DAY, (kWh) => BASE_KWH + (kWh - BASE_KWH) * 0.3)
    expect(
      said(
        from(STUCK_DAY, () => 0),
        little,
      ),
    ).toContain('raise drop')
  })
})
