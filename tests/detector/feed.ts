import type { Finding } from '../../domain/finding.ts'
import type { Household } from '../../domain/household.ts'
import type { GatewayId, HouseholdId, MeterId } from '../../domain/ids.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import type { MeterKind } from '../../domain/units.ts'
import { newDetector, type Detector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'

export const SETTINGS = { budget: 0.5, timezone: 'UTC' }
/** A Monday. */
export const START_MS = Date.parse('2026-03-02T00:00:00Z')

export function at(text: string): number {
  return Date.parse(text.includes('T') ? text : `${text}T00:00:00Z`)
}

export function reading(
  meter: string,
  timeMs: number,
  amount: number | null,
  more: Partial<Reading> = {},
): Reading {
  return {
    meter: meter as MeterId,
    kind: 'water',
    household: null,
    gateway: 'g1' as GatewayId,
    timeMs,
    receivedAtMs: timeMs + MINUTE_MS,
    register: null,
    consumption: amount,
    intervalMs: amount === null ? null : HOUR_MS,
    quality: amount === null ? 'missing' : 'measured',
    status: 0,
    revision: false,
    ...more,
  }
}

export function readings(...list: Reading[]): ReadingsLogEntry {
  return { type: 'readings', readings: list }
}

export function tick(receivedAtMs: number): ReadingsLogEntry {
  return { type: 'tick', receivedAtMs }
}

export function household(
  id: string,
  meters: readonly [string, MeterKind][],
  more: Partial<Household> = {},
): Household {
  return {
    id: id as HouseholdId,
    region: null,
    tier: 'medium',
    timezone: null,
    rule: 'evidence',
    meters: meters.map(([meter, kind]) => ({ id: meter as MeterId, kind })),
    contacts: [],
    ...more,
  }
}

/** A person's use at an hour of the day: some in the morning, some in the evening, none at night. */
export function usual(timeMs: number): number {
  const hour = new Date(timeMs - HOUR_MS).getUTCHours()
  if (hour >= 7 && hour <= 9) return 12
  if (hour >= 12 && hour <= 13) return 6
  return hour >= 18 && hour <= 21 ? 15 : 0
}

export function* hours(fromMs: number, toMs: number): Generator<number> {
  for (let timeMs = fromMs + HOUR_MS; timeMs <= toMs; timeMs += HOUR_MS) yield timeMs
}

/** Hourly readings of one meter over (fromMs, toMs]. */
export function lived(
  meter: string,
  fromMs: number,
  toMs: number,
  amount: (timeMs: number) => number | null = usual,
  more: Partial<Reading> = {},
): Reading[] {
  return [...hours(fromMs, toMs)].map((timeMs) => reading(meter, timeMs, amount(timeMs), more))
}

export interface Played {
  readonly detector: Detector
  readonly findings: Finding[]
}

export function play(
  entries: Iterable<ReadingsLogEntry>,
  detector: Detector = newDetector(SETTINGS),
): Played {
  const findings: Finding[] = []
  for (const entry of entries) findings.push(...foldEntry(detector, entry))
  return { detector, findings }
}

/** `08:00 raise inactivity` lines, for timelines. */
export function told(findings: readonly Finding[]): string[] {
  return findings.map(
    ({ type, kind, household, atMs }) =>
      `${new Date(atMs).toISOString().slice(5, 16)} ${type} ${kind} ${household}`,
  )
}
