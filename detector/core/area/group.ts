import { subjectOf, type Area } from '../../../domain/area.ts'
import { newAway, type Away } from './leave-together.ts'
import { tailOf } from './tail.ts'
import {
  ALPHA,
  BACK_SHARE,
  FEWEST_HOMES,
  KINDS,
  MUTE_SHARE,
  OUTAGE_SHARE,
  RING_HOURS,
  SEALED_AFTER_HOURS,
  SEEN_SHARE,
  SUREST_SHARE,
  USUAL_DAYS,
  USUAL_MEMORY,
  type Run,
} from './outage.ts'

/** What is counted of a kind of meter in each hour: homes heard, homes whose flow was seen (or not), homes with flow. */
export const COUNT = { heard: 0, seen: 1, flow: 2 } as const
export const COUNTS = 3

/**
 * An area as sums over its homes, hour by hour: small numbers that are kept replaceable, so that late data corrects
 * them, and what is usual at each hour of the day, learned from hours that nothing can change any more. Sums of integers:
 * the order in which homes report cannot matter.
 */
export interface Group {
  readonly key: string
  readonly area: Area
  /** Homes with a meter of each kind. */
  readonly members: Uint32Array
  /** Rings of RING_HOURS, by kind and count. */
  readonly rings: Uint32Array
  /** What was usual when an hour came, in rings like the counts: later lessons do not change what was said of it. */
  readonly expected: Float32Array
  /** The same as it is known now, by kind, count and UTC hour of the day; and how many days have taught it. */
  readonly usual: Float32Array
  readonly taught: Uint16Array
  /** The newest hour in the rings; -1 before the first. */
  newestHour: number
  /** Newest hour in which the usual number reported, by kind, when it was last looked at; -1: none. A hint, no fact. */
  readonly goodHour: Float64Array
  /** By the clock nearly all meters of a kind have been silent up to here; -1: never said. */
  readonly clockHour: Float64Array
  runs: readonly Run[]
  /** Long silences of its homes; not saved, because homes know their own. */
  readonly away: Away
}

const HOURS = 24

export function newGroup(area: Area): Group {
  const kinds = KINDS.length
  return {
    key: subjectOf(area),
    area,
    members: new Uint32Array(kinds),
    rings: new Uint32Array(kinds * COUNTS * RING_HOURS),
    expected: new Float32Array(kinds * COUNTS * RING_HOURS),
    usual: new Float32Array(kinds * COUNTS * HOURS),
    taught: new Uint16Array(kinds * HOURS),
    newestHour: -1,
    goodHour: new Float64Array(kinds).fill(-1),
    clockHour: new Float64Array(kinds).fill(-1),
    runs: [],
    away: newAway(),
  }
}

export function countAt(group: Group, kind: number, count: number, hour: number): number {
  if (hour > group.newestHour || hour <= group.newestHour - RING_HOURS) return 0
  return group.rings[(kind * COUNTS + count) * RING_HOURS + (hour % RING_HOURS)] ?? 0
}

/** Adds to a count of an hour; hours that have left the ring are let go. */
export function addAt(group: Group, kind: number, count: number, hour: number, change: number): void {
  if (hour > group.newestHour) advance(group, hour)
  if (hour <= group.newestHour - RING_HOURS) return
  const at = (kind * COUNTS + count) * RING_HOURS + (hour % RING_HOURS)
  group.rings[at] = (group.rings[at] ?? 0) + change
}

/** The clock has come to this hour, whoever reports. */
export function reachHour(group: Group, hour: number): void {
  if (hour > group.newestHour) advance(group, hour)
}

function advance(group: Group, hour: number): void {
  const before = group.newestHour
  if (before < 0) {
    group.newestHour = hour
    return
  }
  const last = Math.min(hour, before + RING_HOURS)
  for (let each = before + 1; each <= last; each++) {
    teach(group, each - SEALED_AFTER_HOURS)
    group.newestHour = each
    enterHour(group, each)
  }
  // Behind a gap that is longer than the ring there is nothing left to be taught by.
  for (let each = Math.max(last, hour - RING_HOURS) + 1; each <= hour; each++) enterHour(group, each)
  group.newestHour = hour
}

function enterHour(group: Group, hour: number): void {
  const place = hour % RING_HOURS
  for (let row = 0; row < KINDS.length * COUNTS; row++) {
    const kind = Math.floor(row / COUNTS)
    const known = (group.taught[kind * HOURS + (hour % HOURS)] ?? 0) >= USUAL_DAYS
    group.rings[row * RING_HOURS + place] = 0
    group.expected[row * RING_HOURS + place] = known ? (group.usual[row * HOURS + (hour % HOURS)] ?? 0) : 0
  }
}

