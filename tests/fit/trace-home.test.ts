import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LivedHome } from '../../detector/fit/inject-stops.ts'
import type { Series } from '../../detector/backtest/series.ts'
import { foldLife, newLife } from '../../detector/core/life/fold.ts'
import { MODEL } from '../../detector/core/life/model.ts'
import { raisedMs, tally, thresholdFor } from '../../detector/fit/count-alarms.ts'
import { observationsOf } from '../../detector/fit/lives.ts'
import { profileOf } from '../../detector/fit/load-homes.ts'
import { drawAllStops, SCORE, traceHome } from '../../detector/fit/trace-home.ts'
import { traceRule } from '../../detector/fit/trace-rule.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { MONDAY_MS, noise, usualLitres } from '../detector/life-timeline.ts'

const DAYS = 110

/** Lives as usual and is away now and then, for some hours or for days. */
function homeOf(seed: number): LivedHome {
  const length = DAYS * 24
  const isAway = (n: number): boolean => noise(Math.floor(n / 31), seed + 77) < 0.08
  const series: Series = {
    meter: `W${seed}` as MeterId,
    kind: 'water',
    length,
    endMs: Float64Array.from({ length }, (_, n) => MONDAY_MS + (n + 1) * HOUR_MS),
    intervalMs: new Float64Array(length).fill(HOUR_MS),
    amount: Float32Array.from({ length }, (_, n) => (isAway(n) ? 0 : usualLitres(n % 24, n, seed))),
  }
  return { household: `H${seed}` as HouseholdId, timezone: 'UTC', series: [series] }
}

describe('the trace of a home', () => {
  it('holds the alerts of every threshold, at the moments at which the fold raises and clears them', () => {
    let alerts = 0
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.double({ min: 8.5, max: 14, noNaN: true }),
        (seed, threshold) => {
          const home = homeOf(seed)
          const state = newLife(profileOf(home))
          const findings = [...observationsOf(home.series)].flatMap((observation) =>
            foldLife(state, observation, { thresholdOn: () => threshold }),
          )
          const said = findings.flatMap(({ type, atMs }) =>
            type === 'raise' || type === 'clear' ? [atMs] : [],
          )
          const { silences } = traceHome(home, [], MODEL, SCORE)
          const traced = silences.flatMap((silence) => {
            const atMs = raisedMs(silence, threshold)
            return atMs === null ? [] : [atMs, silence.endMs]
          })
          alerts += said.length
          expect(traced.filter((atMs) => atMs !== Infinity)).toEqual(said)
        },
      ),
      { numRuns: 25 },
    )
    expect(alerts).toBeGreaterThan(50)
  })

  it('gives the threshold that spends what may be spent, and finds the stops sooner the lower it is', () => {
    const homes = Array.from({ length: 10 }, (_, seed) => homeOf(seed))
    const stops = drawAllStops(homes, 2, 2, 0.3)
    const traces = homes.map((home) => traceHome(home, stops.get(home) ?? [], MODEL, SCORE))
    const rates = [0.2, 0.5, 1]
    const tallies = rates.map((rate) => tally(traces, thresholdFor(traces, rate)))
    tallies.forEach(({ falseAlarms, homeMonths }, i) => {
      expect(falseAlarms).toBeLessThanOrEqual((rates[i] ?? 0) + 1e-9)
      expect(falseAlarms).toBeGreaterThan((rates[i] ?? 0) - 1.5 / homeMonths)
    })
    const [few, some, many] = tallies.map(({ medianDelayHours }) => medianDelayHours)
    expect(some).toBeLessThanOrEqual(few!)
    expect(many).toBeLessThanOrEqual(some!)
    expect(tallies[0]!.stops).toBeGreaterThan(5)
  })

  it('of the city rule calls after so many hours without use, whenever life stopped', () => {
    const home = homeOf(3)
    const [series] = home.series
    const onsetMs = MONDAY_MS + 80 * 24 * HOUR_MS + 12 * HOUR_MS
    const { stops } = traceRule(home, [{ home, onsetMs }])
    const silence = stops[0]?.silences.at(-1)
    expect(series?.amount[80 * 24 + 11]).toBeGreaterThan(0)
    expect(raisedMs(silence!, 24)).toBe(onsetMs + 24 * HOUR_MS)
    expect(raisedMs(silence!, 48)).toBe(onsetMs + 48 * HOUR_MS)
  })
})
