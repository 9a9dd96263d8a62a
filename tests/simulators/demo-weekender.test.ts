import { describe, expect, test } from 'vitest'
import { foldLife, newLife } from '../../detector/core/life/fold.ts'
import type { Profile } from '../../detector/core/observation.ts'
import type { Finding } from '../../domain/finding.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { writeScript } from '../../simulators/demo/write-script.ts'
import { createCalendar } from '../../simulators/village/calendar.ts'
import { createHomeLife, slotsOf } from '../../simulators/village/home-life.ts'
import { effectsOn } from '../../simulators/village/effects.ts'

const TIMEZONE = 'Asia/Shanghai'
const QUARTER_MS = 15 * MINUTE_MS
/** Below what a small village's budget asks. */
const THRESHOLD = 11

/** What the life model says of the demonstration's weekender up to `nowMs`. */
function findingsAt(nowMs: number, seed: number): Finding[] {
  const { weekender, incidents, historyFromMs } = writeScript({
    households: 40,
    seed,
    timezone: TIMEZONE,
    nowMs,
  })
  const calendar = createCalendar(TIMEZONE, seed)
  const life = createHomeLife(weekender, effectsOn(weekender.household, incidents), calendar, seed)
  const { water, electricity } = weekender
  const profile: Profile = {
    household: weekender.household,
    tier: weekender.tier,
    timezone: TIMEZONE,
    rule: 'evidence',
    meters: [water, electricity].map(({ id, kind }) => ({ id, kind })),
  }
  const state = newLife(profile)
  const findings: Finding[] = []
  let litres = 0
  for (let number = calendar.dayOf(historyFromMs); calendar.startOf(number) < nowMs; number++) {
    const day = calendar.day(number)
    const use = life.live(day)
    for (let slot = 0; slot < slotsOf(day); slot++) {
      const endMs = day.startMs + (slot + 1) * QUARTER_MS
      const before = Math.floor(litres)
      litres += use.litres[slot] ?? 0
      if (endMs <= historyFromMs || endMs > nowMs) continue
      const amounts = [Math.floor(litres) - before, use.kWh[slot] ?? 0]
      amounts.forEach((amount, meter) => {
        const observation = { meter, endMs, intervalMs: QUARTER_MS, amount, measured: true }
        findings.push(...foldLife(state, observation, { thresholdOn: () => THRESHOLD }))
      })
    }
  }
  return findings
}

describe('the weekender of the demonstration', () => {
  test.each([0, 1, 2, 3, 4, 5, 6])('is not asked after, %i days after a Monday', (day) => {
    for (const hour of [0, 9, 20]) {
      const nowMs = Date.parse('2026-11-16T00:10:00Z') + day * DAY_MS + hour * HOUR_MS
      for (const seed of [1, 2]) {
        const said = findingsAt(nowMs, seed).filter((one) => one.type === 'raise')
        const played = said.filter((one) => one.atMs > nowMs - 2 * DAY_MS)
        expect(played.map((one) => [seed, hour, one.explanation.en])).toEqual([])
      }
    }
  })
})
