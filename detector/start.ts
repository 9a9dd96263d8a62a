import type { Place } from '../domain/place.ts'
import type { EpochMs } from '../domain/time.ts'
import { startStageThread, type StageThread } from '../platform/thread.ts'

/** Plain data, handed to the stage's thread. */
export interface DetectorOptions {
  readonly dataDir: string
  /** Of homes whose registration names none, until a `settings` entry of the log says otherwise. */
  readonly timezone: string
  /** Inactivity alerts per household and 30 days, until a `settings` entry says otherwise. */
  readonly budget: number
  /** How often the state is saved; what comes after is folded again after a crash. Default: 30 s. */
  readonly snapshotEveryMs?: number
}

export interface DetectorStatus {
  /** Folded up to here. */
  readonly place: Place
  /** Saved up to here: the log in front of it is needed no more by the detector. */
  readonly savedPlace: Place
  readonly backlogReadings: number
  /** Age of the oldest entry not yet folded, by this machine's clock; 0 without a backlog. */
  readonly backlogSeconds: number
  readonly households: number
  readonly meters: number
  /** Findings said since the folder began. */
  readonly findings: number
  /** The newest event time that was folded. */
  readonly lastEventMs: EpochMs | null
  /** Readings judged by nobody: marked `late`, or behind what a home remembers. */
  readonly unjudged: number
  /** null while it works; otherwise what hinders it, in words for /readyz. It tries again by itself. */
  readonly failure: string | null
}

/** What the detector knows of a home, as plain JSON. */
export interface HouseholdView {
  readonly household: string
  readonly timezone: string
  readonly newestMs: EpochMs | null
  /** The last life sign, as far as the model tells. */
  readonly silentSinceMs: EpochMs | null
  /** Since when no meter of it could have shown anything; null: one of them sees. */
  readonly blindSinceMs: EpochMs | null
  readonly meters: readonly {
    readonly id: string
    readonly lastMs: EpochMs | null
    readonly offline: boolean
  }[]
  /** Matters that are active now. */
  readonly active: readonly { readonly kind: string; readonly onsetMs: EpochMs }[]
}

export type DetectorCalls = {
  nudge(): void
  status(): DetectorStatus
  household(id: string): HouseholdView | null
  /** Of these homes those that cannot be seen, and since when. */
  blind(ids: readonly string[]): Record<string, EpochMs>
  /** Homes that cannot be seen in these areas (null: all), as of some seconds ago. */
  countBlind(areas: readonly string[] | null): number
}

export type DetectorEvent =
  | { readonly type: 'advanced'; readonly place: Place; readonly findings: number }
  /** The snapshot has moved: the log up to `place` is not needed any more. */
  | { readonly type: 'saved'; readonly place: Place }
  | { readonly type: 'failing'; readonly message: string }
  | { readonly type: 'recovered' }

/**
 * Starts the detector on a thread of its own: it folds over the readings log of `dataDir` from where it last stood.
 * Nudge it when ingest has advanced (`tell('nudge')`); it also looks for itself four times a second.
 */
export function startDetector(
  options: DetectorOptions,
  onCrash: (error: Error) => void,
): Promise<StageThread<DetectorCalls, DetectorEvent>> {
  return startStageThread<DetectorCalls, DetectorEvent>(
    new URL('./thread.ts', import.meta.url),
    options,
    onCrash,
  )
}
