import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { household, hours, play, reading, readings, START_MS } from './feed.ts'
import { noise, usualLitres } from './life-timeline.ts'
import { RECEIVED_MS, ticks, type Change } from './trend-village.ts'

const STUCK_DAY = 40
const DAYS = 56
const LITRES: Change = (litres) => litres
const BASE_KWH = 0.05

/** `raise drop` and the like, of a home with a water and an electricity meter whose people use both together. */
function said(water: Change, electricity: Change): string[] {
  const feed = [...hours(START_MS, START_MS + DAYS * DAY_MS)].map((timeMs) => {
    const n = (timeMs - START_MS) / HOUR_MS - 1
    const [day, hour] = [Math.floor(n / 24), n % 24]
    const used = usualLitres(hour, n, 3)
    const kWh = BASE_KWH + 0.02 * Math.round(10 * noise(n, 5)) * Number(usualLitres(hour, n, 3) > 0)
    const more = { receivedAtMs: RECEIVED_MS } as const
    return readings(
      reading('W', timeMs, water(used, day, hour), more),
      reading('E', timeMs, electricity(kWh, day, hour), { ...more, kind: 'electricity' }),
    )
  })
  const households = [
    household('H', [
      ['W', 'water'],
      ['E', 'electricity'],
    ]),
  ]
  const { findings } = play([
    { type: 'households', receivedAtMs: RECEIVED_MS, households },
    ...feed,
    ...ticks(),
  ])
  return findings
    .filter(({ kind }) => ['drop', 'decline', 'surge'].includes(kind))
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
