import type { Profile } from '../observation.ts'

/** Hours that the sliding window of the 10 L rules looks back on, kept as rings of litres and of observed time. */
export const WINDOW_HOURS = 24
export const NEVER = -1

/** Places in `RuleState.numbers`. */
export const R = {
  lastUseMs: 0,
  openOnsetMs: 1,
  firstMs: 2,
  /** Observed time without use, ms. */
  silentMs: 3,
  /** Newest UTC hour in the rings. */
  hour: 4,
  /** Local day whose peaks are being watched, the observed time in them (ms), and whether there was use. */
  day: 5,
  peakMs: 6,
  peakUse: 7,
  lastAmount: 8,
  lastMeter: 9,
} as const
const NUMBERS = 10

/** A home under a fixed rule: plain data. */
export interface RuleState {
  readonly profile: Profile
  readonly numbers: Float64Array
  readonly litres: Float64Array
  readonly cover: Float64Array
}

export function newRule(profile: Profile): RuleState {
  return {
    profile,
    numbers: new Float64Array(NUMBERS).fill(NEVER),
    litres: new Float64Array(WINDOW_HOURS),
    cover: new Float64Array(WINDOW_HOURS),
  }
}

export function cloneRule(state: RuleState): RuleState {
  return {
    profile: state.profile,
    numbers: state.numbers.slice(),
    litres: state.litres.slice(),
    cover: state.cover.slice(),
  }
}

export function encodeRule(state: RuleState): Uint8Array {
  const all = new Float64Array(NUMBERS + 2 * WINDOW_HOURS)
  all.set(state.numbers, 0)
  all.set(state.litres, NUMBERS)
  all.set(state.cover, NUMBERS + WINDOW_HOURS)
  return new Uint8Array(all.buffer)
}

/** @throws Error where the bytes are not a rule's state: a broken invariant. */
export function decodeRule(bytes: Uint8Array, profile: Profile): RuleState {
  const length = NUMBERS + 2 * WINDOW_HOURS
  if (bytes.length !== length * 8)
    throw new Error(`rule state of ${bytes.length} bytes, expected ${length * 8}`)
  const all = new Float64Array(bytes.slice().buffer)
  return {
    profile,
    numbers: all.slice(0, NUMBERS),
    litres: all.slice(NUMBERS, NUMBERS + WINDOW_HOURS),
    cover: all.slice(NUMBERS + WINDOW_HOURS),
  }
}
