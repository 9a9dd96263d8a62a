import type { EpochMs } from '../../../domain/time.ts'
import type { Score } from '../score/score.ts'

/** Homes listed in the page; of more, those that cost most. */
export const MOST_ROWS = 2_000
/** Homes whose timeline is in the page, and what all timelines may weigh; those that cost most come first. */
export const MOST_TIMELINES = 300
export const MOST_TIMELINE_CHARS = 12_000_000

/** One way of judging, as the page shows it. */
export interface ReportContender extends Score {
  /** Inactivity alerts by local day from `ReportData.firstDay` on, and by local hour. */
  readonly byDay: readonly number[]
  readonly byHour: readonly number[]
}

export interface ReportHome {
  readonly id: string
  readonly meters: readonly string[]
  readonly scored: boolean
  readonly months: number
  /** After the first four weeks, per contender. */
  readonly alerts: readonly number[]
  /** Hours under alert after the first four weeks, per contender. */
  readonly underHours: readonly number[]
  readonly observedDays: number
  readonly lifelessDays: number
  /** Place in `timelines`; -1 where it was left out. */
  timeline: number
}

export interface ReportAlert {
  readonly kind: string
  readonly severity: string
  readonly onsetMs: EpochMs
  readonly raisedMs: EpochMs
  readonly clearedMs: EpochMs | null
  readonly en: string
  readonly zh: string
}

export interface ReportTimeline {
  readonly id: string
  readonly timezone: string
  /** Local days since 1970. */
  readonly firstDay: number
  readonly days: number
  /** Two bits an hour, four hours a byte, the first in the lowest bits: 0 unknown, 1 silent, 2 life; base64. */
  readonly cells: string
  readonly use: readonly {
    readonly meter: string
    readonly kind: string
    readonly perDay: readonly (number | null)[]
  }[]
  /** Of the chosen contender, in words; times are wall-clock ms. */
  readonly alerts: readonly ReportAlert[]
  /** Per contender: raised and cleared of each inactivity alert, in wall-clock hours since 1970; -1: not cleared. */
  readonly spans: readonly (readonly number[])[]
}

/** Everything that the page shows, as plain JSON. */
export interface ReportData {
  readonly file: string
  readonly readings: number
  readonly badLines: number
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
  readonly homesInFile: number
  readonly rounds: number
  readonly seed: number
  /** Places in `contenders`. */
  readonly chosen: number
  /** Local days since 1970. */
  readonly firstDay: number
  readonly contenders: readonly ReportContender[]
  readonly homes: readonly ReportHome[]
  readonly rowsLeftOut: number
  readonly timelines: readonly ReportTimeline[]
  readonly timelinesLeftOut: number
}

export interface ReportSource {
  readonly file: string
  readonly readings: number
  readonly badLines: number
  readonly rounds: number
  readonly seed: number
}
