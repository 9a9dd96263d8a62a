import { describe, expect, test } from 'vitest'
import type { Series } from '../../detector/backtest/series.ts'
import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import { drawFalls, fallAt, liveHome, type Life } from '../../evaluation/falls/live-homes.ts'
import { createCalendar } from '../../simulators/village/calendar.ts'
import { settleCounty } from '../../simulators/village/settle-county.ts'
import { messagesUntil, villageMessages } from '../../simulators/village/village.ts'

const SEED = 5
const FROM_MS = Date.parse('2025-12-01T00:00:00+08:00')
const life: Life = {
  seed: SEED,
  calendar: createCalendar('Asia/Shanghai', SEED),
  timezone: 'Asia/Shanghai',
  fromMs: FROM_MS,
  toMs: FROM_MS + 60 * DAY_MS,
}
const HOMES = settleCounty({ households: 12, seed: SEED, homesPerGateway: 50 })

function amountsBetween(series: Series | undefined, fromMs: EpochMs, toMs: EpochMs): number[] {
  const amounts: number[] = []
  for (let row = 0; row < (series?.length ?? 0); row++) {
    const endMs = series?.endMs[row] ?? 0
    if (endMs > fromMs && endMs <= toMs) amounts.push(Math.round((series?.amount[row] ?? NaN) * 1_000))
  }
  return amounts
}

describe('a home that is lived through', () => {
  test('shows what its gateway would have sent of it', () => {
    const toMs = FROM_MS + 10 * DAY_MS
    const options = { homes: HOMES, incidents: [], timezone: 'Asia/Shanghai', seed: SEED, fromMs: FROM_MS }
    const messages = villageMessages({ ...options, stepMinutes: 60, faults: new Set() })
    const registers = new Map<string, Map<EpochMs, number>>()
    for (const { readings } of messagesUntil(messages, toMs + HOUR_MS)) {
      for (const { meter, timeMs, register, unit } of readings) {
        const known = registers.get(meter) ?? new Map<EpochMs, number>()
        registers.set(meter, known.set(timeMs, unit === 'm3' ? register * 1_000 : register))
      }
    }
    let compared = 0
    for (const home of HOMES) {
      for (const one of liveHome(home, { ...life, toMs }).lived.series) {
        const sent = registers.get(one.meter)
        for (let row = 0; row < one.length; row++) {
          const endMs = one.endMs[row] ?? 0
          const now = sent?.get(endMs)
          const before = sent?.get(endMs - (one.intervalMs[row] ?? 0))
          if (now === undefined || before === undefined) continue
          expect(one.amount[row]).toBeCloseTo(now - before, 2)
          compared++
        }
      }
    }
    expect(compared).toBeGreaterThan(12 * 2 * 200)
  })

  test('falls at moments at which somebody is in, and from then on shows what was left running, and no act', () => {
    let falls = 0
    for (const home of HOMES.filter(({ house }) => house.leakLPerHour === 0 && house.dripLPerHour === 0)) {
      const watched = liveHome(home, life)
      for (const { onsetMs } of drawFalls(watched, 2, life)) {
        falls++
        const hourMs = (home.stepMinutes ?? 60) * (HOUR_MS / 60)
        const fromMs = Math.ceil(onsetMs / HOUR_MS) * HOUR_MS + HOUR_MS
        const [water, power] = fallAt(watched, onsetMs, { leftOnW: 0, tapLPerHour: 0 }, life)
        const [tap, lamp] = fallAt(watched, onsetMs, { leftOnW: 100, tapLPerHour: 120 }, life)
        // What ran when somebody fell runs out first.
        const [lastMs, toMs] = [fromMs + 8 * HOUR_MS, fromMs + 40 * HOUR_MS]
        const dayMs = life.calendar.startOf(life.calendar.dayOf(onsetMs))
        const [livedWater, livedPower] = watched.lived.series
        const beforeMs = onsetMs - (onsetMs % hourMs)
        expect(amountsBetween(water, dayMs, beforeMs)).toEqual(amountsBetween(livedWater, dayMs, beforeMs))
        expect(amountsBetween(lamp, dayMs, beforeMs)).toEqual(amountsBetween(livedPower, dayMs, beforeMs))
        const sum = (series: Series | undefined): number =>
          amountsBetween(series, lastMs, toMs).reduce((total, each) => total + each, 0) / 1_000
        const hours = (toMs - lastMs) / HOUR_MS
        expect(sum(water)).toBe(0)
        expect(Math.abs(sum(tap) - 120 * hours)).toBeLessThanOrEqual(home.water.resolution)
        expect(sum(lamp) - sum(power)).toBeCloseTo(0.1 * hours, 1)
      }
    }
    expect(falls).toBeGreaterThan(6)
  })
})
