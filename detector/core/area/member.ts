import type { Area } from '../../../domain/area.ts'
import type { GatewayId } from '../../../domain/ids.ts'
import type { EpochMs } from '../../../domain/time.ts'
import type { Home } from '../household.ts'
import type { LongSilence } from '../life/long-silences.ts'
import type { Profile } from '../observation.ts'
import type { Item } from '../window.ts'
import { NONE } from '../none.ts'
import type { Group } from './group.ts'
import { addToSums, SUM_WORDS } from './hour-sums.ts'
import { hourOf, outageKey, RING_HOURS, type AreaOutage, type OutageKind } from './outage.ts'
import { BIT, BITS, kindOf } from './summarize-hour.ts'

/** Heard, seen, and with flow. */
const ALL_BITS = BIT.heard | BIT.seen | BIT.flow

/** An outage as a home knows it: what explains its alerts, and which of its meters cannot show life. */
export interface HomeOutage {
  readonly key: string
  readonly area: Area
  readonly fromMs: EpochMs
  readonly toMs: EpochMs | null
  readonly kinds: readonly OutageKind[]
}

/** What of a home concerns its areas: where it belongs, what it has told of each hour, and what its areas have told it. */
export interface Member {
  region: string | null
  /** Who delivers its meters, by kind; null: nobody yet. */
  readonly gateways: (GatewayId | null)[]
  /** Its areas, by kind of meter; made from the two above. */
  groups: readonly (readonly Group[])[]
  /** From `hoursAt` on: bits of each of the last hours, as they stand in the sums of its areas. */
  readonly hours: Uint8Array
  readonly hoursAt: number
  /** From `sumsAt` on: the two newest hours of its items (hour-sums.ts). */
  readonly sums: Uint32Array
  readonly sumsAt: number
  newestHour: number
  /** Hours that items taken since have changed; none where the first is behind the last. */
  fromHour: number
  toHour: number
  outages: readonly HomeOutage[]
  /** Its long silences, as they stand in the sums of its areas; what they were made of, and what it has heard of its neighbours'. */
  away: readonly LongSilence[]
  awayStamp: number
  awayRevision: number
}

/** A home as its areas know it. */
export type AreaHome = Pick<Home, 'key' | 'profile' | 'member'>

/** Behind every hour. */
export const NO_HOUR = 0x3fff_ffff

export function newMember(
  hours = new Uint8Array(RING_HOURS),
  hoursAt = 0,
  sums = new Uint32Array(SUM_WORDS),
  sumsAt = 0,
): Member {
  return {
    region: null,
    gateways: [null, null],
    groups: NONE,
    hours,
    hoursAt,
    sums,
    sumsAt,
    newestHour: -1,
    fromHour: NO_HOUR,
    toHour: -1,
    outages: NONE,
    away: NONE,
    awayStamp: 0,
    awayRevision: 0,
  }
}

/**
 * An item was taken: its hours are to be summarized anew. A reading behind all others of its meter (`isNewest`) adds nothing
 * to an hour that is known to have flow. `isNew` false: it took another's place.
 */
export function noteItem(
  member: Member,
  profile: Profile,
  item: Item,
  isNew: boolean,
  isNewest: boolean,
): void {
  const fromHour = hourOf(item.endMs - item.intervalMs)
  const toHour = hourOf(item.endMs - 1)
  addToSums(member.sums, member.sumsAt, profile, item, isNew, fromHour, toHour)
  if (isNewest && fromHour === toHour) {
    const kind = kindOf(profile.meters[item.meter]?.kind)
    if (((bitsAt(member, toHour) >> (kind * BITS)) & ALL_BITS) === ALL_BITS) return
  }
  if (fromHour < member.fromHour) member.fromHour = fromHour
  if (toHour > member.toHour) member.toHour = toHour
}

/** What the home told of an hour; 0 where it has left the ring. */
export function bitsAt(member: Member, hour: number): number {
  if (hour > member.newestHour || hour <= member.newestHour - RING_HOURS) return 0
  return member.hours[member.hoursAt + (hour % RING_HOURS)] ?? 0
}

/** The home has told this of an hour; the hours that it has passed over say nothing. */
export function noteHour(member: Member, hour: number, bits: number): void {
  if (hour > member.newestHour) {
    for (let each = Math.max(member.newestHour + 1, hour - RING_HOURS + 1); each < hour; each++) {
      member.hours[member.hoursAt + (each % RING_HOURS)] = 0
    }
    member.newestHour = hour
  }
  member.hours[member.hoursAt + (hour % RING_HOURS)] = bits
}

/** An outage of an area, as its homes are told of it. */
export function spanOf(outage: AreaOutage): HomeOutage {
  const { area, onsetMs, endMs, kinds } = outage
  return { key: outageKey(outage), area, fromMs: onsetMs, toMs: endMs, kinds }
}
