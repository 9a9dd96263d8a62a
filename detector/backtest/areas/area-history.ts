import { joinGroups, newAreas, type Areas } from '../../core/area/areas.ts'
import { COUNTS, newGroup, type Group } from '../../core/area/group.ts'
import type { AreaWorld } from '../../core/area/judge-areas.ts'
import { newMember, type AreaHome } from '../../core/area/member.ts'
import { FEWEST_HOMES, KINDS } from '../../core/area/outage.ts'
import { newListening } from '../../core/listening.ts'
import type { Profile } from '../../core/observation.ts'
import type { BacktestAlert } from '../alert.ts'
import type { News } from './news.ts'
import { TOLD_HOURS } from './tell-hour.ts'

/** Homes of one region and kind of meter: they are counted together. */
export interface Place {
  readonly kind: number
  readonly groups: readonly Group[]
  /** What is to be added to the groups' counts, by hours back and count. */
  readonly more: Int32Array
  /** Homes that have said nothing for REPORTING_HOURS. */
  silent: number
}

export interface AreaMember extends AreaHome {
  /** By kind of meter. */
  readonly places: readonly Place[]
  /** Hours listened when it was last heard, by kind; -1: never. */
  readonly heardAt: Int32Array
}

/**
 * The areas of a file's homes through its history, hour by hour, judged by the live detector's own area judge. What a home
 * tells of an hour hangs on its readings alone and never on how it is judged, so that the outages of a history are known before
 * any home is folded; each with the moment at which it could be known.
 */
export interface AreaHistory {
  readonly world: AreaWorld<AreaMember> & { readonly areas: Areas }
  readonly places: readonly Place[]
  /** All homes of the file, as one group. */
  readonly file: Group
  /** Hours in which the file was not mute. */
  listened: number
  /** Area outages, as alerts. */
  readonly alerts: BacktestAlert[]
  readonly news: Map<string, News[]>
}

/** @returns null where no area has enough homes to be judged. */
export function newAreaHistory(profiles: readonly Profile[]): AreaHistory | null {
  const areas = newAreas()
  const places = new Map<readonly Group[], Map<number, Place>>()
  const homes = new Map<string, AreaMember>()
  for (const profile of profiles) {
    if ((profile.region ?? null) === null) continue
    const home = { key: `h:${profile.household}`, profile, member: newMember() }
    home.member.region = profile.region ?? null
    joinGroups(areas, home)
    const own = home.member.groups.flatMap((groups, kind) =>
      groups.length === 0 ? [] : placeOf(places, groups, kind),
    )
    homes.set(profile.household, { ...home, places: own, heardAt: new Int32Array(KINDS.length).fill(-1) })
  }
  const isArea = [...areas.groups.values()].some(({ members }) =>
    members.some((count) => count >= FEWEST_HOMES),
  )
  if (!isArea) return null
  const file = newGroup({ type: 'gateway', name: '' })
  file.members[0] = profiles.length
  return {
    world: { areas, homes, listening: newListening(), settings: { timezone: mostCommon(profiles) } },
    places: [...places.values()].flatMap((byKind) => [...byKind.values()]),
    file,
    listened: 0,
    alerts: [],
    news: new Map(),
  }
}

function placeOf(
  places: Map<readonly Group[], Map<number, Place>>,
  groups: readonly Group[],
  kind: number,
): Place {
  let byKind = places.get(groups)
  if (byKind === undefined) places.set(groups, (byKind = new Map<number, Place>()))
  let place = byKind.get(kind)
  if (place === undefined) {
    place = { kind, groups, more: new Int32Array(TOLD_HOURS * COUNTS), silent: 0 }
    byKind.set(kind, place)
  }
  return place
}

/** The time zone that areas are told in: that of most homes. */
function mostCommon(profiles: readonly Profile[]): string {
  const counts = new Map<string, number>()
  for (const { timezone } of profiles) counts.set(timezone, (counts.get(timezone) ?? 0) + 1)
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? 'UTC'
}
