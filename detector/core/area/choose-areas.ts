import type { Home } from '../household.ts'
import { HOUR_MS } from '../../../domain/time.ts'
import type { Group } from './group.ts'
import { bitsAt } from './member.ts'
import { KINDS, OUTAGE_KINDS, type AreaOutage, type OutageKind, type Run } from './outage.ts'
import { BIT, BITS } from './summarize-hour.ts'

/** Two extents are the same where the smaller shares this much of it with the larger, and the larger is hardly larger. */
const SHARED = 0.8
const LARGER = 1.25

/** An outage that a group would explain: its stretches that overlap in time, of whatever kind of supply. */
interface Candidate {
  readonly group: Group
  readonly homes: readonly Home[]
  readonly kinds: readonly OutageKind[]
  readonly fromHour: number
  readonly toHour: number | null
  readonly sureHour: number
  readonly dark: ReadonlySet<Home>
}

/**
 * Of all groups that an outage shows in, the smallest that explains it: an area stands for those within it that are dark
 * by it, unless hardly anything is dark in it that is not in one of them. What a gateway explains (no word) is the
 * gateway's, what it cannot (no flow) is the region's.
 */
export function chooseAreas(
  groups: readonly Group[],
  homesOf: (group: Group) => readonly Home[],
): AreaOutage[] {
  const candidates = groups.flatMap((group) => candidatesOf(group, homesOf(group)))
  const chosen = candidates.filter(
    (one) => !candidates.some((other) => other !== one && standsFor(other, one, candidates)),
  )
  return chosen.map(outageOf)
}

function candidatesOf(group: Group, homes: readonly Home[]): Candidate[] {
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
    return {
      group,
      homes,
      kinds: OUTAGE_KINDS.filter((kind) => runs.some((run) => run.kind === kind)),
      fromHour: Math.min(...runs.map(({ fromHour }) => fromHour)),
      toHour: toHour === Infinity ? null : toHour,
      sureHour: Math.min(...runs.map(({ sureHour }) => sureHour)),
      dark: new Set(homes.filter((home) => runs.some((run) => isDark(home, run)))),
    }
  })
}

function isDark({ member, profile }: Home, { kind, meters, sureHour }: Run): boolean {
  if (!profile.meters.some((meter) => meter.kind === KINDS[meters])) return false
  const bits = bitsAt(member, sureHour) >> (meters * BITS)
  return (bits & (kind === 'reporting' ? BIT.heard : BIT.flow)) === 0
}

/** Whether `one` goes without saying where `other` is said. */
function standsFor(other: Candidate, one: Candidate, all: readonly Candidate[]): boolean {
  if (!overlap(other, one)) return false
  const [smaller, larger] = other.dark.size < one.dark.size ? [other, one] : [one, other]
  let shared = 0
  for (const home of smaller.dark) if (larger.dark.has(home)) shared++
  if (shared < SHARED * smaller.dark.size) return false
  if (larger.dark.size > LARGER * smaller.dark.size) return larger === other
  const preference = prefers(other) - prefers(one)
  if (preference !== 0) return preference > 0
  if (other.homes.length !== one.homes.length) return other.homes.length < one.homes.length
  return isFirst(other, one, all)
}

function isFirst(other: Candidate, one: Candidate, all: readonly Candidate[]): boolean {
  if (other.group !== one.group) return other.group.key.length > one.group.key.length
  return all.indexOf(other) < all.indexOf(one)
}

function prefers({ kinds, group }: Candidate): number {
  const isOfNetwork = kinds.every((kind) => kind === 'reporting')
  return isOfNetwork === (group.area.type === 'gateway') ? 1 : 0
}

function overlap(one: Candidate, other: Candidate): boolean {
  return one.fromHour <= (other.toHour ?? Infinity) && other.fromHour <= (one.toHour ?? Infinity)
}

function outageOf(candidate: Candidate): AreaOutage {
  const { group, homes, kinds, fromHour, toHour, sureHour, dark } = candidate
  return {
    area: group.area,
    onsetMs: fromHour * HOUR_MS,
    raisedMs: (sureHour + 1) * HOUR_MS,
    endMs: toHour === null ? null : toHour * HOUR_MS,
    kinds,
    homes: homes.length,
    dark: [...dark].map(({ profile }) => profile.household as string).sort(),
    region: group.area.type === 'region' ? group.area.name : commonRegion(homes),
  }
}

function commonRegion(homes: readonly Home[]): string | null {
  let common: readonly string[] | null = null
  for (const { member } of homes) {
    const names: readonly string[] = member.region?.split('/') ?? []
    const known: readonly string[] = common ?? names
    const differs = known.findIndex((name, index) => name !== names[index])
    common = differs === -1 ? known : known.slice(0, differs)
  }
  return common === null || common.length === 0 ? null : common.join('/')
}
