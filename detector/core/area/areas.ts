import { subjectOf, type Area } from '../../../domain/area.ts'
import type { GatewayId } from '../../../domain/ids.ts'
import { HOUR_MS } from '../../../domain/time.ts'
import type { Detector } from '../detector.ts'
import { headOf } from '../head.ts'
import type { Home } from '../household.ts'
import type { Matters } from '../matters.ts'
import { NONE } from '../none.ts'
import { recentItems } from '../rewind.ts'
import type { Window } from '../window.ts'
import { joinAway, tellAway } from './tell-away.ts'
import { addAt, COUNT, isHeardAgain, isMute, isSurelyDry, newGroup, type Group } from './group.ts'
import { areSummed, bitsOfSums } from './hour-sums.ts'
import { bitsAt, NO_HOUR, noteHour, spanOf, type AreaHome, type Member } from './member.ts'
import { KINDS, LONGEST_LEAD_HOURS, RING_HOURS, type AreaOutage } from './outage.ts'
import { BIT, BITS, summarizeHour } from './summarize-hour.ts'

/** All areas: the sums of their homes, and what has been said of them. */
export interface Areas {
  readonly groups: Map<string, Group>
  /** Groups whose sums may say something new. */
  readonly dirty: Set<Group>
  /** Groups changed since whoever saves the state last cleared this. */
  readonly changed: Set<Group>
  outages: readonly AreaOutage[]
  /** What was said, by area. */
  readonly said: Map<string, Matters>
  /** Neighbours share their list of areas: by gateway and region. */
  readonly lists: Map<string, readonly Group[]>
}

export function newAreas(): Areas {
  return {
    groups: new Map(),
    dirty: new Set(),
    changed: new Set(),
    outages: [],
    said: new Map(),
    lists: new Map(),
  }
}

/** The areas of a region path, the smallest first. */
function areasOfRegion(region: string | null): Area[] {
  if (region === null) return []
  const names = region.split('/')
  return names.map((_name, index) => ({
    type: 'region',
    name: names.slice(0, names.length - index).join('/'),
  }))
}

function groupOf(areas: Areas, area: Area): Group {
  const key = subjectOf(area)
  let group = areas.groups.get(key)
  if (group === undefined) areas.groups.set(key, (group = newGroup(area)))
  return group
}

function hasKind(home: AreaHome, kind: number): boolean {
  return home.profile.meters.some((meter) => meter.kind === KINDS[kind])
}

/** The home belongs to its areas from here on, with all that it remembers; it hears of their outages. */
export function enlist(detector: Detector, home: Home): void {
  const { areas } = detector
  const { member } = home
  findGateways(detector, home)
  joinGroups(areas, home)
  const keys = new Set(member.groups.flat().map(({ key }) => key))
  const known = new Set(member.outages.map(({ key }) => key))
  const more = areas.outages.filter(({ area }) => keys.has(subjectOf(area))).map(spanOf)
  if (more.length > 0) member.outages = [...member.outages, ...more.filter(({ key }) => !known.has(key))]
  tellHours(areas, home)
  joinAway(member, 1)
  tellAway(member, headOf(home))
}

/** The home is counted among its areas' from here on. */
export function joinGroups(areas: Areas, home: AreaHome): void {
  const { member } = home
  findGroups(areas, home)
  member.groups.forEach((groups, kind) => {
    for (const group of groups) join(areas, member, kind, group)
  })
}

/** The home's areas by kind of meter; nothing is told to them. */
export function findGroups(areas: Areas, home: AreaHome): void {
  const { member } = home
  const [electricity = null, water = null] = member.gateways
  const one = hasKind(home, 0) ? groupsOf(areas, electricity, member.region) : NONE
  member.groups = [one, hasKind(home, 1) ? groupsOf(areas, water, member.region) : NONE]
}

/** Who delivers, then the places, the smallest first. */
function groupsOf(areas: Areas, gateway: GatewayId | null, region: string | null): readonly Group[] {
  const key = `${gateway ?? ''}\n${region ?? ''}`
  let groups = areas.lists.get(key)
  if (groups === undefined) {
    const places = areasOfRegion(region)
    if (gateway !== null) places.unshift({ type: 'gateway', name: gateway })
    groups = places.map((place) => groupOf(areas, place))
    areas.lists.set(key, groups)
  }
  return groups
}

/** Who delivers its meters, as the table of meters knows. */
function findGateways({ meters, gateways }: Detector, { member, profile }: Home): void {
  for (const { id, kind } of profile.meters) {
    const slot = meters.slots.get(id)
    const gateway = slot === undefined ? undefined : gateways.ids[meters.gateway[slot] ?? -1]
    if (gateway !== undefined) member.gateways[KINDS.indexOf(kind)] = gateway
  }
}

