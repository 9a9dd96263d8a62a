import type { Finding } from '../../../domain/finding.ts'
import type { EpochMs } from '../../../domain/time.ts'
import { HISTORY_MS, isQuorum, reachedMs, RECENT_MS } from '../clock.ts'
import { noteMute } from '../area/note-mute.ts'
import { calledOffline, callOffline } from '../called-offline.ts'
import type { Detector } from '../detector.ts'
import { overdueMs } from '../devices/offline.ts'
import { MIN_LIMIT_MS } from '../devices/rhythm.ts'
import { COLUMN, get } from '../devices/state.ts'
import { headOf } from '../head.ts'
import { wake, type Home } from '../household.ts'
import { listen } from '../listening.ts'
import { nextOutdated } from '../look-again.ts'
import { byTime } from '../matters.ts'
import { settleAll, touch } from './readings.ts'

/** Meters called offline at one tick: some tenths of a second. When a whole network falls silent, the others follow tick by tick. */
const CALLED_AT_ONCE = 4_000

/**
 * A tick of the system's clock: meters whose silence has become too long by now are called offline, and homes are judged again
 * whose neighbours have moved. Readings wait meanwhile: of either there is only so much at once.
 */
export function foldTick(detector: Detector, tickMs: EpochMs): Finding[] {
  listen(detector.listening, tickMs)
  detector.listening.ticking = true
  detector.ticks++
  const clocks = gatewayClocks(detector, tickMs)
  noteMute(detector, tickMs, (gateway) => clocks[gateway] === tickMs)
  const touched: Home[] = []
  const { meters } = detector
  for (const slot of firstOf(detector, overdueSlots(detector, clocks, tickMs))) {
    const home = meters.homes[slot]
    if (home === undefined) continue
    const meter = meters.index[slot] ?? 0
    callOffline(home, meter, get(headOf(home), meter, COLUMN.lastMs))
    wake(home)
    touch(home, touched)
  }
  for (const home of nextOutdated(detector.round, detector.homes, detector.context.village))
    touch(home, touched)
  // By time and name, because the order of the slots is a matter of the last restart.
  return settleAll(detector, touched).sort(byTime)
}

function overdueSlots(detector: Detector, clocks: readonly EpochMs[], tickMs: EpochMs): number[] {
  const { meters } = detector
  const overdue: number[] = []
  for (let slot = 0; slot < meters.ids.length; slot++) {
    const clockMs = clocks[meters.gateway[slot] ?? -1]
    if (clockMs === undefined || clockMs - (meters.newestMs[slot] ?? 0) <= MIN_LIMIT_MS) continue
    // It is delivering just now (a batch, a replay): what it still has to say may fill the silence.
    if (meters.delivered[slot] === detector.ticks - 1) continue
    const home = meters.homes[slot]
    if (home !== undefined && isOverdue(detector, home, slot, clockMs, clockMs === tickMs)) overdue.push(slot)
  }
  return overdue
}

function isOverdue(detector: Detector, home: Home, slot: number, clockMs: EpochMs, isLive: boolean): boolean {
  const { meters } = detector
  const meter = meters.index[slot] ?? 0
  if (!Number.isNaN(calledOffline(home, meter))) return false
  const patienceMs = isLive ? (meters.patienceMs[slot] ?? 0) : 0
  return clockMs > overdueMs(headOf(home), meter, detector.listening.holes) + patienceMs
}

/** More slots than there will ever be: what orders homes by number and says which slot. */
const SLOTS = 2 ** 25

/** As many as one tick calls, whole homes: those that have been there longest, which no restart changes. */
function firstOf({ meters }: Detector, slots: readonly number[]): readonly number[] {
  if (slots.length <= CALLED_AT_ONCE) return slots
  const ordered = Float64Array.from(slots, (slot) => (meters.homes[slot]?.number ?? 0) * SLOTS + slot).sort()
  const homeAt = (place: number): number => Math.floor((ordered[place] ?? 0) / SLOTS)
  let end = CALLED_AT_ONCE
  while (end < ordered.length && homeAt(end) === homeAt(end - 1)) end++
  return Array.from(ordered.subarray(0, end), (place) => place % SLOTS)
}

/** What time it is for each gateway's meters, by number. */
function gatewayClocks(detector: Detector, tickMs: EpochMs): number[] {
  const { gateways, meters } = detector
  const count = gateways.ids.length
  const all = new Uint32Array(count)
  const fresh = new Uint32Array(count)
  const recent = new Uint32Array(count)
  for (let slot = 0; slot < meters.ids.length; slot++) {
    const gateway = meters.gateway[slot] ?? -1
    if (gateway < 0) continue
    const behindMs = (gateways.lastReceiptMs[gateway] ?? 0) - (meters.newestMs[slot] ?? 0)
    all[gateway] = (all[gateway] ?? 0) + 1
    if (behindMs <= HISTORY_MS) fresh[gateway] = (fresh[gateway] ?? 0) + 1
    if (behindMs <= HISTORY_MS + RECENT_MS) recent[gateway] = (recent[gateway] ?? 0) + 1
  }
  const isLive = gateways.ids.map((_id, gateway) =>
    isQuorum(fresh[gateway] ?? 0, recent[gateway] ?? 0, all[gateway] ?? 0),
  )
  const newestOf = gatherNewest(detector, all, isLive)
  return newestOf.map((newest) => (newest === null ? tickMs : Math.min(tickMs, reachedMs(newest))))
}

/** The newest times of the meters of each gateway that feeds history; null: it is live. One pass, however many gateways are dead. */
function gatherNewest(
  { meters }: Detector,
  count: Uint32Array,
  isLive: readonly boolean[],
): (Float64Array | null)[] {
  const newest = isLive.map((live, gateway) => (live ? null : new Float64Array(count[gateway] ?? 0)))
  if (!isLive.includes(false)) return newest
  const filled = new Uint32Array(isLive.length)
  for (let slot = 0; slot < meters.ids.length; slot++) {
    const gateway = meters.gateway[slot] ?? -1
    const column = newest[gateway]
    if (column === undefined || column === null) continue
    column[filled[gateway] ?? 0] = meters.newestMs[slot] ?? -Infinity
    filled[gateway] = (filled[gateway] ?? 0) + 1
  }
  return newest
}
