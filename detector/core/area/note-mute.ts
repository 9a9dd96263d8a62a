import { HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import type { Detector } from '../detector.ts'
import { deafMs } from '../listening.ts'
import type { Areas } from './areas.ts'
import { usualNow, reachHour, type Group } from './group.ts'
import { FEWEST_HOMES, hourOf, KINDS, OUTAGE_SHARE, REPORTING_HOURS } from './outage.ts'

/**
 * A gateway that is dead sends nothing that could show it: by the clock of a live system. Where nearly all meters of a
 * kind that usually report at this hour have been silent for longer than each is used to be (batches, our own downtime),
 * the hours up to now are over for their area, and what is missing in them is missing.
 */
export function noteMute(detector: Detector, tickMs: EpochMs, isLive: (gateway: number) => boolean): void {
  const { meters, listening, areas } = detector
  const limitMs = REPORTING_HOURS * HOUR_MS
  const mute = new Map<Group, number[]>()
  for (let slot = 0; slot < meters.ids.length; slot++) {
    const newestMs = meters.newestMs[slot] ?? -Infinity
    if (tickMs - newestMs <= limitMs || newestMs === -Infinity || !isLive(meters.gateway[slot] ?? -1))
      continue
    // It is delivering just now (a backlog, a replay): what it still has to say may fill the silence.
    if (meters.delivered[slot] === detector.ticks - 1) continue
    const silentMs = tickMs - newestMs - (meters.patienceMs[slot] ?? 0)
    if (silentMs <= limitMs || silentMs - deafMs(listening.holes, newestMs, tickMs) <= limitMs) continue
    const home = meters.homes[slot]
    const kind = KINDS.findIndex((each) => each === home?.profile.meters[meters.index[slot] ?? 0]?.kind)
    for (const group of home?.member.groups[kind] ?? []) {
      const counts = mute.get(group) ?? KINDS.map(() => 0)
      counts[kind] = (counts[kind] ?? 0) + 1
      mute.set(group, counts)
    }
  }
  const hour = hourOf(tickMs) - 1
  for (const [group, counts] of mute) {
    for (const [kind, count] of counts.entries()) noteSilent(areas, group, kind, hour, count)
  }
}

/** `count` homes of the group have said nothing for too long: where they are nearly all, its hours up to this one are over. */
export function noteSilent(areas: Areas, group: Group, kind: number, hour: number, count: number): void {
  if (count < FEWEST_HOMES || hour <= (group.clockHour[kind] ?? -1)) return
  if (count < (1 - OUTAGE_SHARE) * usualNow(group, kind, hour)) return
  reachHour(group, hour)
  group.clockHour[kind] = hour
  areas.changed.add(group)
  areas.dirty.add(group)
}
