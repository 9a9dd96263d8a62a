import { describe, expect, it } from 'vitest'
import type { Finding } from '../../domain/finding.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { hourOf, wallMs } from '../../detector/core/local-time.ts'
import { LEVEL_COUNT } from '../../detector/core/area/budget.ts'
import { cloneLife, foldLife, newLife, reachedOn } from '../../detector/core/life/fold.ts'
import { dayOf } from '../../detector/core/life/hour.ts'
import { bytesOfState } from '../../detector/core/state/home-state.ts'
import type { Observation, Profile } from '../../detector/core/observation.ts'
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
const both = profileOf(['water', 'electricity'])
/** Away from Saturday 16:00 for 75 h, as a part-time dwelling is. */
const LEAVES = 5 * 24 + 16
const AWAY = 75

/** Readings of a home that is lived in where `home` says so (hours since Monday of the first week). */
function lived(
  profile: Profile,
  hours: number,
  home: (at: number) => boolean,
  fromMs = MONDAY_MS,
): Observation[] {
  return observationsOf({
    profile,
    fromMs,
    hours,
    amount: (startMs, hour, n, meter) => {
      const used = home((startMs - fromMs) / HOUR_MS) ? usualLitres(hour, n, 1 + meter) : 0
      if (profile.meters[meter]?.kind === 'water') return used
      return (n % 3 === 0 ? 0.06 : 0.03) + 0.005 * noise(n, 5) + (used > 0 ? 0.4 : 0)
    },
  })
}

/** Whether a home is at home that leaves each week at `leaves` (hour of the week) for `away` hours. */
const weekly =
  (leaves = LEAVES, away = AWAY) =>
  (at: number): boolean =>
    (((at - leaves) % 168) + 168) % 168 >= away || at < leaves

const raises = (profile: Profile, feed: Observation[], after: number): number[] =>
  hoursOf(foldAll(profile, feed).findings, 'raise').filter((at) => at > after)

describe.each([
  ['water', water, 0],
  ['water and electricity', both, 0],
  // The first weeks go by before a base load is known, and an absence can be told at all.
  ['electricity', profileOf(['electricity']), WEEKS(5)],
] as const)('a home with %s that is away at the same time of every week', (_, profile, after) => {
  it('is let be: while it may have a habit it is only watched, and then the habit is known', () => {
    expect(raises(profile, lived(profile, WEEKS(12), weekly()), after)).toEqual([])
  })

  it('raises within hours of a return that does not come, and says what was waited for', () => {
    const leaves = WEEKS(8) + LEAVES
    const feed = lived(profile, leaves + AWAY + 48, (at) => at < leaves && weekly()(at))
    const { findings } = foldAll(profile, feed)
    const late = findings.filter((one) => one.atMs > MONDAY_MS + (leaves + 12) * HOUR_MS)
    const [raised] = hoursOf(late, 'raise')
    expect(raised).toBeGreaterThan(leaves + AWAY)
    expect(raised).toBeLessThanOrEqual(leaves + AWAY + 10)
    const said = late.find((one) => one.type === 'raise')
    expect(said?.type === 'raise' && said.explanation.en).toContain('It is away at this time of most weeks')
    expect(said?.type === 'raise' && said.explanation.zh).toContain('每周此时常外出')
    expect(said?.type === 'raise' && said.evidence['usualAbsenceOfWeeks']).toBe(8)
  })

  it('has a fall on another day of the week found as soon as if it had no habit', () => {
    const stop = WEEKS(8) + 3 * 24 + 12
    const feed = lived(profile, stop + 60, (at) => at < stop && weekly()(at))
    const [raised] = raises(profile, feed, stop)
    expect(raised).toBeLessThanOrEqual(stop + 26)
  })
})

