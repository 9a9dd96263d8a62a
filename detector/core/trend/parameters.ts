import type { MeterKind } from '../../../domain/units.ts'

/**
 * Every choice of the trend model with its meaning; docs/DETECTION.md has the table and says what each was tried against.
 * Levels are natural logarithms of a day's use, so that -0.69 is half and +0.69 is double.
 */

/** A day of a meter counts when at least this share of it was measured. */
export const DAY_COVER = 0.8
/** A day in which a sign of life was seen in no more hours than this is silence: the matter of `inactivity`, never of a trend. */
export const SILENT_SIGN_HOURS = 2
/** A day is judged when the home's data has reached this hour of the next one: its neighbours have reported it by then. */
export const JUDGE_AFTER_HOURS = 12

/** Newest days of electricity that must be as usual where a water dial is taken for stuck. */
export const STANDSTILL_DAYS = 7

/** Days before a day that make its usual level (median), and how many of them must be known. */
export const LEVEL_DAYS = 28
export const LEVEL_MIN_DAYS = 14

/** What a home tells its neighbours is cut this far from its own median day. */
export const OUTLIER_NATS = 1.5

/** A region's factor is the mean of at least this many homes; with fewer, the next larger area speaks. */
export const AREA_MIN_HOMES = 20
/** Of all homes together fewer are enough: the mean of few errs less than to take a festival for a matter of each home. */
export const ALL_MIN_HOMES = 8

/** Homes that are so many times further apart than usual are unrest; less is chance. */
export const UNREST_FROM = 1.1

/** `drop`, `surge`: the newest lived days that must agree, and within how many days they must lie; a few, or a week. */
export const STEP_DAYS = 3
export const STEP_WITHIN_DAYS = 5
export const WEEK_DAYS = 7
export const WEEK_WITHIN_DAYS = 10
/**
 * Their median, against the home's own level and its neighbours. Of electricity a third to a half flows with nobody's
 * doing: a smaller change of the whole is as large a change of what people use.
 */
export const DROP_NATS: Record<MeterKind, number> = { water: Math.log(0.5), electricity: Math.log(0.65) }
export const SURGE_NATS: Record<MeterKind, number> = { water: Math.log(2), electricity: Math.log(1.8) }
/** The same in units of the home's own day-to-day spread (1.4826 MAD, at least MIN_SPREAD); a week is surer than a few days. */
export const STEP_SPREADS = 2
export const WEEK_SPREADS = 1.3
export const MIN_SPREAD = 0.15

/** `decline`: median of the newest weeks against that of earlier ones. */
export const DECLINE_RECENT_DAYS = 21
export const DECLINE_GAP_DAYS = 21
export const DECLINE_BASE_DAYS = 42
/** -25 %. */
export const DECLINE_NATS = Math.log(0.75)
/** In standard errors of the difference of the two medians. */
export const DECLINE_ERRORS = 1.7
/** How a home follows its village is learned from so many known days before the newest weeks; what "as the others" weighs (nats²); no further than so. */
export const FOLLOW_MIN_DAYS = 28
export const FOLLOW_PRIOR = 0.4
export const FOLLOW_MOST = 2
/** Known days that either side needs, as a share of its length. */
export const DECLINE_MIN_SHARE = 0.6

/** A matter is over when its level has come back to within this share of the change that raised it. */
export const BACK_SHARE = 0.5
/** After so long the new level is the home's own: the matter is over, and the next change is measured from there. */
export const SETTLED_DAYS = 42

/** Severity: one step up at -70 % / x4 (decline: -50 %), one more after so many days. */
export const DROP_ORANGE_NATS = Math.log(0.3)
export const SURGE_ORANGE_NATS = Math.log(4)
export const DECLINE_ORANGE_NATS = Math.log(0.5)
export const STEP_GROWS_AFTER_DAYS = 7
export const DECLINE_GROWS_AFTER_DAYS = 21

/** `continuous-flow`: litres an hour that are flow, over what always flows in this home. */
export const FLOW_MIN_L_PER_H = 2
export const FLOW_OVER_USUAL = 2
/** Hours that it must not have stopped, and the share of them that must have been measured. */
export const FLOW_HOURS = 24
export const FLOW_MIN_COVER = 0.8
/** Days of lowest flows that must be known before a flow is news. */
export const FLOW_MIN_DAYS = 7
/** A longer gap ends a flow that was not raised yet: it may have stopped meanwhile. */
export const FLOW_LONGEST_GAP_HOURS = 6
/** A flow below the orange size must outlast the longest one of the last weeks by this factor, at most so many hours. */
export const FLOW_OVER_LONGEST = 1.5
export const FLOW_LONGEST_WAIT_HOURS = 72
/** What is left of that longest one after a day. */
export const FLOW_LONGEST_KEPT = 0.97
/** The hours, local, in which a flow shows its size. */
export const NIGHT_FROM_HOUR = 1
export const NIGHT_TO_HOUR = 5
/** Severity by size (L/h), and one step up after so many hours. */
export const FLOW_ORANGE_L_PER_H = 15
export const FLOW_RED_L_PER_H = 60
export const FLOW_GROWS_AFTER_HOURS = 72
/** An hour counts when so much of it was measured; intervals longer than this show no hour. */
export const HOUR_COVER = 0.75
export const FLOW_LONGEST_INTERVAL_HOURS = 1.6
