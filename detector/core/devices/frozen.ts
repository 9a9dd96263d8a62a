import type { HomeEvent } from '../home-event.ts'
import type { Profile } from '../observation.ts'
import type { Item } from '../window.ts'
import { describeFrozen, describeThawed } from './explain.ts'
import * as places from './state.ts'
import { get, set, type DeviceState } from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { COLUMN } = places

/** `meter-frozen`: ingest calls the reading `frozen`. It goes on until a reading is measured again. */
export function foldFrozen(
  state: DeviceState,
  { meter, endMs, intervalMs }: Item,
  profile: Profile,
  say: (event: HomeEvent) => void,
): void {
  const device = profile.meters[meter]
  if (device === undefined || !Number.isNaN(get(state, meter, COLUMN.frozenMs))) return
  const onsetMs = endMs - intervalMs
  set(state, meter, COLUMN.frozenMs, onsetMs)
  say({
    meter,
    finding: {
      type: 'raise',
      household: profile.household,
      kind: 'meter-frozen',
      onsetMs,
      atMs: endMs,
      severity: 'yellow',
      meters: [device.id],
      explanation: describeFrozen(profile, device, onsetMs),
      evidence: { frozenSinceMs: onsetMs },
    },
  })
}

/** A measured reading ends the frozen spell. */
export function foldThawed(
  state: DeviceState,
  { meter, endMs }: Item,
  profile: Profile,
  say: (event: HomeEvent) => void,
): void {
  const onsetMs = get(state, meter, COLUMN.frozenMs)
  if (Number.isNaN(onsetMs)) return
  const device = profile.meters[meter]
  if (device === undefined) return
  set(state, meter, COLUMN.frozenMs, NaN)
  say({
    meter,
    finding: {
      type: 'clear',
      household: profile.household,
      kind: 'meter-frozen',
      onsetMs,
      atMs: endMs,
      reason: describeThawed(profile, device, endMs),
    },
  })
}