describe('the habit of a weekly absence', () => {
  it('delays nothing for a home that has not been away: a fall in its third week is found', () => {
    const stop = WEEKS(2) + 24 + 12
    const [raised] = raises(
      water,
      lived(water, stop + 60, (at) => at < stop),
      stop,
    )
    expect(raised).toBeLessThanOrEqual(stop + 30)
  })

  it('does not explain a silence that began in the morning before, long before anybody usually leaves', () => {
    const evening = weekly(5 * 24 + 21, AWAY)
    const stop = WEEKS(8) + 5 * 24 + 9
    const [raised] = raises(
      water,
      lived(water, stop + 90, (at) => at < stop && evening(at)),
      stop,
    )
    expect(raised).toBeLessThanOrEqual(stop + 40)
  })

  it('is the same in every zone and on every day of the week, also where the clocks change', () => {
    for (const timezone of ['Asia/Shanghai', 'Europe/Madrid', 'America/New_York']) {
      const profile = profileOf(['water'], { timezone })
      const fromMs = Date.parse('2026-01-26T00:00:00Z')
      for (let day = 0; day < 7; day++) {
        const sinceLeaving = (startMs: number): number =>
          ((wallMs(timezone, startMs) - MONDAY_MS) / HOUR_MS - day * 24 - 17 + WEEKS(20)) % 168
        const feed = observationsOf({
          profile,
          fromMs,
          hours: WEEKS(14),
          amount: (startMs, hour, n) => {
            const since = sinceLeaving(startMs)
            // Whoever comes home uses water in the first hour.
            return since < AWAY ? 0 : since < AWAY + 1 ? 9 : usualLitres(hour, n)
          },
        })
        const { findings } = foldAll(profile, feed)
        const late = findings.filter(
          (one) =>
            one.type === 'raise' &&
            one.atMs > fromMs + WEEKS(5) * HOUR_MS &&
            sinceLeaving(one.atMs - 1) < AWAY,
        )
        expect(late.map((one) => [timezone, day, new Date(one.atMs).toISOString()])).toEqual([])
      }
    }
  })

  it('is unlearned: a home that stays for four weekends is asked after as before at the next', () => {
    const stays = WEEKS(8) + 3 * 24
    const stop = WEEKS(12) + LEAVES
    const feed = lived(water, stop + 60, (at) => at < stop && (at >= stays || weekly()(at)))
    expect(raises(water, feed, stop)[0]).toBeLessThanOrEqual(stop + 30)
  })

  it('is not seen in somebody who travels often and irregularly', () => {
    const trips = Array.from({ length: 12 }, (_, week) => ({
      from: WEEKS(week) + Math.floor(noise(week, 31) * 100),
      hours: 20 + Math.floor(noise(week, 32) * 40),
    }))
    const stop = WEEKS(12) + LEAVES
    const feed = lived(
      water,
      stop + 72,
      (at) => at < stop && !trips.some(({ from, hours }) => at >= from && at < from + hours),
    )
    const { findings } = foldAll(water, feed)
    expect(hoursOf(findings, 'raise').filter((at) => at > stop)).toHaveLength(1)
    expect(JSON.stringify(findings)).not.toContain('usualAbsence')
  })

  it('is not seen where somebody is out from nine to six, nor in long nights', () => {
    const stop = WEEKS(8) + 4 * 24 + 19
    const out = (at: number): boolean => at % 24 >= 9 && at % 24 < 18
    const feed = lived(water, stop + 48, (at) => at < stop && !out(at))
    const { findings } = foldAll(water, feed)
    expect(hoursOf(findings, 'raise').filter((at) => at > stop)).toHaveLength(1)
    expect(JSON.stringify(findings)).not.toContain('usualAbsence')
  })

  it('changes nothing for a home that is never away for long', () => {
    const stop = WEEKS(8) + LEAVES
    const feed = lived(water, stop + 48, (at) => at < stop)
    const [raised] = raises(water, feed, stop)
    expect(raised).toBeLessThanOrEqual(stop + 22)
  })

  it('is kept in the record to the last bit, in the middle of an absence, too', () => {
    const profile = both
    const feed = lived(profile, WEEKS(8) + LEAVES + AWAY + 48, (at) => at < WEEKS(8) + LEAVES && weekly()(at))
    const context = { thresholdOn: () => 11 }
    const cut = feed.findIndex((one) => one.endMs > MONDAY_MS + (WEEKS(8) + LEAVES + 40) * HOUR_MS)
    const state = newLife(profile)
    for (const one of feed.slice(0, cut)) foldLife(state, one, context)
    const other = cloneLife(state)
    const goOn = (from: typeof state): Finding[] =>
      feed.slice(cut).flatMap((one) => foldLife(from, one, context))
    const said = goOn(state)
    expect(said.some((one) => one.type === 'raise')).toBe(true)
    expect(goOn(other)).toEqual(said)
    expect(bytesOfState(other)).toEqual(bytesOfState(state))
  })

  it('costs the budget nothing while it explains the silence, and what it came to once it does not', () => {
    const leaves = WEEKS(8) + LEAVES
    const levelsAt = (hours: number): number => {
      const feed = lived(water, leaves + hours, (at) => at < leaves && weekly()(at))
      const { state } = foldAll(water, feed)
      let levels = 0
      for (let at = 24; at <= hours; at += 24)
        levels |= reachedOn(state, dayOf(MONDAY_MS + (leaves + at) * HOUR_MS)) ?? 0
      return levels & ((1 << LEVEL_COUNT) - 1)
    }
    expect(levelsAt(40)).toBe(0)
    expect(levelsAt(AWAY - 2)).toBe(0)
    expect(levelsAt(AWAY + 21)).not.toBe(0)
  })

  it('says no amount with more digits than the meter has', () => {
    const stop = WEEKS(8) + 12
    const feed = observationsOf({
      profile: water,
      hours: stop + 48,
      stepMs: 15 * MINUTE_MS,
      amount: (startMs, _hour, n) => {
        const hour = hourOf(startMs)
        return startMs < MONDAY_MS + stop * HOUR_MS && usualLitres(hour, n) > 0 ? 83.4 : 0
      },
    })
    const raise = foldAll(water, feed).findings.find((one) => one.type === 'raise')
    expect(raise?.type === 'raise' && raise.evidence['lastSignAmount']).toBe(83.4)
  })
})
