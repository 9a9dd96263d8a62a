import type { AbsenceKind } from './absence.ts'
import type { Household } from './household.ts'
import type { GatewayId, HouseholdId, MeterId } from './ids.ts'
import type { Reading } from './reading.ts'
import type { EpochMs } from './time.ts'

/** What the journal holds: what came in, as it came, and everything else that changes what the detector will say. */
export type JournalEntry =
  | {
      readonly type: 'publish'
      readonly receivedAtMs: EpochMs
      readonly gateway: GatewayId
      readonly topic: string
      readonly payload: Uint8Array
    }
  /**
   * It becomes a reject: a publish that the broker had to refuse before it could be read (too large), or an entry of a
   * damaged journal that was given up (gateway and topic empty).
   */
  | {
      readonly type: 'refusal'
      readonly receivedAtMs: EpochMs
      readonly gateway: GatewayId
      readonly topic: string
      readonly code: 'packet-too-large' | 'journal-damaged'
      readonly message: string
    }
  | ControlEntry

/** Entries that pass through ingest unchanged, in their order among the readings. */
export type ControlEntry =
  /** Households registered or replaced, whole; a meter named here belongs to this household from now on. */
  | { readonly type: 'households'; readonly receivedAtMs: EpochMs; readonly households: readonly Household[] }
  /** Nobody is home from..to, and that is known: inactivity is held, not raised. */
  | {
      readonly type: 'absence'
      readonly receivedAtMs: EpochMs
      readonly household: HouseholdId
      readonly fromMs: EpochMs
      readonly toMs: EpochMs
      readonly reason: string
      /** Left out (entries of before): `planned`. */
      readonly kind?: AbsenceKind
      readonly by?: string
    }
  /** An absence ends at another moment than was told, or is withdrawn (`toMs` null). `absence`: its id (`absenceIdOf`). */
  | {
      readonly type: 'absence-end'
      readonly receivedAtMs: EpochMs
      readonly household: HouseholdId
      readonly absence: string
      readonly toMs: EpochMs | null
      readonly by?: string
    }
  /** What the detector is to be run with from here on. */
  | {
      readonly type: 'settings'
      readonly receivedAtMs: EpochMs
      readonly budget: number
      readonly timezone: string
    }
  /** The clock of a live system: what must happen without readings hangs on it. */
  | { readonly type: 'tick'; readonly receivedAtMs: EpochMs }

/** What the readings log holds. */
export type ReadingsLogEntry =
  | { readonly type: 'readings'; readonly readings: readonly Reading[] }
  | ControlEntry
  /** A reading was refused because its meter's clock runs ahead: the detector raises `clock-skew` from it. */
  | {
      readonly type: 'clock-ahead'
      readonly receivedAtMs: EpochMs
      readonly gateway: GatewayId
      readonly meter: MeterId
      readonly household: HouseholdId | null
      readonly timeMs: EpochMs
    }
  /**
   * A register did what no meter does (a fall that is neither rollover, exchange nor reset; a spike that came back).
   * `expected` null: late data or a correction has shown that what was said of this meter and time was not so.
   */
  | {
      readonly type: 'register-fault'
      readonly receivedAtMs: EpochMs
      readonly meter: MeterId
      readonly household: HouseholdId | null
      readonly timeMs: EpochMs
      readonly register: number
      readonly expected: number | null
    }
