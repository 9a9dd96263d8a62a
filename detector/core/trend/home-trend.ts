import { DAY_MS, MINUTE_MS } from '../../../domain/time.ts'
import type { HomeEvent } from '../home-event.ts'
import { NONE } from '../none.ts'
import { wallMs } from '../local-time.ts'
import { matterKey } from '../matters.ts'
import type { Profile } from '../observation.ts'
import { judgeDay, LOOK_BACK_DAYS, type Days, type OpenTrend, type Step } from './judge-day.ts'
import { endOfDay } from './observe-day.ts'
import { constantShareOf, deviationOn, readDays, type DaysOf } from './read-days.ts'
import { sayStep } from './say-step.ts'
import { H, OPEN_DAYS } from './places.ts'
import { levelOn, reachedOn, type TrendState } from './state.ts'
import {
  areaOf,
  binOf,
  indexOn,
  prepare,
  tellDay,
  unrestOn,
  type AreaIndex,
  type VillageIndex,
} from './village-index.ts'

/**
 * What is judged of a home's days, outside of its fold: the judgement hangs on the neighbours too, and they may report
 * later. Days are judged as soon as they can be, and again whenever something that they rest on has changed, from the
 * newest day that nothing can change any more (`sealedDay`): what stands in the end is a function of the days alone.
 */
export interface HomeTrend {
  /** The region that the home has told its days to. */
  path: string
  sealedDay: number
  sealed: readonly OpenTrend[]
  judgedDay: number
  open: readonly OpenTrend[]
  /** What was said, with the day that made it so; of days before `sealedDay` only what still goes on. */
  events: readonly { readonly day: number; readonly event: HomeEvent }[]
  /** From `toldAt` on per open day: minutes at which it could be judged, then per meter its code and the bin it told its neighbours. */
  readonly told: Uint16Array
  readonly toldAt: number
  /** The newest day whose row of `told` is its own. */
  toldDay: number
  /** The meters' areas, found when they are needed; not saved. */
  areas: readonly AreaIndex[] | null
  /** What it has seen: the fold's stamp, its areas' revisions, its absences. */
  stamp: number
  revision: number
  absences: number
}

/** Own lateness and a slow meter (8 days), and neighbours that lag by the rest. */
export const SEAL_DAYS = 12
/** A gap that is longer than any reading can be late. */
const GAP_DAYS = 9

/** Numbers that it keeps of what it told. */
export function toldLength(meters: number): number {
  return OPEN_DAYS * toldWidth(meters)
}

function toldWidth(meters: number): number {
  return 1 + 2 * meters
}

export function newHomeTrend(
  meters: number,
  told = new Uint16Array(toldLength(meters)),
  toldAt = 0,
): HomeTrend {
  return {
    path: '',
    sealedDay: 0,
    sealed: NONE,
    judgedDay: 0,
    open: NONE,
    events: NONE,
    told,
    toldAt,
    toldDay: 0,
    areas: null,
    stamp: 0,
    revision: 0,
    absences: 0,
  }
}

/** What a home is judged with. */
export interface TrendHome {
  readonly profile: Profile
  readonly trend: HomeTrend
  readonly absences: readonly { readonly fromMs: number; readonly toMs: number }[]
}

/**
 * Tells the neighbours what the home's days were like and judges what can be judged. @returns null where nothing has changed;
 * otherwise whether it was only the neighbours.
 */
