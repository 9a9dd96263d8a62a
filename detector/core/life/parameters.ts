/**
 * Every number of the life model that is a choice and not a measurement of the home (the fitted ones are in
 * coefficients.ts). What each buys is in docs/DETECTION.md.
 */

/** No alert before a home has been watched this long: until then silence is our ignorance, not its habit. */
export const LEARNING_DAYS = 14
/**
 * The same for a home that has been away for `HABIT_HOURS` meanwhile: a weekly absence shows only after some weeks, and
 * until then each one would be taken for a silence like no other.
 */
export const ABSENT_LEARNING_DAYS = 28
/** Alerts of a home count against the budget after this many days (DESIGN 5). */
export const BUDGET_DAYS = 28

/** P(life sign in an hour) assumed of a home nobody has seen yet, worth PRIOR_WEEKS weeks of observation. */
export const PRIOR_RATE = 0.45
export const PRIOR_WEIGHT = 3
/** Memory of the rhythm by hour and weekday or weekend: 1/RATE_MEMORY is the weight of the newest such hour. */
export const RATE_MEMORY = 30
/** Memory, in hours, of how lively the home has been lately, and in the long run. */
export const LATELY_HOURS = 72
export const LONG_RUN_HOURS = 2000

/** A silence this long may be an absence that the home has every week; shorter ones are the rhythm's. */
export const HABIT_HOURS = 18
/** What was heard of it: a silence that was mostly a gap is no absence. */
export const HABIT_OBSERVED_SHARE = 0.5
/** Absences are alike that begin, and that end, within so many hours of each other on the clock of the week. */
export const HABIT_NEAR_HOURS = 6
/** A habit was seen in at least so many weeks, and in this share of the last eight (fewer while the home is new). */
export const HABIT_MIN_WEEKS = 3
export const HABIT_WEEK_SHARE = 0.5
/** A habit that has not been seen for more than this is over. */
export const HABIT_FORGOTTEN_WEEKS = 3
/** How long after the latest of the usual returns a home is waited for. */
export const HABIT_MARGIN_HOURS = 2

/**
 * A gap shorter than this takes nothing from a silence: who comes back uses more than once within some hours, and would be
 * seen on either side of it. Readings that are lost one by one must not add up to a silence that never grows.
 */
export const FADE_FROM_HOURS = 6
/** A gap that a silence is this likely to have outlasted (the small hours) takes nothing from it (fade-silence.ts). */
export const FADE_BELOW = 0.99

/** Prior weight, in expected returns, of "this home returns as the pooled hazard says". */
export const RETURNS_PRIOR = 8
/** How fast the home's own count of returns forgets: half-life in days. */
export const RETURNS_HALF_LIFE_DAYS = 60
/** Surprise (nats) at which the home's own count of returns changes its bin. */
export const RETURNS_EDGES = [2, 5, 10, 20, 40] as const

/** Worth of finding someone after d hours: e^(-d/WORTH_HOURS). */
export const WORTH_HOURS = 48
/** Worth of an alert that stood open already when life stopped: somebody has been, but before it mattered. */
export const WORTH_ALREADY_OPEN = 0.5
/** How far ahead the use of waiting is looked for: longer than any night. */
export const HORIZON_HOURS = 18
/**
 * What the improbability of the silence itself weighs in the score (the rest is what waiting still saves), and by how much less
 * per unit of score above `LESS_UNLIKELY_FROM` (weigh.ts).
 */
export const UNLIKELY = {
  water: { share: 0.6, fall: 0.2 },
  electricity: { share: 0.5, fall: 0 },
} as const
export const LESS_UNLIKELY_FROM = 11.2
export const UNLIKELY_SHARE_LEAST = 0.3

/** Less water than this per hour is no act of a person (drips, interpolation). */
export const FLOOR_MIN_L_PER_H = 0.5
/** Days whose quietest four hours say what water runs all the time, and how many of them must be known. */
export const FLOOR_DAYS = 7
export const FLOOR_MIN_DAYS = 4
/** The highest of a leak: its usual times this, and by so many times what its least is below its usual; at most so many times its least. */
export const FLOOR_USUAL_MARGIN = 1.2
export const FLOOR_SPREADS = 2
export const FLOOR_MOST = 2
/** A load that has stayed where it is for so long is nobody's doing any more. */
export const STEADY_HOURS = 6
/** As far does water that runs on stray by itself (the pressure of the mains). */
export const STEADY_WATER_STRAYS = 0.1
/** This share of the night's loads lies at or below what power is at its least. */
export const STEADY_LOW_SHARE = 0.25

/** Of water intervals of some hours: this share of the last week lies at or below the floor. */
export const FLOOR_SHARE = 0.1
export const FLOOR_MARGIN = 1.5
/** Electricity that runs with everybody asleep: this share of the night's loads (02-05 local) lies at or below it. */
export const BASE_SHARE = 0.95
export const BASE_MARGIN = 1.1
/** In a silence deeper than this (nats), power must exceed this share of the nights to count as somebody's return. */
export const DEEP_NATS = 9
export const DEEP_BASE_SHARE = 0.99
/** The base load is never taken for more than this many times what this share of the night lies below. */
export const BASE_CAP = 4
export const BASE_CAP_SHARE = 0.75
export const BASE_MIN_KWH_PER_H = 0.01
export const NIGHT_FROM_HOUR = 2
export const NIGHT_TO_HOUR = 5
/** An interval this long holds no night of its own. */
export const NO_NIGHT_HOURS = 6
/** Of such intervals, use below this part of the lowest decile is nobody's. */
export const LONG_WATER_MARGIN = 0.5
export const LONG_ELECTRICITY_MARGIN = 0.75
export const LONG_HALF_LIFE_HOURS = 672
/** Half-lives of what floor and base load have learned, in observed hours (a week of hours; two weeks of nights). */
export const FLOOR_HALF_LIFE_HOURS = 168
export const BASE_HALF_LIFE_HOURS = 42
/** Observed hours before a floor or base load is believed. */
export const FLOOR_MIN_HOURS = 72
/** A floor is believed only where at least this share of intervals begins where the one before ended (memory: UNBROKEN_MEMORY). */
export const FLOOR_MIN_UNBROKEN = 0.8
export const UNBROKEN_MEMORY = 168
export const BASE_MIN_HOURS = 20

/** An interval longer than this is spread over the hours it covers. */
export const LONG_INTERVAL_HOURS = 1.6
/** Share of an hour that must have been observed before the hour teaches anything. */
export const MIN_COVER = 0.5

/**
 * The score is worked out once a silence is this long and this unlikely (ln P): at the end of each hour of the wall clock (no more
 * of it left than this share), or where readings do not end with it, after so many hours.
 */
export const SCORE_FROM_HOURS = 2
export const SCORE_FROM_LOG_ALIVE = -0.7
export const HOUR_IS_OVER = 0.02
export const SCORE_EVERY_HOURS = 0.9

/** Severity rises when the score passes the threshold by this much, or the alert has stood this long. */
export const ORANGE_ABOVE = 0.7
export const ORANGE_AFTER_HOURS = 12
export const RED_ABOVE = 1.4
export const RED_AFTER_HOURS = 24
