import type { EpochMs } from '../../../domain/time.ts'
import type { HomeEvent } from '../home-event.ts'
import { afterListening, type Hole } from '../listening.ts'
import type { Profile } from '../observation.ts'
import type { Item } from '../window.ts'
import { describeBack, describeOffline } from './explain.ts'
import * as rhythm from './rhythm.ts'
import { learnGap, limitOf } from './rhythm.ts'
import * as places from './state.ts'
import {
  countReading,
  get,
  longestGapMs,
  readingsHeard,
  set,
  setLongestGapMs,
  type DeviceState,
} from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { MIN_LIMIT_MS, MIN_READINGS } = rhythm
const { COLUMN } = places

/**
 * `meter-offline`: a silence of a meter that is longer than its rhythm allows. A silence that has ended is told by the
 * two readings around it (`foldHeard`), one that goes on by the gateway's clock (`offlineAt`, asked on ticks); both say
 * the same of the same silence, so that it does not matter who was first. Our own downtime does not count.
 */

/** When the silence after the meter's newest reading becomes `meter-offline`; Infinity while it has no rhythm. */
export function overdueMs(state: DeviceState, meter: number, holes: readonly Hole[]): EpochMs {
  if (readingsHeard(state, meter) < MIN_READINGS) return Infinity
  const limitMs = limitOf(longestGapMs(state, meter))
  return afterListening(holes, get(state, meter, COLUMN.lastMs), limitMs)
}

/** The raise for the silence that goes on. */
export function offlineSince(
  state: DeviceState,
  meter: number,
  profile: Profile,
  holes: readonly Hole[],
): HomeEvent | null {
  const device = profile.meters[meter]
  const atMs = overdueMs(state, meter, holes)
  if (device === undefined || atMs === Infinity) return null
  const lastMs = get(state, meter, COLUMN.lastMs)
  const longestMs = longestGapMs(state, meter)
  return {
    meter,
    finding: {
      type: 'raise',
      household: profile.household,
      kind: 'meter-offline',
      onsetMs: lastMs,
      atMs,
      severity: 'yellow',
      meters: [device.id],
      explanation: describeOffline(profile, device, lastMs, longestMs),
      evidence: { lastReadingMs: lastMs, longestUsualSilenceMs: longestMs },
    },
  }
}

/** The meter spoke: ends its silence, and learns from it. */
export function foldHeard(
  state: DeviceState,
  { meter, endMs }: Item,
  profile: Profile,
  holes: readonly Hole[],
  say: (event: HomeEvent) => void,
): void {
  const lastMs = get(state, meter, COLUMN.lastMs)
  if (!Number.isNaN(lastMs)) {
    if (endMs - lastMs > MIN_LIMIT_MS && overdueMs(state, meter, holes) < endMs) {
      const raise = offlineSince(state, meter, profile, holes)
      const device = profile.meters[meter]
      if (raise !== null && device !== undefined) {
        say(raise)
        say({
          meter,
          finding: {
            type: 'clear',
            household: profile.household,
            kind: 'meter-offline',
            onsetMs: lastMs,
            atMs: endMs,
            reason: describeBack(profile, device, endMs),
          },
        })
      }
    }
    const longestMs = longestGapMs(state, meter)
    if (endMs - lastMs !== longestMs) setLongestGapMs(state, meter, learnGap(longestMs, endMs - lastMs))
  }
  set(state, meter, COLUMN.lastMs, endMs)
  countReading(state, meter)
}
