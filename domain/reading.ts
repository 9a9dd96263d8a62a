import type { GatewayId, HouseholdId, MeterId } from './ids.ts'
import type { Quality } from './quality.ts'
import type { EpochMs } from './time.ts'
import type { MeterKind } from './units.ts'

/**
 * A validated reading as the readings log carries it: what a meter said at a moment, and the consumption that follows
 * from it. (`meter`, `timeMs`) identifies it for ever: a later entry with the same pair is a revision and replaces it.
 */
export interface Reading {
  readonly meter: MeterId
  readonly kind: MeterKind
  /** The household that owned the meter when the reading was worked; null while nobody has claimed it. */
  readonly household: HouseholdId | null
  readonly gateway: GatewayId
  /** The end of what it measures. */
  readonly timeMs: EpochMs
  readonly receivedAtMs: EpochMs
  /** Cumulative, in kWh or L; null where the meter sends consumption. */
  readonly register: number | null
  /** Use over the `intervalMs` before `timeMs`, in kWh or L, never negative; null where it cannot be told. */
  readonly consumption: number | null
  /** Length of the interval the consumption belongs to; null exactly where consumption is null. */
  readonly intervalMs: number | null
  readonly quality: Quality
  /** Bit i set: METER_STATUSES[i]. */
  readonly status: number
  /** True where an earlier entry with the same meter and time is replaced: it counts as no new reading. */
  readonly revision: boolean
}
