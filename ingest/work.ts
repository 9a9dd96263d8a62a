import type { GatewayId } from '../domain/ids.ts'
import type { EpochMs } from '../domain/time.ts'
import type { ReadingsLogWriter } from '../logs/readings/readings-log-writer.ts'
import type { Absences } from './absences.ts'
import type { Candidate, Refusal } from './candidate.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Counters } from './counters.ts'
import type { History } from './history/history.ts'
import type { HistoryRow } from './history/row.ts'
import type { Households } from './households.ts'
import type { Meter, Meters } from './meters.ts'
import type { Rejects } from './rejects.ts'

/** Where a batch leaves its effects; all of it is one database, and one transaction. */
export interface Books {
  readonly meters: Meters
  readonly households: Households
  readonly absences: Absences
  readonly history: History
  readonly checkpoints: Checkpoints
  readonly log: ReadingsLogWriter
  readonly rejects: Rejects
  readonly counters: Counters
}

/** The publish that an element came with. */
export interface Origin {
  readonly gateway: GatewayId
  readonly receivedAtMs: EpochMs
  /** Meters whose clock has been found ahead in this publish: said once each. */
  readonly aheadMeters: Set<string>
}

/** One element on its way through the steps; each leaves here what the next ones need. */
export interface Work {
  readonly candidate: Candidate
  readonly origin: Origin
  /** By `resolve`, null where nobody has heard of it; then by `admitStranger`. */
  meter: Meter | null
  /** By `dedupe`: the reading that stands for this meter and time, to be corrected by this one. */
  corrects: HistoryRow | null
}

export type Fate = 'kept' | 'corrected' | 'duplicate'

/** null: the next step goes on with it. */
export type Step = (work: Work, books: Books) => Fate | Refusal | null
