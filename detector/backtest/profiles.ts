import type { Household } from '../../domain/household.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import type { Profile } from '../core/observation.ts'
import type { MeterRows } from './load-readings.ts'

/** Homes as registered; a meter that nobody has claimed is its own household. */
export function profilesOf(
  meters: readonly Pick<MeterRows, 'meter' | 'kind'>[],
  households: readonly Household[] | null,
  timezone: string,
): Profile[] {
  const profiles: Profile[] = []
  const claimed = new Set<string>()
  for (const { id, tier, timezone: own, rule, meters: registered } of households ?? []) {
    for (const meter of registered) claimed.add(meter.id)
    profiles.push({ household: id, tier, timezone: own ?? timezone, rule, meters: registered })
  }
  for (const { meter, kind } of meters) {
    if (claimed.has(meter)) continue
    const household = meter as string as HouseholdId
    profiles.push({ household, tier: 'medium', timezone, rule: 'evidence', meters: [{ id: meter, kind }] })
  }
  return profiles
}
