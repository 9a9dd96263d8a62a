import type { MeterKind } from '../../../domain/units.ts'
import { ALL_MIN_HOMES, AREA_MIN_HOMES, LEVEL_DAYS, LEVEL_MIN_DAYS, UNREST_FROM } from './parameters.ts'

/**
 * What the homes of an area have in common, day by day: how much more or less than usual they all used.
 *
 *   y(h, e)   = x(h, e), no further than OUTLIER_NATS from the median of the 28 days before d
 *   dev(h, d) = y(h, d) - mean of y(h, d-28 .. d-1)            a home's day against its own level, in nats
 *   f(d)      = mean over the homes of the area of dev(h, d)     where at least AREA_MIN_HOMES are there, else the parent's
 *   C(d)      = f(d) + mean of C(d-28 .. d-1)                    the same as a level: a chained index, 0 before the first day
 *
 * Means, because only what is linear chains: with medians in the levels, a change that fills half of the 28 days moved the
 * homes' levels and the index's own at different moments; with a median over homes, the skew of their days (low days are lower
 * than high days are high) added up to a slow rise. Either stayed in C for good. Outliers are cut at the home.
 *
 * A home is judged by x - C: a heatwave, a festival, a season that moves the village is in C and moves nobody. Counts of
 * integers make it independent of the order in which homes report; a home that says something else of a day (late data)
 * takes its old contribution back first.
 */
export interface VillageIndex {
  /** By kind and path; the path '' is all homes. */
  readonly areas: Map<string, AreaIndex>
}

export interface AreaIndex {
  readonly parent: AreaIndex | null
  /** The newest day that a home has told of; days up to OPEN_AREA_DAYS before it can still change. 0: none yet. */
  newestDay: number
  /** Homes per day (mod OPEN_AREA_DAYS) and bin. */
  readonly counts: Uint32Array | Uint16Array
  /** C per day (mod INDEX_DAYS), in hundredths of a nat; what may have changed is worked out anew when asked for. */
  readonly index: Int16Array
  /** f per day, likewise. */
  readonly factors: Int16Array
  /** How far from f the homes are on a day, on average, likewise; 0 where too few have told. */
  readonly spreads: Int16Array
  staleFrom: number
  /** The newest day that a home was judged by. */
  askedTo: number
  /** Grows when C changes for a day that homes were judged by: they look again. */
  revision: number
  /** Grows with every change of f: areas inside take it from here. */
  version: number
  parentVersion: number
}

/** Lateness (4 days) behind the slowest meter (4 days), and a home that lags by 4 days, with room. */
export const OPEN_AREA_DAYS = 16
export const INDEX_DAYS = 144
const BINS = 51
const BIN = 0.08
const LOWEST = -2.04
/** Hundredths of a nat. */
const UNIT = 0.01

export function newVillageIndex(): VillageIndex {
  return { areas: new Map() }
}

/** The area of a path, with those around it. */
export function areaOf(village: VillageIndex, kind: MeterKind, path: string): AreaIndex {
  const key = `${kind}:${path}`
  const known = village.areas.get(key)
  if (known !== undefined) return known
  const cut = path.lastIndexOf('/')
  const parent = path === '' ? null : areaOf(village, kind, cut < 0 ? '' : path.slice(0, cut))
  if (parent !== null) refresh(parent)
  const newestDay = parent?.newestDay ?? 0
  const area: AreaIndex = {
    parent,
    newestDay,
    counts: newCounts(path),
    // What it would be if it had always been there, with no homes: an area does not depend on when it was first heard of.
    index: parent === null ? new Int16Array(INDEX_DAYS) : parent.index.slice(),
    factors: parent === null ? new Int16Array(INDEX_DAYS) : parent.factors.slice(),
    spreads: parent === null ? new Int16Array(INDEX_DAYS) : parent.spreads.slice(),
    staleFrom: newestDay - OPEN_AREA_DAYS + 1,
    askedTo: 0,
    revision: 0,
    version: 0,
    parentVersion: -1,
  }
  village.areas.set(key, area)
  return area
}