export function settleTrend(
  home: TrendHome,
  state: TrendState,
  village: VillageIndex,
): 'own' | 'neighbours' | null {
  const { trend, profile } = home
  const today = state.u32[state.today + H.day] ?? 0
  if (today === 0) return null
  const stamp = state.u32[state.today + H.stamp] ?? 0
  const path = profile.region ?? ''
  const areas = areasOf(home, village)
  const absences = absencesOf(home)
  const isOwn = stamp !== trend.stamp || absences !== trend.absences || path !== trend.path
  if (!isOwn && revisionOf(areas) === trend.revision) return null
  if (trend.judgedDay === 0) trend.judgedDay = trend.sealedDay = today - 1
  if (today - 1 - trend.judgedDay >= GAP_DAYS) sealAll(trend)
  const of = daysOf(home)
  let changedFrom = isOwn ? tellDays(home, state, village, areas, of) : Infinity
  // Only days that are judged count as asked for: at midnight, neighbours have still to tell theirs.
  const newest = reachedOn(state, today - 1) > 0 ? today - 1 : today - 2
  for (const area of areas) prepare(area, newest)
  const revision = revisionOf(areas)
  if (revision !== trend.revision || absences !== trend.absences) changedFrom = 0
  trend.stamp = stamp
  trend.revision = revision
  trend.absences = absences
  const judge = (day: number, open: readonly OpenTrend[], steps: Step[]): readonly OpenTrend[] => {
    if (reachedOn(state, day) === 0) return open
    const meters = areas.map((area, meter) => ({
      kind: profile.meters[meter]?.kind ?? 'water',
      days: readDays(state, meter, day, areas, of, scratchOf(meter)),
      constantShare: constantShareOf(state, profile, meter, day),
      unrest: (daysBefore: number) => unrestOn(area, day - daysBefore),
      village: (daysBefore: number) => indexOn(area, day - daysBefore),
    }))
    return judgeDay(meters, day, open, steps)
  }
  const hasChanged = judgeAll(home, state, areas, changedFrom, today, judge)
  seal(trend, today, judge)
  if (!hasChanged) return null
  return isOwn ? 'own' : 'neighbours'
}

/** After a long gap nothing before it can change any more. */
function sealAll(trend: HomeTrend): void {
  trend.sealed = trend.open
  trend.sealedDay = trend.judgedDay
}

type Judge = (day: number, open: readonly OpenTrend[], steps: Step[]) => readonly OpenTrend[]

function judgeAll(
  home: TrendHome,
  state: TrendState,
  areas: readonly AreaIndex[],
  changedFrom: number,
  today: number,
  judge: Judge,
): boolean {
  const { trend } = home
  let hasChanged = false
  if (changedFrom <= trend.judgedDay) {
    hasChanged = trend.events.some(({ day }) => day > trend.sealedDay)
    trend.events = trend.events.filter(({ day }) => day <= trend.sealedDay)
    trend.judgedDay = trend.sealedDay
    trend.open = trend.sealed
  }
  const from = Math.max(trend.judgedDay + 1, today - OPEN_DAYS + 1)
  for (let day = from; day < today; day++) {
    const reached = reachedOn(state, day)
    // Yesterday, before noon of today: still to come.
    if (reached === 0 && day === today - 1) break
    const steps: Step[] = []
    trend.open = judge(day, trend.open, steps)
    trend.judgedDay = day
    if (steps.length === 0) continue
    hasChanged = true
    const atMs = endOfDay(home.profile.timezone, day) + reached * MINUTE_MS
    const said = steps.map((step) => ({ day, event: sayStep(home.profile, step, day, atMs, areas) }))
    trend.events = [...trend.events, ...said]
  }
  return hasChanged
}

/** Days that nothing can change any more are judged for good. */
function seal(trend: HomeTrend, today: number, judge: Judge): void {
  const until = Math.min(trend.judgedDay, today - 1 - SEAL_DAYS)
  while (trend.sealedDay < until) {
    trend.sealedDay++
    if (trend.sealed.length === 0 && trend.events.every(({ day }) => day !== trend.sealedDay)) continue
    trend.sealed = judge(trend.sealedDay, trend.sealed, [])
  }
}

/** Tells the areas of days that are new or other than they were. @returns the first of them. */
function tellDays(
  home: TrendHome,
  state: TrendState,
  village: VillageIndex,
  areas: readonly AreaIndex[],
  of: DaysOf,
  onTold?: OnTold,
): number {
  const { trend, profile } = home
  const today = state.u32[state.today + H.day] ?? 0
  const path = profile.region ?? ''
  const width = toldWidth(profile.meters.length)
  if (path !== trend.path) takeBack(home, village, today, width)
  trend.path = path
  for (let day = Math.max(trend.toldDay + 1, today - OPEN_DAYS + 1); day <= today; day++) {
    const row = trend.toldAt + (day % OPEN_DAYS) * width
    trend.told.fill(0, row, row + width)
  }
  trend.toldDay = today
  let changedFrom = Infinity
  for (let day = today - OPEN_DAYS + 1; day < today; day++) {
    const row = trend.toldAt + (day % OPEN_DAYS) * width
    let isChanged = false
    const note = (place: number, value: number): void => {
      if (trend.told[row + place] === value) return
      trend.told[row + place] = value
      isChanged = true
    }
    note(0, reachedOn(state, day))
    for (let meter = 0; meter < profile.meters.length; meter++) {
      note(1 + 2 * meter, levelOn(state, meter, day))
    }
    if (isChanged && day < changedFrom) changedFrom = day
    if (changedFrom === Infinity) continue
    areas.forEach((area, meter) => {
      const place = row + 2 + 2 * meter
      const dev = deviationOn(readDays(state, meter, day, null, of, scratchOf(meter)))
      const bin = Number.isNaN(dev) ? 0 : binOf(dev)
      const known = trend.told[place] ?? 0
      if (bin === known) return
      tellDay(area, day, known, bin)
      onTold?.(meter, day, known, bin)
      trend.told[place] = bin
    })
  }
  return changedFrom
}