/** The home belongs to no area any more: its sums go with it. */
export function dismiss(areas: Areas, { member }: Home): void {
  joinAway(member, -1)
  member.groups.forEach((groups, kind) => {
    for (const group of groups) part(areas, member, kind, group)
  })
  member.groups = NONE
}

/** A meter of the home is delivered by this gateway now. */
export function moveToGateway(areas: Areas, home: Home, meter: number, gateway: GatewayId): void {
  const kind = KINDS.findIndex((each) => each === home.profile.meters[meter]?.kind)
  const { member } = home
  if (kind < 0 || member.gateways[kind] === gateway) return
  const first = member.groups[kind]?.[0]
  if (first?.area.type === 'gateway') part(areas, member, kind, first)
  member.gateways[kind] = gateway
  findGroups(areas, home)
  join(areas, member, kind, groupOf(areas, { type: 'gateway', name: gateway }))
}

function join(areas: Areas, member: Member, kind: number, group: Group): void {
  group.members[kind] = (group.members[kind] ?? 0) + 1
  areas.changed.add(group)
  contribute(areas, member, kind, group, 1)
}

function part(areas: Areas, member: Member, kind: number, group: Group): void {
  group.members[kind] = Math.max(0, (group.members[kind] ?? 0) - 1)
  areas.changed.add(group)
  contribute(areas, member, kind, group, -1)
}

/** All hours that the home remembers, added to a group or taken from it. */
function contribute(areas: Areas, member: Member, kind: number, group: Group, sign: 1 | -1): void {
  const oldest = Math.max(0, member.newestHour - RING_HOURS + 1)
  for (let hour = oldest; hour <= member.newestHour; hour++) {
    const bits = (bitsAt(member, hour) >> (kind * BITS)) & 7
    if (bits !== 0) change(areas, group, kind, hour, bits, sign)
  }
}

function change(areas: Areas, group: Group, kind: number, hour: number, bits: number, sign: 1 | -1): void {
  if ((bits & BIT.heard) !== 0) addAt(group, kind, COUNT.heard, hour, sign)
  if ((bits & BIT.seen) !== 0) addAt(group, kind, COUNT.seen, hour, sign)
  if ((bits & BIT.flow) !== 0) addAt(group, kind, COUNT.flow, hour, sign)
  areas.changed.add(group)
  if (saysNews(group, kind, hour)) areas.dirty.add(group)
}

/** Summarizes the hours that have changed and corrects the sums of the home's areas. */
export function tellHours(areas: Areas, home: Home): void {
  const { member, profile } = home
  const { fromHour, toHour, newestHour, sums, sumsAt } = member
  if (toHour < 0) return
  member.fromHour = NO_HOUR
  member.toHour = -1
  const { base } = home.rewind
  let from = Math.max(fromHour, Math.max(toHour, newestHour) - RING_HOURS + 1)
  // An hour of which a part has been forgotten is final.
  if (base !== null) from = Math.max(from, Math.floor(base.endMs / HOUR_MS) + 1)
  let window: Window | null = null
  for (let hour = from; hour <= toHour; hour++) {
    if (areSummed(sums, sumsAt, hour)) {
      tellHour(areas, member, hour, bitsOfSums(sums, sumsAt, profile, hour))
      continue
    }
    window ??= recentItems(home.rewind, hour * HOUR_MS)
    tellHour(areas, member, hour, summarizeHour(window, profile, hour))
  }
}

function tellHour(areas: Areas, member: Member, hour: number, bits: number): void {
  const before = bitsAt(member, hour)
  if (bits === before) return
  noteHour(member, hour, bits)
  for (let kind = 0; kind < KINDS.length; kind++) {
    const now = (bits >> (kind * BITS)) & 7
    const then = (before >> (kind * BITS)) & 7
    if (now === then) continue
    for (const group of member.groups[kind] ?? []) {
      const gone = then & ~now
      if (gone !== 0) change(areas, group, kind, hour, gone, -1)
      const come = now & ~then
      if (come !== 0) change(areas, group, kind, hour, come, 1)
    }
  }
}

/** Whether a change of this hour can begin, move or end an outage: nearly never, which keeps readings cheap. */
export function saysNews(group: Group, kind: number, hour: number): boolean {
  if (hour > (group.goodHour[kind] ?? -1) && isHeardAgain(group, kind, hour)) {
    const skipped = hour - (group.goodHour[kind] ?? -1) - 1
    group.goodHour[kind] = hour
    if (skipped > 0) return true
  }
  for (const run of group.runs) {
    const last = run.toHour ?? Infinity
    if (hour >= run.fromHour - LONGEST_LEAD_HOURS && hour <= last + 1) return true
  }
  const isPast = hour < (group.goodHour[kind] ?? -1) || hour <= (group.clockHour[kind] ?? -1)
  return isSurelyDry(group, kind, hour) || (isPast && isMute(group, kind, hour))
}
