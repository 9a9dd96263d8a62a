import type { Absence } from '../domain/absence.ts'
import type { Household } from '../domain/household.ts'
import type { HouseholdId, MeterId } from '../domain/ids.ts'
import type { Reject } from '../domain/reject-codes.ts'
import type { EpochMs } from '../domain/time.ts'
import type { MeterKind } from '../domain/units.ts'

export interface MeterSummary {
  readonly id: MeterId
  readonly kind: MeterKind
  /** null: unregistered, kept and judged as a home of its own until a household claims it. */
  readonly household: HouseholdId | null
  readonly gateway: string
  readonly newestTimeMs: EpochMs | null
  readonly readings: number
}

/** Counted since the data folder began; readings are elements, not messages (promise 2: received = kept + corrected + duplicates + rejected). */
export interface IngestCounters {
  readonly received: number
  readonly kept: number
  /** Kept readings that a marked correction has replaced: no new reading in the store. */
  readonly corrected: number
  readonly duplicates: number
  readonly rejected: number
  readonly rejectedByCode: Readonly<Record<string, number>>
  readonly late: number
  /** Journal entries not yet worked. */
  readonly backlogEntries: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Opaque; null on the last page. */
  readonly next: string | null
}

export interface RejectFilter {
  readonly fromMs?: EpochMs
  readonly toMs?: EpochMs
  readonly code?: string
  readonly gateway?: string
}

/** What the API reads of ingest's database, from its own thread, read-only. */
export interface RegistryReader {
  household(id: HouseholdId): Household | null
  households(
    filter: { areas: readonly string[] | null },
    cursor: string | null,
    limit: number,
  ): Page<Household>
  /** The calendar of a home, the latest beginning first, also what was withdrawn. */
  absences(household: HouseholdId, cursor: string | null, limit: number): Page<Absence>
  absence(household: HouseholdId, id: string): Absence | null
  /** Meters nobody has claimed. */
  unregisteredMeters(cursor: string | null, limit: number): Page<MeterSummary>
  meter(id: MeterId): MeterSummary | null
  metersOf(household: HouseholdId): MeterSummary[]
  /** Households in these areas and their meters, for a caller who may see no more than that. */
  countsIn(areas: readonly string[]): { households: number; metersRegistered: number }
  counts(): { households: number; metersRegistered: number; metersUnregistered: number }
  rejects(filter: RejectFilter, cursor: string | null, limit: number): Page<Reject & { id: number }>
  counters(): IngestCounters
  close(): void
}
