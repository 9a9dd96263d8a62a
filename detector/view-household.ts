import type { Detector } from './core/detector.ts'
import { COLUMN, get } from './core/devices/state.ts'
import { headOf, newestOf } from './core/household.ts'
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
    meters: home.profile.meters.map((meter, index) => ({
      id: meter.id,
      lastMs: finite(get(head, index, COLUMN.lastMs)),
      offline: !Number.isNaN(home.offlineMs[index] ?? NaN),
    })),
    active: [...home.said.values()]
      .filter((outcome) => outcome.clear === null)
      .map(({ raise }) => ({ kind: raise.kind, onsetMs: raise.onsetMs })),
  }
}
