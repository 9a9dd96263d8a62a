import type { Household } from '../../domain/household.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { MeterKind } from '../../domain/units.ts'
import type { Profile } from '../core/observation.ts'

/** What a meter's rows or series have in common. */
interface OfMeter {
  readonly meter: MeterId
  readonly kind: MeterKind
}

/** Homes as registered; a meter that nobody has claimed is its own household. */
export function profilesOf(
  meters: readonly OfMeter[],
  households: readonly Household[] | null,
  timezone: string,
): Profile[] {
  const profiles: Profile[] = []
  const claimed = new Set<string>()
  for (const { id, tier, timezone: own, rule, region, meters: registered } of households ?? []) {
    for (const meter of registered) claimed.add(meter.id)
    profiles.push({ household: id, tier, timezone: own ?? timezone, rule, region, meters: registered })
  }
  for (const { meter, kind } of meters) {
    if (claimed.has(meter)) continue
    const household = meter as string as HouseholdId
    profiles.push({ household, tier: 'medium', timezone, rule: 'evidence', meters: [{ id: meter, kind }] })
  }
  return profiles
}

/** Homes with what the file has of their meters. Meters of the register that it lacks are not waited for. */
export function gatherHomes<T extends OfMeter>(
  profiles: readonly Profile[],
  columns: readonly T[],
): { profile: Profile; meters: T[] }[] {
  const byMeter = new Map(columns.map((one) => [one.meter, one]))
  return profiles.flatMap((profile) => {
    const meters = profile.meters.flatMap((meter) => byMeter.get(meter.id) ?? [])
    if (meters.length === 0) return []
    const known = { ...profile, meters: meters.map(({ meter, kind }) => ({ id: meter, kind })) }
    return [{ profile: known, meters }]
  })
}
