import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { RegistryReader } from '../../ingest/registry-reader.ts'

export type RegionSource = Pick<RegistryReader, 'household' | 'meter'>

/**
 * Where a home is; null while nobody has said. An unregistered meter is a home of its own under its meter id: once a
 * household has claimed it, its alerts belong where that household is.
 */
export function regionOf(registry: RegionSource, household: HouseholdId): string | null {
  const registered = registry.household(household)
  if (registered !== null) return registered.region
  const claimedBy = registry.meter(household as string as MeterId)?.household ?? null
  return claimedBy === null ? null : (registry.household(claimedBy)?.region ?? null)
}
