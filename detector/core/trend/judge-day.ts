import type { Severity } from '../../../domain/alert-kinds.ts'
import type { MeterKind } from '../../../domain/units.ts'
import { followVillage } from './follow-village.ts'
import {
  BACK_SHARE,
  DECLINE_BASE_DAYS,
  DECLINE_ERRORS,
  DECLINE_GAP_DAYS,
  DECLINE_GROWS_AFTER_DAYS,
  DECLINE_MIN_SHARE,
  DECLINE_NATS,
  DECLINE_ORANGE_NATS,
  DECLINE_RECENT_DAYS,
  DROP_NATS,
  DROP_ORANGE_NATS,
  LEVEL_DAYS,
  LEVEL_MIN_DAYS,
  MIN_SPREAD,
  SETTLED_DAYS,
  STEP_DAYS,
  STEP_SPREADS,
  STEP_GROWS_AFTER_DAYS,
  STEP_WITHIN_DAYS,
  SURGE_NATS,
  SURGE_ORANGE_NATS,
  WEEK_DAYS,
  WEEK_SPREADS,
  WEEK_WITHIN_DAYS,
} from './parameters.ts'

export type TrendKind = 'drop' | 'surge' | 'decline'

/** A change of level of one meter. */
export interface Change {
  readonly meter: number
  /** The usual level before it, in nats, without what the village did. */
  readonly base: number
  /** From there to the level it was raised with, in nats. */
  readonly shift: number
  /** Day-to-day spread of the usual level. */
  readonly spread: number
}

/** A matter that is going on, or that has ended and still explains what follows from it. */
export interface OpenTrend {
  readonly kind: TrendKind
  readonly onsetDay: number
  readonly severity: Severity
  readonly changes: readonly Change[]
  /** The day with which it was over; null while it goes on. */
  readonly endedDay: number | null
}

/**
 * A meter's days up to the judged one, the newest last: its use in nats without what the village did; NaN where nothing
 * is known, where the home was silent, or where it is not to be counted.
 */
export type Days = Float64Array

/** One meter as it is judged. */
export interface MeterDays {
  readonly kind: MeterKind
  readonly days: Days
  /** Of its newest days' use, what flowed without a stop (0 to 1): the matter of `continuous-flow`, not of `surge`. */
  readonly constantShare: number
  /** How many times further apart than usual its neighbours were, so many days before the newest; at least 1. */
  readonly unrest: (daysBefore: number) => number
  /** What the village did, in nats, likewise: with it, `days` are what the meter showed. */
  readonly village: (daysBefore: number) => number
}

/** Days that a judgement looks back. */
export const LOOK_BACK_DAYS = 92

export type Step =
  | { readonly type: 'raise'; readonly open: OpenTrend }
  | { readonly type: 'escalate'; readonly open: OpenTrend; readonly changes: readonly Change[] }
  | { readonly type: 'clear'; readonly open: OpenTrend; readonly why: 'back' | 'settled' }

const SEVERITIES = ['yellow', 'orange', 'red'] as const

/**
 * What a finished day says of a home: a pure function of its meters' days and of what was open before. Appends to `steps`.
 * @returns what is open after it; the same array where nothing has changed
 */
export function judgeDay(
  meters: readonly MeterDays[],
  day: number,
  open: readonly OpenTrend[],
  steps: Step[],
): readonly OpenTrend[] {
  let now = open
  for (const each of open) {
    const after = follow(each, meters, day, steps)
    if (after === each) continue
    now = now.flatMap((one) => (one === each ? (after ?? []) : one))
  }
  const recent = meters.map(({ days }): Recent => ({ days: recentDays(days), week: recentWeek(days) }))
  const raised =
    findStep(meters, recent, day, now, 'drop') ??
    findStep(meters, recent, day, now, 'surge') ??
    findDecline(meters, day, now)
  if (raised === null) return now
  steps.push({ type: 'raise', open: raised })
  return [...now, raised]
}

