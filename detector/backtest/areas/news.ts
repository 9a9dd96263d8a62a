import type { HomeOutage } from '../../core/area/member.ts'
import type { EpochMs } from '../../../domain/time.ts'

/** What a home hears of its areas at a moment: the outages as they are known from then on. */
export interface News {
  /** When this could be known: the data that it rests on ended by then. */
  readonly atMs: EpochMs
  /** The home is to be folded again from there. */
  readonly fromMs: EpochMs
  readonly outages: readonly HomeOutage[]
}

/** By household; homes that never hear of an outage are left out. */
export type NewsOfHomes = ReadonlyMap<string, readonly News[]>