function takeBack(home: TrendHome, village: VillageIndex, today: number, width: number): void {
  const { trend, profile } = home
  profile.meters.forEach(({ kind }, meter) => {
    const area = areaOf(village, kind, trend.path)
    for (let day = today - OPEN_DAYS + 1; day < today; day++) {
      const place = trend.toldAt + (day % OPEN_DAYS) * width + 2 + 2 * meter
      const bin = trend.told[place] ?? 0
      if (bin > 0) tellDay(area, day, bin, 0)
      trend.told[place] = 0
    }
  })
}

/** Another number where the home's absences are others. */
function absencesOf({ absences }: TrendHome): number {
  if (absences.length === 0) return 0
  return absences.reduce((sum, { fromMs, toMs }) => (sum * 31 + fromMs + 7 * toMs) % 1e12, absences.length)
}

/** Days as they are judged, one row per meter: overwritten by each judgement. */
const scratch: Days[] = []

function scratchOf(meter: number): Days {
  return (scratch[meter] ??= new Float64Array(LOOK_BACK_DAYS))
}

/** Planned absences in days of the home, with the day of the return. */
function daysOf({ absences, profile }: TrendHome): DaysOf {
  return {
    profile,
    absences: absences.map(({ fromMs, toMs }) => ({
      from: Math.floor(wallMs(profile.timezone, fromMs) / DAY_MS),
      to: Math.floor(wallMs(profile.timezone, toMs) / DAY_MS),
    })),
  }
}

/** Whether its neighbours have changed since it was judged. */
export function isOutdated(home: TrendHome, village: VillageIndex): boolean {
  const { trend } = home
  return trend.judgedDay > 0 && revisionOf(areasOf(home, village)) !== trend.revision
}

/** Hears what was told of a meter's day: the bins before and now. */
export type OnTold = (meter: number, day: number, oldBin: number, newBin: number) => void

/** Tells the neighbours what the home's days were like, without judging any. */
export function tellNeighbours(
  home: TrendHome,
  state: TrendState,
  village: VillageIndex,
  onTold?: OnTold,
): void {
  if ((state.u32[state.today + H.day] ?? 0) === 0 || state.u32[state.today + H.stamp] === home.trend.stamp)
    return
  tellDays(home, state, village, areasOf(home, village), daysOf(home), onTold)
}

function areasOf({ trend, profile }: TrendHome, village: VillageIndex): readonly AreaIndex[] {
  const path = profile.region ?? ''
  if (path !== trend.path) trend.areas = null
  return (trend.areas ??= profile.meters.map(({ kind }) => areaOf(village, kind, path)))
}

function revisionOf(areas: readonly AreaIndex[]): number {
  let sum = 0
  for (let meter = 0; meter < areas.length; meter++) sum += areas[meter]?.revision ?? 0
  return sum
}

/** Lets go of matters that are over for good; what was said of them is the desk's. @returns their keys. */
export function dropEnded(trend: HomeTrend): string[] {
  if (trend.events.length === 0 || (trend.events[0]?.day ?? Infinity) > trend.sealedDay) return []
  const ended = new Set<string>()
  for (const { day, event } of trend.events) {
    const { finding } = event
    if (finding.type === 'clear' && day <= trend.sealedDay)
      ended.add(matterKey(finding.kind, finding.onsetMs))
  }
  if (ended.size > 0) {
    trend.events = trend.events.filter(
      ({ event: { finding } }) => !ended.has(matterKey(finding.kind, finding.onsetMs)),
    )
  }
  return [...ended]
}
