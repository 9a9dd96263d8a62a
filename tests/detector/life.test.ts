import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
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

const EIGHT_WEEKS = WEEKS(8)
const water = profileOf()
/** Lives as usual until `stop` (hours), then silence. */
const stopsAt =
  (stop: number, silent = 0) =>
  (startMs: number, hour: number, n: number) =>
    startMs < MONDAY_MS + stop * HOUR_MS ? usualLitres(hour, n) : silent

describe('the acute model', () => {
  it('raises within half a waking day of the last life sign, rests on that sign, and says so in both languages', () => {
    const stop = EIGHT_WEEKS + 12
    const { findings } = foldAll(
      water,
      observationsOf({ profile: water, hours: stop + 48, amount: stopsAt(stop) }),
    )
    const raise = findings.find((one) => one.type === 'raise' && one.atMs > MONDAY_MS + stop * HOUR_MS)
    expect(raise).toBeDefined()
    if (raise?.type !== 'raise') return
    const delay = (raise.atMs - MONDAY_MS) / HOUR_MS - stop
    expect(delay).toBeLessThanOrEqual(22)
    expect(raise.onsetMs).toBeLessThanOrEqual(MONDAY_MS + stop * HOUR_MS)
    expect(raise.explanation.en).toMatch(/No sign of life for \d+ h \(water\)/)
    expect(raise.explanation.en).toContain('longest silences')
    expect(raise.explanation.zh).toContain('无生活迹象')
    expect(raise.evidence['threshold']).toBe(11)
  })

  it('says nothing of a home in its first two weeks', () => {
    const { findings } = foldAll(
      water,
      observationsOf({ profile: water, hours: 13 * 24, amount: stopsAt(9 * 24) }),
    )
    expect(findings).toEqual([])
  })

  it('clears at the first life sign, and the next silence is another matter', () => {
    const stop = EIGHT_WEEKS
    const back = stop + 40
    const feed = observationsOf({
      profile: water,
      hours: back + 200,
      amount: (startMs, hour, n) => {
        const at = (startMs - MONDAY_MS) / HOUR_MS
        return at < stop ? usualLitres(hour, n) : at === back ? 9 : 0
      },
    })
    const { findings } = foldAll(water, feed)
    const late = findings.filter((one) => one.atMs > MONDAY_MS + stop * HOUR_MS)
    expect(hoursOf(late, 'clear')).toEqual([back + 1])
    const onsets = late
      .filter((one) => one.type === 'raise')
      .map((one) => (one.onsetMs - MONDAY_MS) / HOUR_MS)
    expect(onsets).toHaveLength(2)
    expect(onsets[1]).toBe(back + 1)
  })

  it('grows in severity while the silence goes on', () => {
    const stop = EIGHT_WEEKS
    const { findings } = foldAll(
      water,
      observationsOf({ profile: water, hours: stop + 60, amount: stopsAt(stop) }),
    )
    const said = findings.filter((one) => one.onsetMs >= MONDAY_MS + (stop - 12) * HOUR_MS)
    const severities = said.flatMap((one) =>
      one.type === 'raise' || one.type === 'escalate' ? [one.severity] : [],
    )
    expect(severities.at(-1)).toBe('red')
    expect(severities.filter((each) => each === 'red')).toHaveLength(1)
  })

  it('takes a gap for nothing: no finding while nothing is heard, and the silence before it still stands', () => {
    const stop = EIGHT_WEEKS + 10
    const gapFrom = stop + 3
    const gapTo = gapFrom + 24 * 5
    const feed = observationsOf({
      profile: water,
      hours: gapTo + 48,
      amount: (startMs, hour, n) => {
        const at = (startMs - MONDAY_MS) / HOUR_MS
        if (at >= gapFrom && at < gapTo) return null
        return at < stop ? usualLitres(hour, n) : 0
      },
    })
    const { findings } = foldAll(water, feed)
    const late = hoursOf(findings, 'raise').filter((at) => at > stop)
    expect(late).toHaveLength(1)
    expect(late[0]).toBeGreaterThan(gapTo)
  })

  it('watches a home whose water never stops as well as any other', () => {
    const stop = EIGHT_WEEKS + 12
    const drip = (n: number): number => 3 + noise(n, 9)
    const feed = observationsOf({
      profile: water,
      hours: stop + 60,
      amount: (startMs, hour, n) =>
        drip(n) + (startMs < MONDAY_MS + stop * HOUR_MS ? usualLitres(hour, n) : 0),
    })
    const { findings } = foldAll(water, feed)
    const delay = hoursOf(findings, 'raise').find((at) => at > stop)
    expect((delay ?? Infinity) - stop).toBeLessThanOrEqual(24)
  })

  it('reads life from power above the base load of fridge and standby', () => {
    const profile = profileOf(['electricity'])
    const stop = EIGHT_WEEKS + 12
    const base = (n: number): number => (n % 3 === 0 ? 0.06 : 0.02) + 0.005 * noise(n, 5)
    const feed = observationsOf({
      profile,
      hours: stop + 60,
      stepMs: 30 * MINUTE_MS,
      amount: (startMs, hour, n) =>
        base(n) + (startMs < MONDAY_MS + stop * HOUR_MS && usualLitres(hour, n) > 0 ? 0.3 : 0),
    })
    const { findings } = foldAll(profile, feed)
    const raised = hoursOf(findings, 'raise').find((at) => at > stop)
    expect((raised ?? Infinity) - stop).toBeLessThanOrEqual(24)
    expect(hoursOf(findings, 'clear').filter((at) => at > stop + 24)).toEqual([])
  })

  it('knows a usual weekend away', () => {
    const away = (startMs: number): boolean => {
      const at = (startMs - MONDAY_MS) / HOUR_MS
      const weekHour = at % 168
      return weekHour >= 4 * 24 + 18 && weekHour < 6 * 24 + 19
    }
    const feed = observationsOf({
      profile: water,
      hours: WEEKS(12),
      amount: (startMs, hour, n) => (away(startMs) ? 0 : usualLitres(hour, n)),
    })
    const { findings } = foldAll(water, feed, 12)
    expect(hoursOf(findings, 'raise').filter((at) => at > WEEKS(8))).toEqual([])
  })

  it.each([
    ['spring', '2026-03-29T00:00:00Z'],
    ['autumn', '2026-10-25T00:00:00Z'],
  ])('stays calm when the clocks change in %s', (_, day) => {
    const profile = profileOf(['water'], { timezone: 'Europe/Madrid' })
    const fromMs = Date.parse(day) - 8 * 7 * DAY_MS
    const feed = observationsOf({
      profile,
      fromMs,
      hours: WEEKS(8) + 7 * 24,
      amount: (_start, hour, n) => (hour >= 7 && hour < 23 && noise(n) < 0.7 ? 12 : 0),
    })
    expect(foldAll(profile, feed, 12).findings).toEqual([])
  })

  it('hears two meters as one home: either one alone is a life sign, both together are one silence', () => {
    const profile = profileOf(['water', 'electricity'])
    const stop = EIGHT_WEEKS + 12
    const feedOf = (power: boolean) =>
      observationsOf({
        profile,
        hours: stop + 48,
        amount: (startMs, hour, n, meter) => {
          const lives = startMs < MONDAY_MS + stop * HOUR_MS
          if (meter === 0) return lives ? usualLitres(hour, n) : 0
          return (lives || power) && usualLitres(hour, n, 2) > 0 ? 0.4 : 0.04
        },
      })
    const after = (power: boolean): number[] =>
      hoursOf(foldAll(profile, feedOf(power)).findings, 'raise').filter((at) => at > stop + 2)
    expect(after(true)).toEqual([])
    expect(after(false)).toHaveLength(1)
  })

  it.each([
    ['1 min', MINUTE_MS],
    ['15 min', 15 * MINUTE_MS],
    ['30 min', 30 * MINUTE_MS],
  ])('judges %s readings as promptly as hourly ones', (_, stepMs) => {
    const stop = WEEKS(5) + 12
    const steps = HOUR_MS / stepMs
    const fine = observationsOf({
      profile: water,
      hours: stop + 40,
      stepMs,
      // The hour's use runs in its first quarter.
      amount: (startMs, hour, n) => {
        const inHour = n % steps
        if (startMs >= MONDAY_MS + stop * HOUR_MS || inHour >= Math.max(1, steps / 4)) return 0
        return usualLitres(hour, Math.floor(n / steps)) / Math.max(1, steps / 4)
      },
    })
    const hourly = observationsOf({ profile: water, hours: stop + 40, amount: stopsAt(stop) })
    const first = (list: typeof fine): number =>
      hoursOf(foldAll(water, list).findings, 'raise').find((at) => at > stop) ?? Infinity
    expect(first(fine)).toBeLessThanOrEqual(first(hourly) + 2)
  })

  it('makes do with daily readings', () => {
    const stop = EIGHT_WEEKS
    const feed = observationsOf({
      profile: water,
      hours: stop + 8 * 24,
      stepMs: DAY_MS,
      amount: (startMs, _hour, n) => (startMs < MONDAY_MS + stop * HOUR_MS ? 90 + 100 * noise(n) : 0),
    })
    const { findings } = foldAll(water, feed)
    const raised = hoursOf(findings, 'raise')
    expect(raised.filter((at) => at <= stop)).toEqual([])
    expect(raised[0]).toBeLessThanOrEqual(stop + 3 * 24)
  })
})