/** A sealed hour teaches what is usual, unless something was wrong in it. */
function teach(group: Group, hour: number): void {
  if (hour <= group.newestHour - RING_HOURS) return
  for (let kind = 0; kind < KINDS.length; kind++) {
    const heard = countAt(group, kind, COUNT.heard, hour)
    const at = kind * HOURS + (hour % HOURS)
    const days = group.taught[at] ?? 0
    if (isMute(group, kind, hour) || isDry(group, kind, hour) || (heard === 0 && days === 0)) continue
    const weight = 1 / Math.min(USUAL_MEMORY, days + 1)
    for (let count = 0; count < COUNTS; count++) {
      const place = (kind * COUNTS + count) * HOURS + (hour % HOURS)
      const old = group.usual[place] ?? 0
      group.usual[place] = old + weight * (countAt(group, kind, count, hour) - old)
    }
    group.taught[at] = Math.min(days + 1, 65_535)
  }
}

/** The usual count at this hour, as it was known when the hour came; 0 while it was not. */
export function usualAt(group: Group, kind: number, count: number, hour: number): number {
  if (hour > group.newestHour || hour <= group.newestHour - RING_HOURS) return 0
  const usual = group.expected[(kind * COUNTS + count) * RING_HOURS + (hour % RING_HOURS)] ?? 0
  // Homes that have moved to another gateway or region are not missed.
  return Math.min(usual, group.members[kind] ?? 0)
}

/** Homes that usually report at this hour of the day, as it is known now; Infinity while it is not. */
export function usualNow(group: Group, kind: number, hour: number): number {
  const place = hour % HOURS
  if ((group.taught[kind * HOURS + place] ?? 0) < USUAL_DAYS) return Infinity
  const usual = group.usual[(kind * COUNTS + COUNT.heard) * HOURS + place] ?? 0
  return Math.min(usual, group.members[kind] ?? 0)
}

/** Hardly any home of those that usually report at this hour was heard. */
export function isMute(group: Group, kind: number, hour: number): boolean {
  const usual = usualAt(group, kind, COUNT.heard, hour)
  return usual >= FEWEST_HOMES && countAt(group, kind, COUNT.heard, hour) <= OUTAGE_SHARE * usual
}

/** The chance that so many homes are mute each for a reason of its own. */
export function chanceOfMute(group: Group, kind: number, hour: number): number {
  const usual = Math.round(usualAt(group, kind, COUNT.heard, hour))
  const mute = Math.max(0, usual - countAt(group, kind, COUNT.heard, hour))
  return tailOf(usual, 1 - MUTE_SHARE, usual - mute)
}

export function isHeardAgain(group: Group, kind: number, hour: number): boolean {
  const usual = usualAt(group, kind, COUNT.heard, hour)
  return usual > 0 && countAt(group, kind, COUNT.heard, hour) >= BACK_SHARE * usual
}

/** Enough homes are seen to tell whether there is flow. */
export function isSeen(group: Group, kind: number, hour: number): boolean {
  const seen = countAt(group, kind, COUNT.seen, hour)
  return seen >= FEWEST_HOMES && seen >= SEEN_SHARE * usualAt(group, kind, COUNT.seen, hour)
}

/** The share of homes that usually show flow at this hour of the day. */
function usualShare(group: Group, kind: number, hour: number): number {
  const seen = usualAt(group, kind, COUNT.seen, hour)
  return seen < FEWEST_HOMES ? 0 : Math.min(SUREST_SHARE, usualAt(group, kind, COUNT.flow, hour) / seen)
}

/** Of the homes that are seen, hardly any shows flow of those that usually do. */
export function isDry(group: Group, kind: number, hour: number): boolean {
  if (!isSeen(group, kind, hour)) return false
  const expected = usualShare(group, kind, hour) * countAt(group, kind, COUNT.seen, hour)
  return countAt(group, kind, COUNT.flow, hour) <= OUTAGE_SHARE * expected
}

/** The chance that so few homes show flow while there is supply. */
export function chanceOfDry(group: Group, kind: number, hour: number): number {
  const seen = countAt(group, kind, COUNT.seen, hour)
  return tailOf(seen, usualShare(group, kind, hour), countAt(group, kind, COUNT.flow, hour))
}

/** So dry that it is no chance. */
export function isSurelyDry(group: Group, kind: number, hour: number): boolean {
  return isDry(group, kind, hour) && chanceOfDry(group, kind, hour) <= ALPHA
}
