import type { Condition } from '../../domain/alert-kinds.ts'
import type { Explanation, Hold } from '../../domain/finding.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Alert, HistoryEntry } from './desk.ts'

/** An alert with what only the desk needs to know. */
export interface DeskAlert extends Alert {
  /** A person has done something with it (notes do not count): it never closes by itself any more. */
  readonly touched: boolean
  /** The condition in which it was closed; null while it is not. */
  readonly closedAs: Condition | null
  /** What the detector holds it for, whatever people have done with it; null: it calls somebody. */
  readonly saidHold: Hold | null
}

/** Past this many steps people can add no more to an alert (409 `history-full`); the detector's words still go in, within MAX_MACHINE_ENTRIES. */
export const MAX_HISTORY = 1_000

export function entry(
  atMs: EpochMs,
  by: string,
  action: string,
  note: string | null,
  reason: Explanation | null = null,
): HistoryEntry {
  return { atMs, by, action, note, reason }
}
