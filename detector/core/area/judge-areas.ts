import { subjectOf } from '../../../domain/area.ts'
import type { Finding } from '../../../domain/finding.ts'
import { DAY_MS, HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import type { Listening } from '../listening.ts'
import { sayDifference, type Matters } from '../matters.ts'
import type { Areas } from './areas.ts'
import { chooseAreas } from './choose-areas.ts'
import { findRuns } from './find-runs.ts'
import type { Group } from './group.ts'
import { spanOf, type AreaHome, type HomeOutage } from './member.ts'
import { JUDGED_HOURS, outageKey, RING_HOURS, type AreaOutage } from './outage.ts'
import { mattersByArea } from './say-outage.ts'

/** Homes remember outages for as long as they may be folded again, and their alerts looked at. */
const REMEMBERED_MS = 12 * DAY_MS

/** What ended so long ago is said by nobody any more. */
const FORGOTTEN_HOURS = 2 * RING_HOURS

/** What the areas are judged with: the detector, or a backtest's hours of all its homes. */
export interface AreaWorld<Home extends AreaHome> {
  readonly areas: Areas
  readonly listening: Listening
  readonly settings: { readonly timezone: string }
  readonly homes: ReadonlyMap<string, Home>
}

/** What the areas say after their sums have changed, and the homes that hear of it. */
export interface AreaVerdict<Home> {
  readonly findings: readonly Finding[]
  /** Homes whose outages are others than before, and from when on. */
  readonly homes: readonly { readonly home: Home; readonly fromMs: EpochMs }[]
}

/** Looks at the groups whose sums may say something new. */
export function judgeAreas<Home extends AreaHome>(world: AreaWorld<Home>): AreaVerdict<Home> {
  const { areas, listening } = world
  let changed = false
  for (const group of areas.dirty) {
    const runs = findRuns(group, listening.holes)
    if (JSON.stringify(runs) === JSON.stringify(group.runs)) continue
    group.runs = runs
    areas.changed.add(group)
    changed = true
  }
  areas.dirty.clear()
  if (!changed) return { findings: [], homes: [] }
  let newestHour = 0
  for (const group of areas.groups.values()) newestHour = Math.max(newestHour, group.newestHour)
  for (const group of areas.groups.values()) forgetPast(areas, group, newestHour)
  const concerned = [...areas.groups.values()].filter(({ runs }) => runs.length > 0)
  const homesOf = gatherHomes(world, concerned)
  const before = areas.outages
  const settled = before.filter((outage) => isSettled(areas, outage))
  const now = [...settled, ...chooseAreas(concerned, (group) => homesOf.get(group) ?? [], settled, before)]
  areas.outages = now
  return {
    findings: sayOutages(world, now),
    homes: tellHomes(world, before, now),
  }
}

/**
 * A group that has had no news since, or no readings at all, still bears the stretches of its last outage. They go with the
 * outages of that time: who stood for this group then is forgotten by now, and would not stand for it again.
 */
function forgetPast(areas: Areas, group: Group, newestHour: number): void {
  const lowest = newestHour - FORGOTTEN_HOURS
  const left = group.runs.filter(({ toHour }) => toHour === null || toHour >= lowest)
  if (left.length === group.runs.length) return
  group.runs = left
  areas.changed.add(group)
}

/** It ended before the judged hours: nothing changes it any more, and after some days it is forgotten. */
function isSettled(areas: Areas, { area, endMs }: AreaOutage): boolean {
  if (endMs === null) return false
  const newestHour = areas.groups.get(subjectOf(area))?.newestHour ?? 0
  const hour = endMs / HOUR_MS
  return hour < newestHour - JUDGED_HOURS && hour > newestHour - FORGOTTEN_HOURS
}

/** One pass over the homes; outages are rare. In the order of their keys, which no restart changes. */
function gatherHomes<Home extends AreaHome>(
  { homes }: AreaWorld<Home>,
  groups: readonly Group[],
): Map<Group, Home[]> {
  const homesOf = new Map<Group, Home[]>(groups.map((group) => [group, []]))
  const isConcerned = listsWith((group) => homesOf.has(group))
  for (const home of homes.values()) {
    if (!home.member.groups.some(isConcerned)) continue
    for (const group of groupsOf(home)) homesOf.get(group)?.push(home)
  }
  return homesOf
}

/** Whether a list of areas holds one that is meant. Neighbours share their lists, so that a list is asked once for all of them. */
function listsWith(isMeant: (group: Group) => boolean): (list: readonly Group[]) => boolean {
  const known = new Map<readonly Group[], boolean>()
  return (list) => {
    let holds = known.get(list)
    if (holds === undefined) known.set(list, (holds = list.some(isMeant)))
    return holds
  }
}

function groupsOf({ member }: AreaHome): Set<Group> {
  return new Set(member.groups.flat())
}

function sayOutages({ areas, settings }: AreaWorld<AreaHome>, outages: readonly AreaOutage[]): Finding[] {
  const now = mattersByArea(outages, settings.timezone)
  const findings: Finding[] = []
  for (const subject of [...new Set([...areas.said.keys(), ...now.keys()])].sort()) {
    const said: Matters = areas.said.get(subject) ?? new Map()
    const matters: Matters = now.get(subject) ?? new Map()
    const group = areas.groups.get(subject)
    const newestMs = ((group?.newestHour ?? 0) + 1) * HOUR_MS
    forgetSettled(said, matters, newestMs)
    findings.push(...sayDifference(said, matters, newestMs))
    if (matters.size === 0) areas.said.delete(subject)
    else areas.said.set(subject, matters)
  }
  return findings
}

/** What is over and has left the judged hours is not taken back for that. */
function forgetSettled(said: Matters, now: Matters, newestMs: number): void {
  for (const [key, { clear }] of said) {
    if (now.has(key) || clear === null) continue
    if (clear.atMs <= newestMs - JUDGED_HOURS * HOUR_MS) said.delete(key)
  }
}

/** Gives each home the outages that concern it. */
function tellHomes<Home extends AreaHome>(
  { homes }: AreaWorld<Home>,
  before: readonly AreaOutage[],
  now: readonly AreaOutage[],
): AreaVerdict<Home>['homes'] {
  const known = new Set(before.map((outage) => JSON.stringify(spanOf(outage))))
  const news = now.filter((outage) => !known.has(JSON.stringify(spanOf(outage))))
  const standing = new Set(now.map(outageKey))
  const gone = new Set(before.map(outageKey).filter((key) => !standing.has(key)))
  if (news.length === 0 && gone.size === 0) return []
  const subjects = new Set<string>(news.map(({ area }) => subjectOf(area)))
  const isNews = listsWith(({ key }) => subjects.has(key))
  const told: { home: Home; fromMs: EpochMs }[] = []
  for (const home of homes.values()) {
    if (home.member.outages.length === 0 && !home.member.groups.some(isNews)) continue
    const keys = new Set<string>([...groupsOf(home)].map(({ key }) => key))
    const mine = news.filter(({ area }) => keys.has(subjectOf(area))).map(spanOf)
    const replaced = new Set(mine.map(({ key }) => key))
    const kept = home.member.outages.filter(
      ({ key, toMs }) => !replaced.has(key) && !(gone.has(key) && !isOld(home, toMs)),
    )
    if (mine.length === 0 && kept.length === home.member.outages.length) continue
    const changed = [...mine, ...home.member.outages.filter((outage) => !kept.includes(outage))]
    setOutages(home, [...kept, ...mine])
    told.push({ home, fromMs: Math.min(...changed.map(({ fromMs }) => fromMs)) })
  }
  return told.sort((one, other) => (one.home.key < other.home.key ? -1 : 1))
}

function isOld({ member }: AreaHome, toMs: number | null): boolean {
  return toMs !== null && toMs < (member.newestHour - JUDGED_HOURS) * HOUR_MS
}

function setOutages(home: AreaHome, outages: readonly HomeOutage[]): void {
  const oldestMs = home.member.newestHour * HOUR_MS - REMEMBERED_MS
  home.member.outages = outages
    .filter(({ toMs }) => toMs === null || toMs > oldestMs)
    .sort((one, other) => one.fromMs - other.fromMs || (one.key < other.key ? -1 : 1))
}
