import type { Finding } from '../../domain/finding.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import type { MeterKind } from '../../domain/units.ts'
import { hourOf, wallMs } from '../../detector/core/local-time.ts'
import { foldLife, newLife, type LifeState } from '../../detector/core/life/fold.ts'
import type { Observation, Profile } from '../../detector/core/observation.ts'

/** A Monday, 00:00 UTC. */
export const MONDAY_MS = Date.parse('2026-03-02T00:00:00Z')

export function profileOf(kinds: readonly MeterKind[] = ['water'], more: Partial<Profile> = {}): Profile {
  return {
    household: 'H1' as HouseholdId,
    tier: 'medium',
    timezone: 'UTC',
    rule: 'evidence',
    meters: kinds.map((kind, index) => ({ id: `M${index}` as MeterId, kind })),
    ...more,
  }
}

/** Repeatable noise in 0..1: the same hour of the same home always gives the same. */
export function noise(n: number, seed = 1): number {
  let t = Math.imul(n + seed * 7919, 0x9e3779b1) >>> 0
  t = Math.imul(t ^ (t >>> 15), 0x85ebca6b) >>> 0
  return ((t ^ (t >>> 13)) >>> 0) / 4294967296
}

/** Litres in an hour of somebody who rises at 7, is in and out, and goes to bed at 23. */
export function usualLitres(hour: number, n: number, seed = 1): number {
  const chance = hour >= 7 && hour < 9 ? 0.95 : hour >= 9 && hour < 23 ? 0.6 : 0.03
  return noise(n, seed) < chance ? 4 + Math.round(20 * noise(n + 1_000_003, seed)) : 0
}

export interface Feed {
  readonly profile: Profile
  readonly fromMs?: number
  readonly hours: number
  readonly stepMs?: number
  /** Amount per step; null: nothing was heard. */
  readonly amount: (startMs: number, localHour: number, n: number, meter: number) => number | null
}

export function observationsOf(feed: Feed): Observation[] {
  const { profile, fromMs = MONDAY_MS, hours, stepMs = HOUR_MS, amount } = feed
  const list: Observation[] = []
  for (let n = 0; n * stepMs < hours * HOUR_MS; n++) {
    const startMs = fromMs + n * stepMs
    profile.meters.forEach((_, meter) => {
      const value = amount(startMs, hourOf(wallMs(profile.timezone, startMs)), n, meter)
      if (value === null) return
      list.push({ meter, endMs: startMs + stepMs, intervalMs: stepMs, amount: value, measured: true })
    })
  }
  return list
}

export function foldAll(
  profile: Profile,
  observations: readonly Observation[],
  threshold = 11,
): { findings: Finding[]; state: LifeState } {
  const state = newLife(profile)
  const context = { thresholdOn: () => threshold }
  const findings = observations.flatMap((observation) => foldLife(state, observation, context))
  return { findings, state }
}

/** Hours since MONDAY_MS at which findings of a type were said. */
export function hoursOf(findings: readonly Finding[], type: Finding['type']): number[] {
  return findings.filter((one) => one.type === type).map((one) => (one.atMs - MONDAY_MS) / HOUR_MS)
}

export const WEEKS = (weeks: number): number => weeks * 7 * (DAY_MS / HOUR_MS)