/** Areas within a county are many and never hold more homes than 16 bits count. */
function newCounts(path: string): Uint32Array | Uint16Array {
  const length = OPEN_AREA_DAYS * BINS
  return path.split('/').length > 3 ? new Uint16Array(length) : new Uint32Array(length)
}

/** The bin of a deviation, from 1; 0 stands for a home that has nothing to say of the day. */
export function binOf(dev: number): number {
  return 1 + Math.max(0, Math.min(BINS - 1, Math.floor((dev - LOWEST) / BIN)))
}

/** Replaces what one home has said of a day, in its area and all around it. */
export function tellDay(area: AreaIndex, day: number, oldBin: number, newBin: number): void {
  if (day > area.newestDay) {
    refresh(area)
    open(area, day)
  }
  for (let each: AreaIndex | null = area; each !== null; each = each.parent) {
    if (day <= each.newestDay - OPEN_AREA_DAYS) continue
    const row = (day % OPEN_AREA_DAYS) * BINS - 1
    if (oldBin > 0) each.counts[row + oldBin] = Math.max(0, (each.counts[row + oldBin] ?? 0) - 1)
    if (newBin > 0) each.counts[row + newBin] = (each.counts[row + newBin] ?? 0) + 1
    if (day < each.staleFrom) each.staleFrom = day
  }
}

/** Opens the days up to `day` in an area and those around it, the largest first, because the others take over from it. */
function open(area: AreaIndex, day: number): void {
  if (area.parent !== null) open(area.parent, day)
  // Not more at once than are open, so that each of them is worked out before it closes.
  while (area.newestDay > 0 && day - area.newestDay > OPEN_AREA_DAYS) {
    slide(area, area.newestDay + OPEN_AREA_DAYS)
    workOut(area)
  }
  slide(area, day)
}

/** What falls out of the open days stays as it was worked out last. */
function slide(area: AreaIndex, day: number): void {
  const from = Math.max(area.newestDay + 1, day - INDEX_DAYS + 1)
  // Homes that were judged by a day of which nobody had told were judged by this: it is what the day is compared with.
  const last = area.newestDay === 0 ? 0 : (area.index[area.newestDay % INDEX_DAYS] ?? 0)
  for (let each = from; each <= day; each++) {
    area.counts.fill(0, (each % OPEN_AREA_DAYS) * BINS, ((each % OPEN_AREA_DAYS) + 1) * BINS)
    area.index[each % INDEX_DAYS] = last
    area.factors[each % INDEX_DAYS] = 0
    area.spreads[each % INDEX_DAYS] = 0
  }
  area.staleFrom = Math.min(area.staleFrom, from)
  area.newestDay = Math.max(area.newestDay, day)
}

/** C of a day, in nats; 0 before anything is known, the newest known for a day that nobody has told of yet. */
export function indexOn(area: AreaIndex, day: number): number {
  if (area.newestDay === 0 || day <= area.newestDay - INDEX_DAYS) return 0
  return (area.index[Math.min(day, area.newestDay) % INDEX_DAYS] ?? 0) * UNIT
}

/** How all of the area moved on a day against the weeks before it, in nats. */
export function factorOn(area: AreaIndex, day: number): number {
  if (day > area.newestDay || day <= area.newestDay - INDEX_DAYS) return 0
  return (area.factors[day % INDEX_DAYS] ?? 0) * UNIT
}

/**
 * How many times further apart than usual the homes of an area are on a day, at least 1: in a festival some have guests and some
 * eat elsewhere, so that a step that would be news of one home in another week is everybody's in this one.
 */
export function unrestOn(area: AreaIndex, day: number): number {
  const now = spreadOn(area, day)
  if (now === 0) return 1
  const usual: number[] = []
  for (let back = 1; back <= LEVEL_DAYS; back++) {
    const spread = spreadOn(area, day - back)
    if (spread > 0) usual.push(spread)
  }
  if (usual.length < LEVEL_MIN_DAYS) return 1
  usual.sort((a, b) => a - b)
  return Math.max(1, now / (UNREST_FROM * (usual[usual.length >> 1] ?? now)))
}

function spreadOn(area: AreaIndex, day: number): number {
  if (day > area.newestDay || day <= area.newestDay - INDEX_DAYS) return 0
  return area.spreads[day % INDEX_DAYS] ?? 0
}

