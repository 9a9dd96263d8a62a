import type { Finding } from '../../../domain/finding.ts'
import type { ControlEntry } from '../../../domain/log-entry.ts'
import { dismiss, enlist } from '../area/areas.ts'
import { setBudget } from '../area/pool.ts'
import type { Detector } from '../detector.ts'
import { listen } from '../listening.ts'
import { endHome } from '../household.ts'
import { rehome } from '../rehome.ts'

/** Settings hold from here on; what was judged before is not judged again. */
export function foldSettings(
  detector: Detector,
  entry: Extract<ControlEntry, { type: 'settings' }>,
): Finding[] {
  listen(detector.listening, entry.receivedAtMs)
  const { budget, timezone } = entry
  const moved = timezone !== detector.settings.timezone
  detector.settings = { budget, timezone }
  if (budget !== detector.context.pool.budget.budget) setBudget(detector.context.pool, budget)
  if (!moved) return []
  const { homes, meters } = detector
  for (const home of homes.values()) {
    if (!home.followsZone) continue
    const there = {
      ...rehome(home.key, { ...home.profile, timezone }, true, [home], detector.records),
      said: home.said,
    }
    endHome(home)
    homes.set(home.key, there)
    dismiss(detector.areas, home)
    for (const meter of home.profile.meters) {
      const slot = meters.slots.get(meter.id)
      if (slot !== undefined && meters.homes[slot] === home) meters.homes[slot] = there
    }
    enlist(detector, there)
    detector.dirty.delete(home)
    detector.dirty.add(there)
  }
  return []
}
