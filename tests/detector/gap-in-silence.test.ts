import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../domain/time.ts'
import { V } from '../../detector/core/life/state.ts'
import {
  foldAll,
  hoursOf,
  MONDAY_MS,
  noise,
  observationsOf,
  profileOf,
  usualLitres,
  WEEKS,
} from './life-timeline.ts'

const water = profileOf()
/** Monday 00:00, eight weeks on. */
const THEN = WEEKS(8)

/** Lives as usual until `stop`; nothing is heard from `gap` on for `hours`, nor what is lost; silence until `end`. Hours since `THEN`. */
function silence(
  stop: number,
  gap: number,
  hours: number,
  end: number,
  stepMs = HOUR_MS,
  isLost: (at: number) => boolean = () => false,
) {
  const feed = observationsOf({
    profile: water,
    hours: THEN + end,
    stepMs,
    amount: (startMs, hour, n) => {
      const at = (startMs - MONDAY_MS) / HOUR_MS - THEN
      if ((at >= gap && at < gap + hours) || isLost(at)) return null
      return at < stop ? usualLitres(hour, n) : 0
    },
  })
  return foldAll(water, feed)
}

const silentHours = ({ state }: ReturnType<typeof silence>): number =>
  state.f32[state.level + V.silentHours] ?? 0

describe('a gap in a silence', () => {
  it('leaves nothing of it where a living home would have come back unseen', () => {
    // Silent from 18:00; nothing heard from 22:00 on for 24 h; one silent hour after that.
    expect(silentHours(silence(18, 22, 24, 47))).toBeLessThan(1.5)
  })

  it('leaves more of it at night, when nobody comes back anyway, than by day', () => {
    // Silent from 20:00; nothing heard for 7 h from 23:00 on, or from 07:00 on.
    const night = silentHours(silence(20, 23, 7, 31)) / silentHours(silence(20, 23, 0, 31))
    const day = silentHours(silence(20, 31, 7, 39)) / silentHours(silence(20, 31, 0, 39))
    expect(night).toBeGreaterThan(day + 0.2)
  })

  it('adds nothing by itself: the hours that nobody saw do not count as silence', () => {
    expect(silentHours(silence(20, 26, 3, 30))).toBeCloseTo(silentHours(silence(20, 26, 0, 30)) - 3, 3)
  })

  it('that is one of many lost readings takes nothing: the silence grows as far as it is seen', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const isLost = (at: number): boolean => at >= 0 && noise(Math.floor(at) + 1_000 * seed, 91) < 0.3
      const { findings, state } = silence(10, 0, 0, 60, HOUR_MS, isLost)
      const raised = hoursOf(findings, 'raise').find((at) => at > THEN + 10)
      expect(raised).toBeLessThan(THEN + 10 + 36)
      expect(silentHours({ findings, state })).toBeGreaterThan(25)
    }
  })

  it('delays the alert and does not prevent it; the alert says that not all was seen', () => {
    const [unbroken] = hoursOf(silence(10, 0, 0, 72).findings, 'raise').filter((at) => at > THEN + 10)
    const { findings } = silence(10, 16, 8, 96)
    const [broken] = hoursOf(findings, 'raise').filter((at) => at > THEN + 10)
    expect(broken).toBeGreaterThan(unbroken ?? Infinity)
    expect(broken).toBeLessThan(THEN + 72)
    const raise = findings.findLast((one) => one.type === 'raise')
    expect(raise?.type === 'raise' ? raise.explanation.en : '').toContain('Not all of that time was seen')
  })

  it('does not close an alert that is open, and does not raise it twice', () => {
    const { findings } = silence(10, 70, 24, 140)
    const late = findings.filter((one) => one.atMs > MONDAY_MS + (THEN + 10) * HOUR_MS)
    expect(late.filter((one) => one.type === 'raise')).toHaveLength(1)
    expect(late.filter((one) => one.type === 'clear')).toEqual([])
  })
})
