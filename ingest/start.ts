import type { Place } from '../domain/place.ts'
import { startStageThread, type StageThread } from '../platform/thread.ts'

export interface IngestOptions {
  readonly dataDir: string
  /** The readings log goes on behind this offset, which its readers have passed (an ingest.db that was lost or is older). */
  readonly logBehind?: number
}

// A type, not an interface: only then does it have the index signature that a CallMap asks for.
export type IngestCalls = {
  /** The journal has grown. */
  nudge(): void
  /** A reader of the readings log (`store`, `detector`) has come this far: what all have passed may go, a day later. */
  passed(reader: string, place: Place): void
  /** null while it works; otherwise what hinders it, in words for /readyz. It tries again by itself. */
  failure(): string | null
}

export type IngestEvent =
  /** After each commit: `place` is the head of the readings log, `journal` what has been worked of the journal. */
  | { readonly type: 'advanced'; readonly place: Place; readonly journal: Place }
  | { readonly type: 'failing'; readonly message: string }
  | { readonly type: 'recovered' }

/**
 * Starts ingest on a thread of its own. It reads journal.db of the folder (which may not exist yet) and owns ingest.db.
 * @throws OperationalError `database-unusable`.
 */
export function startIngest(
  options: IngestOptions,
  onCrash: (error: Error) => void,
): Promise<StageThread<IngestCalls, IngestEvent>> {
  return startStageThread<IngestCalls, IngestEvent>(new URL('./thread.ts', import.meta.url), options, onCrash)
}
