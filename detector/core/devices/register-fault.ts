import * as time from '../../../domain/time.ts'
import type { HomeEvent } from '../home-event.ts'
import type { Profile } from '../observation.ts'
import type { Item } from '../window.ts'
import { describeFault, describeSound } from './explain.ts'
import * as places from './state.ts'
import { get, set, type DeviceState } from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS } = time
const { COLUMN } = places

/** A register that jumps back and forth is one fault, not one per jump: it is sound after a day without any. */
export const SOUND_AFTER_MS = DAY_MS

/** `register-fault`: ingest saw the register do what no meter does. */
export function foldFault(
  state: DeviceState,
  { meter, endMs: timeMs, amount: register, intervalMs: expected }: Item,
  profile: Profile,
  say: (event: HomeEvent) => void,
): void {
  const device = profile.meters[meter]
  if (device === undefined) return
  set(state, meter, COLUMN.faultLastMs, timeMs)
  if (!Number.isNaN(get(state, meter, COLUMN.faultMs))) return
  set(state, meter, COLUMN.faultMs, timeMs)
  say({
    meter,
    finding: {
      type: 'raise',
      household: profile.household,
      kind: 'register-fault',
      onsetMs: timeMs,
      atMs: timeMs,
      severity: 'yellow',
      meters: [device.id],
      explanation: describeFault(profile, device, timeMs, register, expected),
      evidence: { register, expected },
    },
  })
}

/** A measured reading, long enough after the last fault, ends it. */
export function foldSound(
  state: DeviceState,
  { meter, endMs }: Item,
  profile: Profile,
  say: (event: HomeEvent) => void,
): void {
  const onsetMs = get(state, meter, COLUMN.faultMs)
  if (Number.isNaN(onsetMs)) return
  const device = profile.meters[meter]
  if (device === undefined) return
  if (endMs - get(state, meter, COLUMN.faultLastMs) < SOUND_AFTER_MS) return
  set(state, meter, COLUMN.faultMs, NaN)
  say({
    meter,
    finding: {
      type: 'clear',
      household: profile.household,
      kind: 'register-fault',
      onsetMs,
      atMs: endMs,
      reason: describeSound(profile, device, endMs),
    },
  })
}
