import type { HomeEvent } from '../home-event.ts'
import type { Hole } from '../listening.ts'
import type { Profile } from '../observation.ts'
import * as window from '../window.ts'
import type { Item } from '../window.ts'
import { foldFrozen, foldThawed } from './frozen.ts'
import { foldHeard } from './offline.ts'
import { foldFault, foldSound } from './register-fault.ts'
import type { DeviceState } from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { FLAG } = window

/** Works one item for the technicians' side of a home: is the meter heard, does it count, does it count soundly. */
export function foldDevices(
  state: DeviceState,
  item: Item,
  profile: Profile,
  holes: readonly Hole[],
  say: (event: HomeEvent) => void,
): void {
  const { flags } = item
  if ((flags & FLAG.fault) !== 0) {
    if (!Number.isNaN(item.amount)) foldFault(state, item, profile, say)
    return
  }
  if ((flags & FLAG.heard) !== 0) foldHeard(state, item, profile, holes, say)
  if ((flags & FLAG.frozen) !== 0) foldFrozen(state, item, profile, say)
  else if ((flags & FLAG.measured) !== 0) {
    foldThawed(state, item, profile, say)
    foldSound(state, item, profile, say)
  }
}
