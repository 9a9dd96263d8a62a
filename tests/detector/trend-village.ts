import type { Household } from '../../domain/household.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { household, hours, reading, readings, START_MS, tick } from './feed.ts'
import { noise, usualLitres } from './life-timeline.ts'

export const RECEIVED_MS = Date.parse('2026-11-20T00:00:00Z')

/** What an hour of a home's water becomes: the usual amount, its day and hour since the start. */
export type Change = (litres: number, day: number, hour: number) => number | null

export interface TrendHome {
  readonly id: string
  readonly region?: string
  readonly change?: Change
}

/** Homes with a water meter each, `W-` and the id, whose people do about the same every day, each in their own way. */
export function* lives(homes: readonly TrendHome[], days: number): Generator<Reading> {
  for (const timeMs of hours(START_MS, START_MS + days * DAY_MS)) {
    const since = (timeMs - START_MS) / HOUR_MS - 1
    for (const [seed, { id, change }] of homes.entries()) {
      const usual = usualLitres(since % 24, since, seed + 1)
      const amount = change === undefined ? usual : change(usual, Math.floor(since / 24), since % 24)
      if (amount === null) continue
      yield reading(`W-${id}`, timeMs, amount, { receivedAtMs: RECEIVED_MS })
    }
  }
}

export function registered(homes: readonly TrendHome[]): ReadingsLogEntry {
  const households: Household[] = homes.map(({ id, region }) =>
    household(id, [[`W-${id}`, 'water']], { region: region ?? null }),
  )
  return { type: 'households', receivedAtMs: RECEIVED_MS, households }
}

/** One entry an hour, as a live feed has it, and ticks at the end. */
export function* feedOf(homes: readonly TrendHome[], days: number): Generator<ReadingsLogEntry> {
  yield registered(homes)
  let batch: Reading[] = []
  for (const one of lives(homes, days)) {
    if (batch[0] !== undefined && batch[0].timeMs !== one.timeMs) {
      yield readings(...batch)
      batch = []
    }
    batch.push(one)
  }
  yield readings(...batch)
  yield* ticks()
}

export function ticks(): ReadingsLogEntry[] {
  return [1, 2, 3].map((minutes) => tick(RECEIVED_MS + minutes * MINUTE_MS))
}

/** `count` homes in which nothing happens but everyday life. */
export function neighbours(count: number, more: Omit<TrendHome, 'id'> = {}): TrendHome[] {
  return Array.from({ length: count }, (_, index) => ({ id: `n${index}`, ...more }))
}

export { noise }
