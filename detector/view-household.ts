import type { Detector } from './core/detector.ts'
import { isInRegion } from '../domain/household.ts'
import type { EpochMs } from '../domain/time.ts'
import { calledOffline } from './core/called-offline.ts'
import { blindSinceMs } from './core/devices/blind.ts'
import { COLUMN, get } from './core/devices/state.ts'
import { headOf } from './core/head.ts'
import { newestOf } from './core/household.ts'
import { silentSinceOf } from './core/judge.ts'
import type { HouseholdView } from './start.ts'

/** What the detector knows of a home now; `id` may be that of a meter nobody has claimed. */
export function viewHousehold(detector: Detector, id: string): HouseholdView | null {
  const home = detector.homes.get(`h:${id}`) ?? detector.homes.get(`m:${id}`)
  if (home === undefined) return null
  const head = headOf(home)
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  return {
    household: home.profile.household,
    timezone: home.profile.timezone,
    newestMs: finite(newestOf(home)),
    silentSinceMs: silentSinceOf(head),
    blindSinceMs: blindSinceMs(home),
    meters: home.profile.meters.map((meter, index) => ({
      id: meter.id,
      lastMs: finite(get(head, index, COLUMN.lastMs)),
      offline: !Number.isNaN(calledOffline(home, index)),
    })),
    active: [...home.said.values()]
      .filter((outcome) => outcome.clear === null)
      .map(({ raise }) => ({ kind: raise.kind, onsetMs: raise.onsetMs })),
  }
}

/** Of these homes those that cannot be seen, and since when. */
export function viewBlind(detector: Detector, ids: readonly string[]): Record<string, EpochMs> {
  const blind: Record<string, EpochMs> = {}
  for (const id of ids) {
    const home = detector.homes.get(`h:${id}`) ?? detector.homes.get(`m:${id}`)
    const sinceMs = home === undefined ? null : blindSinceMs(home)
    if (sinceMs !== null) blind[id] = sinceMs
  }
  return blind
}

/** How many homes cannot be seen, in these areas; null: everywhere. One pass over all homes. */
export function countBlind(detector: Detector, areas: readonly string[] | null): number {
  let count = 0
  for (const home of detector.homes.values()) {
    if (areas !== null && !areas.some((area) => isInRegion(home.member.region, area))) continue
    if (blindSinceMs(home) !== null) count++
  }
  return count
}
