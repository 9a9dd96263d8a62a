import { describe, expect, it } from 'vitest'
import type { InactivityRule, RiskTier } from '../../domain/household.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { foldJudge, newJudge } from '../../detector/core/judge.ts'
import type { Observation } from '../../detector/core/observation.ts'
import { cloneAlone } from '../../detector/core/state/home-state.ts'
import { hoursOf, MONDAY_MS, observationsOf, profileOf } from './life-timeline.ts'

const context = { thresholdOn: () => 11 }

function judged(
  rule: InactivityRule,
  litres: (hour: number) => number | null,
  tier: RiskTier = 'medium',
  hours = 120,
) {
  const profile = profileOf(['water'], { rule, tier })
  const feed = observationsOf({
    profile,
    hours,
    amount: (startMs) => litres((startMs - MONDAY_MS) / HOUR_MS),
  })
  let state = newJudge(profile)
  return feed.flatMap((one: Observation, n) => {
    if (n === 50) state = cloneAlone(state)
    return foldJudge(state, one, context)
  })
}

describe('the fixed rules of the cities', () => {
  it.each([
    ['low', 50],
    ['medium', 36],
    ['high', 24],
  ] as const)('silent-by-tier: a home at %s risk is called after %i h without use', (tier, hours) => {
    const findings = judged('silent-by-tier', (hour) => (hour < 30 ? 5 : hour === 100 ? 3 : 0), tier)
    expect(hoursOf(findings, 'raise')).toEqual([30 + hours])
    expect(hoursOf(findings, 'clear')).toEqual([101])
    expect(findings[0]?.onsetMs).toBe(MONDAY_MS + 30 * HOUR_MS)
  })

  it.each([
    ['below-10l-12h', 12],
    ['below-10l-24h', 24],
  ] as const)(
    '%s: less than 10 L in the sliding window raises, drops that stay below do not clear',
    (rule, hours) => {
      const findings = judged(rule, (hour) => (hour < 48 ? 6 : hour === 90 ? 2 : hour > 95 ? 6 : 0))
      // The last 10 L leave the window one hour before the last use does: 6 L remain.
      expect(hoursOf(findings, 'raise')).toEqual([48 + hours - 1])
      expect(hoursOf(findings, 'clear')).toEqual([98])
    },
  )

  it('silent-peaks: raises at the end of a day without use in both peaks, clears with the next use', () => {
    const used = (hour: number): boolean => hour < 24 || hour === 24 + 12 || hour > 50
    const findings = judged('silent-peaks', (hour) => (used(hour) ? 9 : 0))
    expect(hoursOf(findings, 'raise')).toEqual([24 + 21])
    expect(hoursOf(findings, 'clear')).toEqual([52])
  })

  it.each(['silent-by-tier', 'below-10l-12h', 'silent-peaks'] as const)(
    '%s: no data is not no use',
    (rule) => {
      expect(judged(rule, (hour) => (hour < 20 ? 9 : null))).toEqual([])
      // One hour in two is heard: half of the silence is not known to be one.
      expect(
        hoursOf(
          judged(rule, (hour) => (hour < 20 ? 9 : hour % 2 === 0 ? 0 : null), 'low', 100),
          'raise',
        ),
      ).toEqual([])
    },
  )

  it('below-10l-12h: quarter hours add up as hours do', () => {
    const profile = profileOf(['water'], { rule: 'below-10l-12h' })
    const feed = observationsOf({
      profile,
      hours: 48,
      stepMs: 15 * MINUTE_MS,
      amount: (startMs) => (startMs < MONDAY_MS + 24 * HOUR_MS ? 3 : 0),
    })
    const state = newJudge(profile)
    const raised = hoursOf(
      feed.flatMap((one) => foldJudge(state, one, context)),
      'raise',
    )
    expect(raised).toHaveLength(1)
    expect(raised[0]).toBeGreaterThanOrEqual(35)
    expect(raised[0]).toBeLessThanOrEqual(36)
  })
})
