import type { AlertCategory, AlertKind, Condition, Severity } from '../../domain/alert-kinds.ts'
import type { Evidence, Explanation, Finding, HoldReason } from '../../domain/finding.ts'
import type { AlertId, HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Page } from '../../ingest/registry-reader.ts'

export const ALERT_STATES = ['held', 'open', 'acknowledged', 'dispatched', 'closed'] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** What was found at the door, or on the phone, or in the meter's box. */
export const OUTCOMES = [
  'at-home-fine',
  'nobody-home',
  'needs-help',
  'hospital',
  'moved-out',
  'meter-fault',
  'false-alarm',
  'other',
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** One step of an alert's life, as it is shown to whoever asks what happened. */
export interface HistoryEntry {
  /** The desk's clock. */
  readonly atMs: EpochMs
  /** A caller's name, or `detector`, or `desk` (deadlines, alerts that close by themselves). */
  readonly by: string
  readonly action: string
  readonly note: string | null
  /** The detector's words, where it was the detector that spoke. */
  readonly reason: Explanation | null
}

/** Why an alert is held, for whoever looks at it. */
export interface AlertHold {
  /** `person`: somebody at the desk has held it. */
  readonly reason: HoldReason | 'person'
  /** By when it is looked at again. */
  readonly untilMs: EpochMs
  readonly explanation: Explanation
}

/** An alert as the desk keeps it; the wire shape is made from it in `api/routes`. */
export interface Alert {
  readonly id: AlertId
  /** The home, or what stands for the area (domain/area.ts). */
  readonly household: HouseholdId
  readonly region: string | null
  readonly meters: readonly MeterId[]
  readonly kind: AlertKind
  readonly category: AlertCategory
  readonly severity: Severity
  readonly state: AlertState
  readonly condition: Condition
  /** Event time. */
  readonly onsetMs: EpochMs
  readonly raisedAtMs: EpochMs
  readonly clearedAtMs: EpochMs | null
  /** The desk's clock: due times and response times count from here. */
  readonly openedAtMs: EpochMs
  readonly dueAtMs: EpochMs | null
  /** Set exactly while held: when it comes back by itself, by the desk's clock. */
  readonly heldUntilMs: EpochMs | null
  /** Set exactly while held. */
  readonly hold: AlertHold | null
  /** Set by the person who closed it; null where it closed by itself. */
  readonly outcome: Outcome | null
  readonly explanation: Explanation
  readonly evidence: Evidence
  readonly history: readonly HistoryEntry[]
}

/**
 * A finding as the detector's findings log (table in detector.db) keeps it. `seq` grows by one per finding and is what
 * the desk's cursor counts; (`logOffset`, `index`) is where it came from, unique, so that folding the same log entry
 * again adds nothing.
 */
export interface PlacedFinding {
  readonly seq: number
  readonly logOffset: number
  readonly index: number
  readonly finding: Finding
}

export interface FindingsReader {
  /** Findings with `seq` > `afterSeq`, oldest first. */
  read(afterSeq: number, limit: number): PlacedFinding[]
  close(): void
}

/** What a person does with an alert. */
export type DeskAction =
  | { readonly type: 'acknowledge'; readonly note: string | null }
  | { readonly type: 'dispatch'; readonly note: string | null }
  | { readonly type: 'hold'; readonly note: string; readonly untilMs: EpochMs }
  | { readonly type: 'close'; readonly outcome: Outcome; readonly note: string | null }
  | { readonly type: 'note'; readonly note: string }

export type ActionResult =
  | { readonly ok: true; readonly alert: Alert }
  | { readonly ok: false; readonly code: 'alert-not-found' | 'history-full' }
  | {
      readonly ok: false
      readonly code: 'illegal-transition'
      readonly state: AlertState
      readonly allowed: readonly AlertState[]
    }

export const ALERT_CHANGES = [
  'raised',
  'revived',
  'escalated',
  'revised',
  'cleared',
  'retracted',
  'acknowledged',
  'dispatched',
  'held',
  'released',
  'closed',
  'noted',
  'moved',
] as const
export type AlertChange = (typeof ALERT_CHANGES)[number]

/** A change of an alert, with the alert as it was right after it. `seq` grows by one per change. */
export interface DeskEvent {
  readonly seq: number
  readonly atMs: EpochMs
  readonly change: AlertChange
  readonly alert: Alert
}

/** Several values of one field mean "any of them"; fields are joined by "and". */
export interface AlertFilter {
  readonly states?: readonly AlertState[]
  readonly conditions?: readonly Condition[]
  readonly kinds?: readonly AlertKind[]
  readonly severities?: readonly Severity[]
  readonly household?: HouseholdId
  /** Areas asked for. */
  readonly regions?: readonly string[]
  /** Raised (event time) at or after. */
  readonly sinceMs?: EpochMs
  /** Areas that the asker may see; null: all, and what has no region. */
  readonly areas: readonly string[] | null
}

export interface AlertCount {
  readonly kind: AlertKind
  readonly severity: Severity
  readonly state: AlertState
  readonly condition: Condition
  readonly count: number
}

export interface PumpResult {
  readonly applied: number
  /** Findings are left: pump again soon. */
  readonly more: boolean
}

export interface Desk {
  /** Applies new findings, deadlines and moved homes, within a bound; call it on a nudge and every 250 ms. */
  pump(): PumpResult
  get(id: AlertId, areas: readonly string[] | null): Alert | null
  /** Newest first. @throws BadCursor where the cursor was not given by this desk. */
  list(filter: AlertFilter, cursor: string | null, limit: number): Page<Alert>
  act(id: AlertId, action: DeskAction, by: string, areas: readonly string[] | null): ActionResult
  counts(areas: readonly string[] | null): AlertCount[]
  /** Findings applied since the desk's file began. */
  findingsApplied(): number
  events: EventLog
  /** Called after each change is on disk, in order. A listener must not throw. Returns its removal. */
  onEvent(listener: (event: DeskEvent) => void): () => void
  close(): void
}

/** The changes of the last days, from which the live stream resumes. */
export interface EventLog {
  /** Told apart from another desk file's events by this. */
  readonly epoch: string
  /** Events behind `seq`, oldest first. */
  after(seq: number, limit: number): DeskEvent[]
  /** `seq` of the newest event; 0 where there is none. */
  newest(): number
  /** The smallest `seq` from which `after` leaves nothing out. */
  resumableFrom(): number
}
