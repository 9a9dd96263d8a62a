import type { Finding } from '../../../domain/finding.ts'
import type { ControlEntry } from '../../../domain/log-entry.ts'
import { dismiss, enlist } from '../area/areas.ts'
import { setBudget } from '../area/pool.ts'
import { keepHome, type Detector } from '../detector.ts'
import { listen } from '../listening.ts'
import { endHome, keepBefore } from '../household.ts'
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
  const before = detector.context.pool.budget.budget
  if (budget !== before) setBudget(detector.context.pool, budget)
  const { homes, meters } = detector
  if (moved || budget !== before) for (const home of homes.values()) keepBefore(home)
  if (!moved) return []
  for (const home of homes.values()) {
    if (!home.followsZone) continue
    const there = rehome(home.key, { ...home.profile, timezone }, true, [home], detector.records)
    there.said = home.said
    endHome(home)
    keepHome(detector, there)
    dismiss(detector.areas, home)
    for (const meter of home.profile.meters) {
      const slot = meters.slots.get(meter.id)
      if (slot !== undefined && meters.homes[slot] === home) meters.homes[slot] = there
    }
    enlist(detector, there)
  }
  return []
}