/** An open matter a day later; null: forgotten. */
function follow(open: OpenTrend, meters: readonly MeterDays[], day: number, steps: Step[]): OpenTrend | null {
  if (open.endedDay !== null) return day - open.endedDay > SETTLED_DAYS ? null : open
  const changes = open.changes.flatMap((change): Change[] => {
    const days = meters[change.meter]?.days
    const level = days === undefined ? NaN : levelNow(days, open.kind)
    return Number.isNaN(level) ? [] : [{ ...change, shift: level - change.base }]
  })
  const isBack =
    changes.length > 0 &&
    changes.every(({ shift, meter }) => {
      const was = open.changes.find((change) => change.meter === meter)?.shift ?? 0
      return was < 0 ? shift > BACK_SHARE * was : shift < BACK_SHARE * was
    })
  const isSettled = day - open.onsetDay >= SETTLED_DAYS && open.kind !== 'decline'
  if (isBack || isSettled || day - open.onsetDay >= 2 * SETTLED_DAYS) {
    steps.push({ type: 'clear', open, why: isBack ? 'back' : 'settled' })
    return { ...open, endedDay: day }
  }
  if (changes.length === 0) return open
  const severity = severityOf(open.kind, changes, day - open.onsetDay)
  if (SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(open.severity)) return open
  const grown = { ...open, severity }
  steps.push({ type: 'escalate', open: grown, changes })
  return grown
}

function levelNow(days: Days, kind: TrendKind): number {
  if (Number.isNaN(days[days.length - 1] ?? NaN)) return NaN
  return kind === 'decline'
    ? medianOf(days, days.length - 7, days.length, 4)
    : (recentDays(days)?.level ?? NaN)
}

function severityOf(kind: TrendKind, changes: readonly Change[], days: number): Severity {
  const size = Math.max(...changes.map(({ shift }) => Math.abs(shift)))
  const orange = { drop: -DROP_ORANGE_NATS, surge: SURGE_ORANGE_NATS, decline: -DECLINE_ORANGE_NATS }[kind]
  const after = kind === 'decline' ? DECLINE_GROWS_AFTER_DAYS : STEP_GROWS_AFTER_DAYS
  return SEVERITIES[(size >= orange ? 1 : 0) + (days >= after ? 1 : 0)] ?? 'red'
}

/** The windows of `drop` and `surge`; null where their days lie too far back. */
interface Recent {
  readonly days: Newest | null
  readonly week: Newest | null
}

interface Newest {
  readonly level: number
  readonly highest: number
  readonly lowest: number
  /** Place of the first of them. */
  readonly first: number
  /** Where the days that they are held against begin, and the mean of those. */
  readonly from: number
  readonly mean: number
}

function recentDays(days: Days): Newest | null {
  return newest(days, STEP_DAYS, STEP_WITHIN_DAYS)
}

function recentWeek(days: Days): Newest | null {
  return newest(days, WEEK_DAYS, WEEK_WITHIN_DAYS)
}

/** Of the newest `count` lived days, in their order. */
const sorted = new Float64Array(Math.max(STEP_DAYS, WEEK_DAYS))

/** The newest `count` lived days: their median and how far apart most of them are; null where they lie too far back. */
function newest(days: Days, count: number, within: number): Newest | null {
  const last = days.length - 1
  if (Number.isNaN(days[last] ?? NaN)) return null
  let found = 0
  let first = last
  for (let at = last; at > last - within && found < count; at--) {
    const value = days[at] ?? NaN
    if (Number.isNaN(value)) continue
    let place = found++
    for (; place > 0 && (sorted[place - 1] ?? 0) > value; place--) sorted[place] = sorted[place - 1] ?? 0
    sorted[place] = value
    first = at
  }
  if (found < count) return null
  const from = startOf(days, first)
  // Of seven days one may be an exception, of three none.
  const but = count > 4 ? 1 : 0
  return {
    level: sorted[count >> 1] ?? NaN,
    lowest: sorted[but] ?? NaN,
    highest: sorted[count - 1 - but] ?? NaN,
    first,
    from,
    mean: meanOf(days, from, first),
  }
}

