import { subjectOf, type Area } from '../../../domain/area.ts'
import { HOUR_MS } from '../../../domain/time.ts'
import { NONE } from '../none.ts'
import type { Group } from './group.ts'
import { bitsAt, type AreaHome } from './member.ts'
import { JUDGED_HOURS, KINDS, OUTAGE_KINDS, type AreaOutage, type OutageKind, type Run } from './outage.ts'
import { BIT, BITS } from './summarize-hour.ts'

/** Two extents are the same where the smaller shares this much of it with the larger, and the larger is hardly larger. */
const SHARED = 0.8
const LARGER = 1.25

/** An outage that a group would explain: its stretches that overlap in time, of whatever kind of supply. */
interface Candidate {
  readonly area: Area
  readonly homes: number
  readonly region: string | null
  readonly kinds: readonly OutageKind[]
  readonly fromHour: number
  readonly toHour: number | null
  readonly sureHour: number
  /** Ids of homes that have shown it: seen without flow, or not heard where it is the network that is gone. */
  readonly shown: ReadonlySet<string>
  /** Those, and the homes that were not heard at all. */
  readonly dark: ReadonlySet<string>
}

/**
 * Of all groups that an outage shows in, the smallest that explains it: an area stands for those within it that are dark
 * by it, unless hardly anything is dark in it that is not in one of them. What a gateway explains (no word) is the
 * gateway's, what it cannot (no flow) is the region's.
 */
export function chooseAreas(
  groups: readonly Group[],
  homesOf: (group: Group) => readonly AreaHome[],
  settled: readonly AreaOutage[],
  before: readonly AreaOutage[],
): AreaOutage[] {
  const open = groups.flatMap((group) => candidatesOf(group, homesOf(group), before))
  // What has been said of the past stands, and for whom it stood.
  const past = settled.map(candidateOf)
  const chosen = open.filter(
    (one) =>
      !past.some((other) => standsFor(other, one) || isSameExtent(other, one)) &&
      !open.some((other) => other !== one && standsFor(other, one)),
  )
  return chosen.map(outageOf)
}

function candidateOf({ area, homes, region, kinds, onsetMs, endMs, raisedMs, dark }: AreaOutage): Candidate {
  return {
    area,
    homes,
    region,
    kinds,
    fromHour: onsetMs / HOUR_MS,
    toHour: endMs === null ? null : endMs / HOUR_MS,
    sureHour: raisedMs / HOUR_MS - 1,
    shown: new Set(dark),
    dark: new Set(dark),
  }
}

function candidatesOf(group: Group, homes: readonly AreaHome[], before: readonly AreaOutage[]): Candidate[] {
  const merged: Run[][] = []
  for (const run of group.runs) {
    const last = merged.at(-1)
    const isJoined = last?.some((other) => run.fromHour <= (other.toHour ?? Infinity)) ?? false
    if (isJoined) last?.push(run)
    else merged.push([run])
  }
  return merged.map((runs): Candidate => {
    const ends = runs.map(({ toHour }) => toHour ?? Infinity)
    const toHour = Math.max(...ends)
    const fromHour = Math.min(...runs.map((run) => run.fromHour))
    const sealed = sealedDark(group, runs, fromHour, toHour, before)
    const rest = sealed.length > 0 ? runs.filter((run) => !isSealed(group, run)) : runs
    return {
      area: group.area,
      homes: homes.length,
      region: group.area.type === 'region' ? group.area.name : commonRegion(homes),
      kinds: OUTAGE_KINDS.filter((kind) => runs.some((run) => run.kind === kind)),
      fromHour,
      toHour: toHour === Infinity ? null : toHour,
      sureHour: Math.min(...runs.map(({ sureHour }) => sureHour)),
      shown: new Set([...sealed, ...idsOf(homes, (home) => rest.some((run) => hasShown(home, run)))]),
      dark: new Set([...sealed, ...idsOf(homes, (home) => rest.some((run) => isDark(home, run)))]),
    }
  })
}

