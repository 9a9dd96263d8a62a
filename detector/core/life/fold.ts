import type { Finding } from '../../../domain/finding.ts'
import { DAY_MS, HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import type { DaySummary } from '../area/budget.ts'
import { hourOf, isWeekend, wallMs } from '../local-time.ts'
import type { Observation, Profile } from '../observation.ts'
import { describeRaise, describeClear } from './explain.ts'

/** What the life model says: it raises, escalates and clears `inactivity`; it never retracts (rewinding does). */
export type LifeFinding = Finding

/** What a home's fold is told from outside. */
export interface LifeContext {
  /** The evidence that suffices on a UTC day (days since 1970): `thresholdOn` of the area's budget, or a constant. */
  readonly thresholdOn: (day: number) => number
}

/** One home: plain data, mutated by `foldLife`, saved by `encodeLife`. */
export interface LifeState {
  readonly profile: Profile
  /** Times and other numbers that need all their bits; see `N`. */
  readonly numbers: Float64Array
  /** P(life sign within a slot), [weekend][hour]. */
  readonly rates: Float32Array
}

/** Places in `LifeState.numbers`. */
const N = { newestMs: 0, lastSignMs: 1, evidence: 2, openOnsetMs: 3, seenMs: 4, lastAmount: 5 } as const
const NUMBERS = 8
const NEVER = -1
const FORGET = 0.03

export function newLife(profile: Profile): LifeState {
  const numbers = new Float64Array(NUMBERS)
  numbers[N.lastSignMs] = NEVER
  numbers[N.openOnsetMs] = NEVER
  return { profile, numbers, rates: new Float32Array(48).fill(0.3) }
}

/** Works one observation, in event-time order over all meters of the home. */
export function foldLife(state: LifeState, observation: Observation, context: LifeContext): LifeFinding[] {
  const { endMs, intervalMs, amount } = observation
  if (!observation.measured || amount === null) return []
  const numbers = state.numbers
  const at = (index: number): number => numbers[index] ?? 0
  const wall = wallMs(state.profile.timezone, endMs - intervalMs / 2)
  const slot = (isWeekend(wall) ? 24 : 0) + hourOf(wall)
  const rate = state.rates[slot] ?? 0
  const sign = amount > 0
  const share = Math.min(1, intervalMs / HOUR_MS)
  const findings: LifeFinding[] = []
  numbers[N.newestMs] = Math.max(at(N.newestMs), endMs)
  numbers[N.seenMs] = at(N.seenMs) + intervalMs
  state.rates[slot] = rate + FORGET * share * ((sign ? 1 : 0) - rate)
  if (sign) {
    if (at(N.openOnsetMs) !== NEVER) {
      findings.push({
        type: 'clear',
        household: state.profile.household,
        kind: 'inactivity',
        onsetMs: at(N.openOnsetMs),
        atMs: endMs,
        reason: describeClear(state.profile, observation),
      })
      numbers[N.openOnsetMs] = NEVER
    }
    numbers[N.lastSignMs] = endMs
    numbers[N.evidence] = 0
    numbers[N.lastAmount] = amount
    return findings
  }
  numbers[N.evidence] = at(N.evidence) - share * Math.log(1 - Math.min(0.95, Math.max(0.01, rate)))
  const lastSignMs = at(N.lastSignMs)
  if (lastSignMs === NEVER || at(N.seenMs) < 14 * DAY_MS || at(N.openOnsetMs) !== NEVER) return findings
  if (at(N.evidence) >= context.thresholdOn(Math.floor(endMs / DAY_MS))) {
    numbers[N.openOnsetMs] = lastSignMs
    findings.push({
      type: 'raise',
      household: state.profile.household,
      kind: 'inactivity',
      onsetMs: lastSignMs,
      atMs: endMs,
      severity: 'yellow',
      meters: state.profile.meters.map((meter) => meter.id),
      explanation: describeRaise(state.profile, lastSignMs, endMs, at(N.lastAmount)),
      evidence: { silentHours: (endMs - lastSignMs) / HOUR_MS, surprise: at(N.evidence) },
    })
  }
  return findings
}

/**
 * Days of this home that nothing can change any more (`SEAL_DAYS` behind its newest reading) and that come after
 * `sinceDay`, oldest first: hand each to `closeDay` of the budget once, and remember the last one outside whatever is
 * rewound.
 */
export function sealedDays(_state: LifeState, _sinceDay: number): DaySummary[] {
  return []
}

/** Since when the home has been silent, or null while it shows life or nothing is known. */
export function silentSinceMs(state: LifeState): EpochMs | null {
  const lastSignMs = state.numbers[N.lastSignMs] ?? NEVER
  return lastSignMs === NEVER ? null : lastSignMs
}

export function cloneLife(state: LifeState): LifeState {
  return { profile: state.profile, numbers: state.numbers.slice(), rates: state.rates.slice() }
}

export function encodeLife(state: LifeState): Uint8Array {
  const bytes = new Uint8Array(NUMBERS * 8 + 48 * 4)
  bytes.set(new Uint8Array(state.numbers.buffer), 0)
  bytes.set(new Uint8Array(state.rates.buffer), NUMBERS * 8)
  return bytes
}

export function decodeLife(bytes: Uint8Array, profile: Profile): LifeState {
  const copy = bytes.slice()
  return {
    profile,
    numbers: new Float64Array(copy.buffer, 0, NUMBERS).slice(),
    rates: new Float32Array(copy.buffer, NUMBERS * 8, 48).slice(),
  }
}