/** `drop` and `surge`: a step of the level within the last days. */
function findStep(
  meters: readonly MeterDays[],
  recent: readonly Recent[],
  day: number,
  open: readonly OpenTrend[],
  kind: 'drop' | 'surge',
): OpenTrend | null {
  if (open.some((each) => explains(each, kind))) return null
  const changes: Change[] = []
  let onset = Infinity
  meters.forEach((one, meter) => {
    const { days = null, week = null } = recent[meter] ?? {}
    const found = stepOf(one, kind, days, STEP_SPREADS) ?? stepOf(one, kind, week, WEEK_SPREADS)
    if (found === null) return
    const { first, ...change } = found
    changes.push({ meter, ...change })
    onset = Math.min(onset, day - (one.days.length - 1 - first))
  })
  if (changes.length === 0) return null
  return { kind, onsetDay: onset, severity: severityOf(kind, changes, day - onset), changes, endedDay: null }
}

function stepOf(
  { kind: meterKind, days, constantShare, unrest, village }: MeterDays,
  kind: 'drop' | 'surge',
  now: Newest | null,
  spreads: number,
) {
  if (now === null) return null
  const sign = kind === 'drop' ? -1 : 1
  const bar = Math.abs(kind === 'drop' ? DROP_NATS[meterKind] : SURGE_NATS[meterKind])
  // Cheap, and spares most days the medians: the mean must say half as much.
  if (!(sign * (now.level - now.mean) >= bar / 2)) return null
  const before = usual(days, now.from, now.first)
  if (before === null) return null
  const shift = now.level - before.level
  const least = (kind === 'drop' ? now.highest : now.lowest) - before.level
  if (sign * shift < bar || sign * least < bar / 2 || sign * shift < spreads * before.spread) return null
  const unusual = shift / unrestOf(days, now.first, unrest)
  if (sign * unusual < bar || sign * unusual < spreads * before.spread) return null
  // Who goes on as always while all others change has done nothing that is news.
  if (sign * shownStep(days, now.from, now.first, village) < bar / 2) return null
  if (meterKind === 'electricity' && sign * stepBeyondSeason(days, now.from, now.first, village) < bar)
    return null
  if (kind === 'surge' && shift + Math.log(1 - constantShare) < bar / 2) return null
  return { base: before.level, shift, spread: before.spread, first: now.first }
}

const shown = new Float64Array(LOOK_BACK_DAYS)
const left = new Float64Array(LOOK_BACK_DAYS)

/** The step from [from, first) to the days since `first`, with what the village did. */
function shownStep(days: Days, from: number, first: number, village: MeterDays['village']): number {
  for (let at = from; at < days.length; at++) shown[at] = (days[at] ?? NaN) + village(days.length - 1 - at)
  return medianOf(shown, first, days.length, 1) - medianOf(shown, from, first, 1)
}

/** The step from [from, first) to the days since `first`, where the home's own way of following its village is taken out. */
function stepBeyondSeason(days: Days, from: number, first: number, village: MeterDays['village']): number {
  followVillage(days, village, first, left)
  return medianOf(left, first, days.length, 1) - medianOf(left, from, first, 1)
}

/** Mean unrest of the known days since `first`. */
function unrestOf(days: Days, first: number, unrest: MeterDays['unrest']): number {
  let sum = 0
  let count = 0
  for (let at = first; at < days.length; at++) {
    if (Number.isNaN(days[at] ?? NaN)) continue
    sum += unrest(days.length - 1 - at)
    count++
  }
  return sum / count
}