/** Homes that have told of an open day, in this area or the smallest around it that has enough. */
export function homesOn(area: AreaIndex, day: number): number {
  const count = countOn(area, day)
  return count >= AREA_MIN_HOMES || area.parent === null ? count : homesOn(area.parent, day)
}

/** To be called before a home is judged by the days up to `day`. */
export function prepare(area: AreaIndex, day: number): void {
  refresh(area)
  for (let each: AreaIndex | null = area; each !== null; each = each.parent) {
    if (day > each.askedTo) each.askedTo = day
  }
}

/** To be called before homes are asked whether their areas have changed since they were judged. */
export function refreshAll(village: VillageIndex): void {
  for (const area of village.areas.values()) refresh(area)
}

/** Works out anew what may have changed since. */
export function refresh(area: AreaIndex): void {
  const { parent } = area
  if (parent !== null) {
    refresh(parent)
    if (parent.version !== area.parentVersion) area.staleFrom = 0
    area.parentVersion = parent.version
  }
  workOut(area)
  if (parent === null || parent.newestDay <= area.newestDay) return
  open(area, parent.newestDay)
  workOut(area)
}

function workOut(area: AreaIndex): void {
  if (area.staleFrom > area.newestDay) return
  let changed = false
  let asked = false
  for (
    let day = Math.max(area.staleFrom, area.newestDay - OPEN_AREA_DAYS + 1);
    day <= area.newestDay;
    day++
  ) {
    const place = day % INDEX_DAYS
    const factor = Math.round(factorOf(area, day) / UNIT)
    const level = factor + Math.round(levelBefore(area, day))
    const spread = spreadOf(area, day)
    if (area.index[place] === level && area.factors[place] === factor && area.spreads[place] === spread)
      continue
    area.index[place] = level
    area.factors[place] = factor
    area.spreads[place] = spread
    changed = true
    if (day <= area.askedTo) asked = true
  }
  area.staleFrom = Infinity
  if (changed) area.version++
  if (asked) area.revision++
}

/** Hundredths of a nat. */
function levelBefore(area: AreaIndex, day: number): number {
  let sum = 0
  for (let back = 1; back <= LEVEL_DAYS; back++) sum += area.index[(day - back) % INDEX_DAYS] ?? 0
  return sum / LEVEL_DAYS
}

function countOn(area: AreaIndex, day: number): number {
  if (day > area.newestDay || day <= area.newestDay - OPEN_AREA_DAYS) return 0
  const row = (day % OPEN_AREA_DAYS) * BINS
  let count = 0
  for (let bin = 0; bin < BINS; bin++) count += area.counts[row + bin] ?? 0
  return count
}

/** The mean of an area's deviations, from the middles of their bins; that of the area around it, where they are too few. */
function factorOf(area: AreaIndex, day: number): number {
  const count = countOn(area, day)
  // As it was worked out: the larger area may have closed the day already.
  if (area.parent !== null && count < AREA_MIN_HOMES) return factorOn(area.parent, day)
  if (count < ALL_MIN_HOMES) return 0
  const row = (day % OPEN_AREA_DAYS) * BINS
  let sum = 0
  for (let bin = 0; bin < BINS; bin++) sum += (area.counts[row + bin] ?? 0) * (bin + 0.5)
  return LOWEST + (BIN * sum) / count
}

/** Hundredths of a nat that an area's homes are from their mean, on average; of those around it, where they are too few. */
function spreadOf(area: AreaIndex, day: number): number {
  const count = countOn(area, day)
  if (count < AREA_MIN_HOMES) return area.parent === null ? 0 : spreadOn(area.parent, day)
  const row = (day % OPEN_AREA_DAYS) * BINS
  let sum = 0
  for (let bin = 0; bin < BINS; bin++) sum += (area.counts[row + bin] ?? 0) * bin
  const mean = sum / count
  let apart = 0
  for (let bin = 0; bin < BINS; bin++) apart += (area.counts[row + bin] ?? 0) * Math.abs(bin - mean)
  return Math.round((BIN * apart) / count / UNIT)
}
