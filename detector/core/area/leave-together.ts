import { HABIT_HOURS } from '../life/parameters.ts'
import type { LongSilence } from '../life/long-silences.ts'
import type { Group } from './group.ts'

/**
 * Who falls silent together with many neighbours has most likely left with them: for a feast, a harvest, a flood. For a silence that
 * began in hour b, as it is known in hour t, with the silences of 18 h and more of all other homes of its area
 *
 *   n     = those that began within b ± 3 h, and had lasted 18 h by t
 *   usual = the greater of their means in the same hours of the 14 days before, and of the same weekday of the 4 weeks before,
 *           at least ½
 *   together if  n >= 5  and  n >= 3 usual
 *
 * Of n + 1 homes that went silent so, about `usual` would have done so anyhow: the chance that this one is among those is less
 * than one in three (a local false discovery rate: Efron 2004), and with it what a knock is worth. It is waited for until no more
 * others than usual are away, at most 14 days. Who fell silent at another hour is asked after as ever.
 */
export const TOGETHER_HOURS = 3
export const FEWEST_TOGETHER = 5
export const TIMES_USUAL = 3
export const LONGEST_WAIT_HOURS = 14 * 24
/** An area of at least so many homes speaks: the smallest. */
export const AREA_MIN_HOMES = 100
/** All homes of the largest speak where they are at least so many. */
export const ALL_MIN_HOMES = 20
const DAYS_BEFORE = 14
const WEEKS_BEFORE = 4
const LEAST_USUAL = 0.5

/**
 * Long silences of an area's homes by hour of the wall clock: how many began, and how many ended. Sums of what homes tell, each
 * corrected when a home's own past changes: the order in which homes report cannot matter.
 */
export interface Away {
  readonly began: Map<number, number>
  readonly ended: Map<number, number>
  /** Grows with every change: who is held looks again. */
  revision: number
}

export function newAway(): Away {
  return { began: new Map(), ended: new Map(), revision: 0 }
}

/** Adds a home's long silences to the area, or takes them out (`sign` -1). */
export function noteAway(away: Away, silences: readonly LongSilence[], sign: 1 | -1): void {
  for (const { fromHour, toHour } of silences) {
    addTo(away.began, fromHour, sign)
    if (toHour !== null) addTo(away.ended, toHour, sign)
  }
  if (silences.length > 0) away.revision++
}

function addTo(counts: Map<number, number>, hour: number, sign: 1 | -1): void {
  const count = (counts.get(hour) ?? 0) + sign
  if (count === 0) counts.delete(hour)
  else counts.set(hour, count)
}

/** Who speaks for a home: the smallest of its region's areas that has enough homes, else all of the largest. */
export function speakerOf(groups: readonly (readonly Group[])[]): Group | null {
  let largest: Group | null = null
  for (const list of groups) {
    for (const group of list) {
      if (group.area.type !== 'region') continue
      if (homesOf(group) >= AREA_MIN_HOMES) return group
      largest = group
    }
  }
  return largest !== null && homesOf(largest) >= ALL_MIN_HOMES ? largest : null
}

function homesOf({ members }: Group): number {
  return Math.max(...members)
}

export interface LeftTogether {
  /** Others that fell silent in the same hours, and how many usually do. */
  readonly homes: number
  readonly usual: number
  /** The first hour in which its neighbours are back; at the latest the last that it is waited for. */
  readonly untilHour: number
}

/**
 * Whether a silence that began in `fromHour` is one of many, as it is known in `atHour`.
 * @param own the home's long silences, as it has told them
 * @param endHour when it was over: what its neighbours did later does not matter
 */
export function leftTogether(
  { began, ended }: Away,
  own: readonly LongSilence[],
  fromHour: number,
  atHour: number,
  endHour = Infinity,
): LeftTogether | null {
  // Whoever fell silent in an hour has been so for 18 h when the 19th after it is over.
  const known = Math.min(fromHour + TOGETHER_HOURS, atHour - HABIT_HOURS - 1)
  let homes = 0
  for (let hour = fromHour - TOGETHER_HOURS; hour <= known; hour++) homes += began.get(hour) ?? 0
  for (const silence of own) {
    if (silence.fromHour >= fromHour - TOGETHER_HOURS && silence.fromHour <= known) homes--
  }
  if (homes < FEWEST_TOGETHER) return null
  const usual = Math.max(
    meanBefore(began, fromHour, 24, DAYS_BEFORE),
    meanBefore(began, fromHour, 168, WEEKS_BEFORE),
    LEAST_USUAL,
  )
  if (homes < TIMES_USUAL * usual) return null
  const lastHour = fromHour + LONGEST_WAIT_HOURS
  const back = backHour(began, ended, fromHour, atHour, Math.min(lastHour, endHour - 1))
  return { homes, usual, untilHour: back ?? lastHour }
}

function meanBefore(began: Away['began'], hour: number, step: number, times: number): number {
  let sum = 0
  for (let back = 1; back <= times; back++) {
    for (let off = -TOGETHER_HOURS; off <= TOGETHER_HOURS; off++) {
      sum += began.get(hour - back * step + off) ?? 0
    }
  }
  return sum / times
}

/** The first hour from `atHour` on, up to `lastHour`, in which no more others than usual are away; null: none is known yet. */
function backHour(
  began: Away['began'],
  ended: Away['ended'],
  fromHour: number,
  atHour: number,
  lastHour: number,
): number | null {
  const firstHour = fromHour - DAYS_BEFORE * 24
  let away = 0
  for (const [hour, count] of began) if (hour + HABIT_HOURS < firstHour) away += count
  for (const [hour, count] of ended) if (hour < firstHour) away -= count
  let before = 0
  for (let hour = firstHour; hour <= lastHour; hour++) {
    away += (began.get(hour - HABIT_HOURS) ?? 0) - (ended.get(hour) ?? 0)
    if (hour < fromHour) before += away
    else if (hour >= atHour && away - 1 <= Math.max(before / (DAYS_BEFORE * 24), LEAST_USUAL)) {
      return hour
    }
  }
  return null
}
