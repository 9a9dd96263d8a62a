import type { AlertKind, Severity } from './alert-kinds.ts'
import type { HouseholdId, MeterId } from './ids.ts'
import type { EpochMs } from './time.ts'

/** A sentence that a duty officer can read out, in both languages of the desk. */
export interface Explanation {
  readonly en: string
  readonly zh: string
}

/** Facts behind an explanation, as data. */
export type Evidence = Readonly<
  Record<string, number | string | boolean | null | readonly (string | number)[]>
>

/** Why an alert is kept back. What is said of it can be said in a word, so that lists can be filtered by it. */
export const HOLD_REASONS = [
  'planned-absence',
  'hospital',
  'area-outage',
  'data-gap',
  'usual-absence',
  'neighbours-away',
] as const
export type HoldReason = (typeof HOLD_REASONS)[number]

/** An alert that is kept back: why, and until when it must be looked at again (promise 6). */
export interface Hold {
  readonly reason: HoldReason
  /** Event time. */
  readonly untilMs: EpochMs
  readonly explanation: Explanation
}

/**
 * What the detector says; the desk makes an alert of it. (`household`, `kind`, `onsetMs`) identifies the matter, so the
 * same finding said twice is one alert; `household` is a home, or stands for an area (area.ts). `atMs` is event time,
 * never earlier than the data it rests on.
 *
 * A raise with a hold is no call to anybody yet: it is shown as held. Judged anew, the matter is raised again without it
 * (from then on it is open, and `atMs` is the moment of that judgement), cleared, or retracted.
 *
 * A raise of a matter that was raised before replaces what was said of it, whatever its condition: late data has moved
 * `atMs` (raisedAt), severity or meters, or has shown that it goes on after it was cleared or retracted. Escalations and
 * clears that still hold follow it. A clear said again moves clearedAt.
 */
export type Finding =
  | {
      readonly type: 'raise'
      readonly household: HouseholdId
      readonly kind: AlertKind
      readonly onsetMs: EpochMs
      readonly atMs: EpochMs
      readonly severity: Severity
      readonly meters: readonly MeterId[]
      readonly explanation: Explanation
      readonly evidence: Evidence
      readonly hold?: Hold
      /** Of an area's matter: the region it belongs to; null: none that all its homes have in common. */
      readonly region?: string | null
    }
  /** The evidence has grown: severity and explanation are replaced. */
  | {
      readonly type: 'escalate'
      readonly household: HouseholdId
      readonly kind: AlertKind
      readonly onsetMs: EpochMs
      readonly atMs: EpochMs
      readonly severity: Severity
      readonly explanation: Explanation
      readonly evidence: Evidence
    }
  | {
      readonly type: 'clear'
      readonly household: HouseholdId
      readonly kind: AlertKind
      readonly onsetMs: EpochMs
      readonly atMs: EpochMs
      readonly reason: Explanation
    }
  | {
      readonly type: 'retract'
      readonly household: HouseholdId
      readonly kind: AlertKind
      readonly onsetMs: EpochMs
      readonly atMs: EpochMs
      readonly reason: Explanation
    }
