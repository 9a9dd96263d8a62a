/**
 * What a home's fold remembers for its trends, in sections of its record (`state/layout.ts`). Times are seconds since 1970,
 * days are wall-clock days of the home since 1970, amounts are integers (mL, or 10 mWh): sums do not depend on rounding.
 */

/** Days of use that are remembered: the widest comparison, and the days that are still open to late data. */
export const RING_DAYS = 116
/** Days whose lowest flow is remembered. */
export const FLOW_DAYS = 28
/** Days whose moment of judgement is remembered: those that late data can change (`SEAL_DAYS`), and a gap of a week. */
export const OPEN_DAYS = 24

/** Places in `today`, of the home. */
export const H = {
  /** The local day being observed, and its end; 0: none yet. */
  day: 0,
  dayEndS: 1,
  /** Bit h: hour h of that day, and of the one before, showed life. */
  signs: 2,
  signsBefore: 3,
  /** Another number whenever a finished day has become another one: whoever has judged the days looks again. */
  stamp: 4,
} as const
export const TODAY_WORDS = 5

/** Places in a meter's row of `use`: use and measured seconds of the local day, and of the one before. */
export const U = { sum: 0, coverS: 1, sumBefore: 2, coverBeforeS: 3 } as const
export const USE_ROW = 4

/** Places in a water meter's row of `flow`. */
export const F = {
  /** The hour being observed (since 1970), and its use. */
  hour: 0,
  hourSum: 1,
  /** The unbroken flow: its start (0: none), its lowest hour (mL/h), the bar that it is over. */
  fromS: 2,
  min: 3,
  bar: 4,
  /** The lowest hour of its last night, mL/h; 0: it has had none. */
  night: 5,
  /** The lowest hour of the local day, mL/h. */
  dayMin: 6,
  /** Hundredths of hours of the longest flow of the last weeks that has ended; slowly forgotten. */
  longest: 7,
} as const
export const FLOW_ROW = 8

/** Places in a water meter's row of `flowing`: measured seconds of the present hour, measured hours of the unbroken flow. */
export const G = { hourCoverS: 0, hours: 1 } as const
export const FLOWING_ROW = 2

/** Places in a water meter's row of `flowMark`: of the raised flow 0 none, 1 + severity; how many hours of the local day are known. */
export const R = { raised: 0, dayHours: 1 } as const
export const FLOW_MARK_ROW = 2
