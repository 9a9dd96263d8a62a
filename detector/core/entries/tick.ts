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
import { hearsOfAway, wake, type Home } from '../household.ts'
import { listen } from '../listening.ts'
import { byTime } from '../matters.ts'
import { isOutdated } from '../trend/home-trend.ts'
import { hasMoved } from '../trend/village-index.ts'
import { settleAll, touch } from './readings.ts'

/** A tick of the system's clock: meters whose silence has become too long by now are called offline. */
export function foldTick(detector: Detector, tickMs: EpochMs): Finding[] {
  listen(detector.listening, tickMs)
  detector.listening.ticking = true
  detector.ticks++
  const clocks = gatewayClocks(detector, tickMs)
  noteMute(detector, tickMs, (gateway) => clocks[gateway] === tickMs)
  const touched: Home[] = []
  const { meters } = detector
  for (let slot = 0; slot < meters.ids.length; slot++) {
    const clockMs = clocks[meters.gateway[slot] ?? -1]
    if (clockMs === undefined || clockMs - (meters.newestMs[slot] ?? 0) <= MIN_LIMIT_MS) continue
    // It is delivering just now (a batch, a replay): what it still has to say may fill the silence.
    if (meters.delivered[slot] === detector.ticks - 1) continue
    const home = meters.homes[slot]
    if (home !== undefined && isOverdue(detector, home, slot, clockMs, clockMs === tickMs))
      touch(home, touched)
  }
  if (hasMoved(detector.context.village)) {
    for (const home of detector.homes.values())
      if (isOutdated(home, detector.context.village)) touch(home, touched)
  }
  for (const home of detector.homes.values()) if (hearsOfAway(home)) touch(home, touched)
  // By time and name, because the order of the slots is a matter of the last restart.
  return settleAll(detector, touched).sort(byTime)
}

function isOverdue(detector: Detector, home: Home, slot: number, clockMs: EpochMs, isLive: boolean): boolean {
  const { meters } = detector
  const meter = meters.index[slot] ?? 0
  if (!Number.isNaN(calledOffline(home, meter))) return false
  const head = headOf(home)
  const patienceMs = isLive ? (meters.patienceMs[slot] ?? 0) : 0
  if (clockMs <= overdueMs(head, meter, detector.listening.holes) + patienceMs) return false
  callOffline(home, meter, get(head, meter, COLUMN.lastMs))
  wake(home)
  return true
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
  return gateways.ids.map((_id, gateway) => {
    const isLive = isQuorum(fresh[gateway] ?? 0, recent[gateway] ?? 0, all[gateway] ?? 0)
    return isLive ? tickMs : Math.min(tickMs, reachedMs(newestOf(detector, gateway)))
  })
}

function newestOf(detector: Detector, gateway: number): number[] {
  const { meters } = detector
  const newest: number[] = []
  for (let slot = 0; slot < meters.ids.length; slot++) {
    if (meters.gateway[slot] === gateway) newest.push(meters.newestMs[slot] ?? -Infinity)
  }
  return newest
}