/**
 * The homes of an outage that became sure before the judged hours: they have forgotten that hour, or will, and nothing changes it any
 * more. Whoever has said it knows them.
 */
function sealedDark(
  group: Group,
  runs: readonly Run[],
  fromHour: number,
  toHour: number,
  before: readonly AreaOutage[],
): readonly string[] {
  if (!runs.some((run) => isSealed(group, run))) return NONE
  const subject = subjectOf(group.area)
  return before.flatMap(({ area, onsetMs, endMs, dark }) => {
    const isIt = subjectOf(area) === subject
    return isIt && onsetMs / HOUR_MS <= toHour && (endMs ?? Infinity) / HOUR_MS >= fromHour ? dark : NONE
  })
}

function isSealed({ newestHour }: Group, { sureHour }: Run): boolean {
  return sureHour < newestHour - JUDGED_HOURS
}

function idsOf(homes: readonly AreaHome[], has: (home: AreaHome) => boolean): string[] {
  return homes.flatMap((home) => (has(home) ? [home.profile.household] : []))
}

function hasShown(home: AreaHome, run: Run): boolean {
  if (run.kind === 'reporting') return isDark(home, run)
  const bits = bitsAt(home.member, run.sureHour) >> (run.meters * BITS)
  return (bits & BIT.seen) !== 0 && (bits & BIT.flow) === 0
}

function isDark({ member, profile }: AreaHome, { kind, meters, sureHour }: Run): boolean {
  if (!profile.meters.some((meter) => meter.kind === KINDS[meters])) return false
  const bits = bitsAt(member, sureHour) >> (meters * BITS)
  return (bits & (kind === 'reporting' ? BIT.heard : BIT.flow)) === 0
}

/** Whether `one` goes without saying where `other` is said. */
function standsFor(other: Candidate, one: Candidate): boolean {
  if (!isShared(other, one)) return false
  if (other.shown.size > LARGER * one.shown.size) return true
  if (one.shown.size > LARGER * other.shown.size) return false
  const preference = prefers(other) - prefers(one)
  if (preference !== 0) return preference > 0
  if (other.homes !== one.homes) return other.homes < one.homes
  // The longer path is the smaller area; two outages of one area never overlap.
  return subjectOf(other.area).length > subjectOf(one.area).length
}

/** The homes of the one that is smaller are nearly all dark by the other, at the same time. */
function isShared(one: Candidate, other: Candidate): boolean {
  if (!overlap(one, other)) return false
  const [smaller, larger] = one.shown.size < other.shown.size ? [one, other] : [other, one]
  let shared = 0
  for (const home of smaller.shown) if (larger.shown.has(home)) shared++
  return shared >= SHARED * smaller.shown.size
}

function isSameExtent(one: Candidate, other: Candidate): boolean {
  return isShared(one, other) && other.shown.size <= LARGER * one.shown.size
}

function prefers({ kinds, area }: Candidate): number {
  const isOfNetwork = kinds.every((kind) => kind === 'reporting')
  return isOfNetwork === (area.type === 'gateway') ? 1 : 0
}

function overlap(one: Candidate, other: Candidate): boolean {
  return one.fromHour <= (other.toHour ?? Infinity) && other.fromHour <= (one.toHour ?? Infinity)
}

function outageOf(candidate: Candidate): AreaOutage {
  const { area, homes, kinds, region, fromHour, toHour, sureHour, dark } = candidate
  return {
    area,
    onsetMs: fromHour * HOUR_MS,
    raisedMs: (sureHour + 1) * HOUR_MS,
    endMs: toHour === null ? null : toHour * HOUR_MS,
    kinds,
    homes,
    dark: [...dark].sort(),
    region,
  }
}

function commonRegion(homes: readonly AreaHome[]): string | null {
  let common: readonly string[] | null = null
  for (const { member } of homes) {
    const names: readonly string[] = member.region?.split('/') ?? []
    const known: readonly string[] = common ?? names
    const differs = known.findIndex((name, index) => name !== names[index])
    common = differs === -1 ? known : known.slice(0, differs)
  }
  return common === null || common.length === 0 ? null : common.join('/')
}
