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

const both = profileOf(['water', 'electricity'])
const KNOWN = WEEKS(6)

/** Heated by electricity: its nights are so loud that a kettle by day is seen once in a while only. */
function loudKWh(hour: number, n: number): number {
  if (hour < 6) return 1 + 0.1 * noise(n, 5)
  return noise(n, 6) < 0.04 ? 2 : 0.3 + 0.02 * noise(n, 7)
}

/** Six weeks as usual, then `hours` as `water` says; nobody is in, and the electricity shows nothing. */
function silence(hours: number, water: (at: number) => number | null) {
  return foldAll(
    both,
    observationsOf({
      profile: both,
      hours: KNOWN + 9 + hours,
      amount(startMs, hour, n, meter) {
        const at = (startMs - MONDAY_MS) / HOUR_MS - KNOWN - 9
        if (meter === 1) return at < 0 ? loudKWh(hour, n) : 0.3
        return at < 0 ? usualLitres(hour, n) : water(at)
      },
    }),
  )
}

const logAliveOf = ({ state }: ReturnType<typeof silence>): number => state.f32[state.level + V.logAlive] ?? 0

describe('a home of two meters of which one is not heard', () => {
  it('is as sure of its silence as before when the other is back after an hour', () => {
    const whole = logAliveOf(silence(3, () => 0))
    const holed = logAliveOf(silence(3, (at) => (at === 1 ? null : 0)))
    expect(whole).toBeLessThan(0)
    expect(holed).toBeLessThan(0)
    expect(holed).toBeGreaterThanOrEqual(whole)
  })

  it('is silent no more surely than the one that is heard can tell', () => {
    const day = 20
    const heard = silence(day, () => 0)
    const unheard = silence(day, () => null)
    expect(hoursOf(heard.findings, 'raise')).toHaveLength(1)
    expect(hoursOf(unheard.findings, 'raise')).toHaveLength(0)
    expect(logAliveOf(unheard)).toBeGreaterThan(0.6 * logAliveOf(heard))
  })
})
