import type { MeterId } from '../domain/ids.ts'
import type { Quality } from '../domain/quality.ts'
import type { RejectCode } from '../domain/reject-codes.ts'
import type { EpochMs } from '../domain/time.ts'
import type { MeterKind } from '../domain/units.ts'

/** What every decoder makes of one element: well formed, in kWh or L, not yet held against what is known of the meter. */
export interface Candidate {
  readonly meter: MeterId
  readonly kind: MeterKind
  /** The end of what it measures. */
  readonly timeMs: EpochMs
  /** Exactly one of `register` and `consumption` is a number; `intervalMs` goes with `consumption`. */
  readonly register: number | null
  readonly consumption: number | null
  readonly intervalMs: number | null
  readonly stated: Quality
  /** Bit i set: METER_STATUSES[i]. */
  readonly status: number
  /** Replaces what is kept for the same meter and time. */
  readonly correction: boolean
}

/** Why one element is refused, in words for whoever has to mend it. */
export interface Refusal {
  readonly code: RejectCode
  readonly message: string
}

export function isRefusal(outcome: Candidate | Refusal): outcome is Refusal {
  return 'code' in outcome
}

/** A payload taken apart: one outcome per element, in their order. */
export interface Decoded {
  readonly outcomes: readonly (Candidate | Refusal)[]
  /** How many elements are refused as one, where the payload could not be taken apart; otherwise null. */
  readonly refusedWhole: number | null
  /** The text of element `index` as it came, for the rejects; called for refused ones only. */
  textOf(index: number): string
}

export type Decode = (payload: Uint8Array) => Decoded
