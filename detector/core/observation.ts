import type { InactivityRule, RiskTier } from '../../domain/household.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { MeterKind } from '../../domain/units.ts'

/** What the fold knows of a home before the first reading. */
export interface Profile {
  readonly household: HouseholdId
  readonly tier: RiskTier
  readonly timezone: string
  /** Where its neighbours are; without one it is compared with all homes. */
  readonly region?: string | null
  readonly rule: InactivityRule
  readonly meters: readonly { readonly id: MeterId; readonly kind: MeterKind }[]
}

/** Use over an interval, as one household's fold sees it, in the order of `endMs` (ties: by meter index). */
export interface Observation {
  /** Index into `Profile.meters`. */
  readonly meter: number
  readonly endMs: EpochMs
  /** Length of the interval before `endMs`. */
  readonly intervalMs: number
  /** kWh or L; null where nothing is known of the interval. */
  readonly amount: number | null
  /** False for anything that is not `measured`: such an interval is no evidence in either direction. */
  readonly measured: boolean
}
