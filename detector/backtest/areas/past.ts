import type { EpochMs } from '../../../domain/time.ts'
import type { HomeEvent } from '../../core/home-event.ts'
import type { Observation } from '../../core/observation.ts'

/**
 * What a home can be put back to. An outage is known only hours after it began, and the home is then folded again from there.
 * Whoever folds a history knows beforehand where that will be, and keeps a copy of the home's state of just then: no judgement
 * rests on it, and a home that never hears of an outage costs nothing.
 */
export interface Past {
  /** Oldest first. */
  copies: readonly Copy[]
  /** Observations since the oldest copy. */
  rows: Observation[]
  /** The next copy is due before the first observation that ends after this. */
  dueMs: EpochMs
  /** Days that were folded again, with what they had been for the budget. */
  redone: { readonly day: number; readonly reached: number | null }[]
}

export interface Copy {
  readonly pointMs: EpochMs
  readonly records: readonly Uint8Array[]
  readonly events: readonly HomeEvent[]
  /** Place in `rows` of the first observation after it. */
  readonly from: number
}

export function newPast(): Past {
  return { copies: [], rows: [], dueMs: Infinity, redone: [] }
}