/** `decline`: the newest weeks against earlier ones. */
function findDecline(
  meters: readonly MeterDays[],
  day: number,
  open: readonly OpenTrend[],
): OpenTrend | null {
  if (open.some((each) => explains(each, 'decline'))) return null
  const changes: Change[] = []
  meters.forEach(({ kind, days, village }, meter) => {
    const end = days.length
    if (Number.isNaN(days[end - 1] ?? NaN)) return
    const split = end - DECLINE_RECENT_DAYS
    const baseEnd = split - DECLINE_GAP_DAYS
    const fall = meanOf(days, split, end) - meanOf(days, baseEnd - DECLINE_BASE_DAYS, baseEnd)
    if (!(fall <= DECLINE_NATS / 2)) return
    const recent = medianOf(days, split, end, DECLINE_MIN_SHARE * DECLINE_RECENT_DAYS)
    const base = medianOf(days, baseEnd - DECLINE_BASE_DAYS, baseEnd, DECLINE_MIN_SHARE * DECLINE_BASE_DAYS)
    const lately = medianOf(days, end - 7, end, 4)
    const shift = recent - base
    if (!(shift <= DECLINE_NATS) || !(lately - base <= DECLINE_NATS)) return
    const spread = Math.max(MIN_SPREAD, spreadOf(days, baseEnd - DECLINE_BASE_DAYS, baseEnd, base))
    // A median of n has a standard error of 1.25 sigma / sqrt n.
    const error = 1.25 * spread * Math.sqrt(1 / DECLINE_RECENT_DAYS + 1 / DECLINE_BASE_DAYS)
    if (shift > -DECLINE_ERRORS * error) return
    if (kind === 'electricity' && !isBeyondSeason(days, village, split, baseEnd)) return
    changes.push({ meter, base, shift, spread })
  })
  if (changes.length === 0) return null
  const onsetDay = day - DECLINE_RECENT_DAYS + 1
  return { kind: 'decline', onsetDay, severity: severityOf('decline', changes, 0), changes, endedDay: null }
}

/** Whether the weeks since `split` are as low where the home's own way of following its village's seasons is taken out. */
function isBeyondSeason(days: Days, village: MeterDays['village'], split: number, baseEnd: number): boolean {
  followVillage(days, village, split, left)
  const base = medianOf(left, baseEnd - DECLINE_BASE_DAYS, baseEnd, 1)
  return medianOf(left, split, days.length, 1) - base <= DECLINE_NATS
}

/** Whether a matter that is open, or was open lately, is why the level is what it is. */
function explains(open: OpenTrend, kind: TrendKind): boolean {
  if (open.kind === kind && open.endedDay === null) return true
  switch (kind) {
    case 'drop':
      return open.kind === 'surge'
    case 'surge':
      return open.kind !== 'surge'
    case 'decline':
      return true
  }
}

/** Where the last LEVEL_DAYS known days before `end` begin. */
function startOf(days: Days, end: number): number {
  let from = end
  for (let known = 0; from > 0 && known < LEVEL_DAYS;) if (!Number.isNaN(days[--from] ?? NaN)) known++
  return from
}

/** Median and spread of the known days in [from, end). */
function usual(days: Days, from: number, end: number): { level: number; spread: number } | null {
  const level = medianOf(days, from, end, LEVEL_MIN_DAYS)
  if (Number.isNaN(level)) return null
  return { level, spread: Math.max(MIN_SPREAD, spreadOf(days, from, end, level)) }
}

/** NaN where nothing is known. */
function meanOf(days: Days, from: number, end: number): number {
  let sum = 0
  let count = 0
  for (let at = Math.max(0, from); at < end; at++) {
    const value = days[at] ?? NaN
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return sum / count
}

const scratch = new Float64Array(LOOK_BACK_DAYS)

/** Median of the known values in [from, end); NaN where fewer than `least` are known. */
export function medianOf(days: Days, from: number, end: number, least: number): number {
  let count = 0
  for (let at = Math.max(0, from); at < end; at++) {
    const value = days[at] ?? NaN
    if (!Number.isNaN(value)) scratch[count++] = value
  }
  return count === 0 || count < least ? NaN : middle(count)
}

/** Median and spread of a row in which at least `least` days are known; NaN otherwise. */
export function middleAndSpread(days: Days, least: number): { level: number; spread: number } {
  const level = medianOf(days, 0, days.length, least)
  return { level, spread: Number.isNaN(level) ? NaN : spreadOf(days, 0, days.length, level) }
}

/** 1.4826 times the median distance from `level`. */
function spreadOf(days: Days, from: number, end: number, level: number): number {
  let count = 0
  for (let at = Math.max(0, from); at < end; at++) {
    const value = days[at] ?? NaN
    if (!Number.isNaN(value)) scratch[count++] = Math.abs(value - level)
  }
  return count === 0 ? 0 : 1.4826 * middle(count)
}

function middle(count: number): number {
  const values = scratch.subarray(0, count).sort()
  return ((values[(count - 1) >> 1] ?? 0) + (values[count >> 1] ?? 0)) / 2
}
