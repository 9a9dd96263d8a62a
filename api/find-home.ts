import type { Household } from '../domain/household.ts'
import type { HouseholdId, MeterId } from '../domain/ids.ts'
import { toIso } from '../domain/time.ts'
import { CANONICAL_UNIT } from '../domain/units.ts'
import type { MeterSummary } from '../ingest/registry-reader.ts'
import type { ApiDeps } from './deps.ts'
import { isVisible } from './desk/open-desk.ts'
import { toWireMeter, type WireHousehold, type WireMeter } from './schemas/home-schema.ts'

type Areas = readonly string[] | null

/** A home as callers see it, or null where there is none or it is not theirs: both look the same from outside. */
export function findHome(deps: ApiDeps, id: HouseholdId, areas: Areas): WireHousehold | null {
  const registered = deps.registry.household(id)
  if (registered !== null) return isVisible(registered.region, areas) ? toWireHome(deps, registered) : null
  // An unregistered meter is judged as a home of its own under its id, so its alerts lead here.
  const meter = deps.registry.meter(id as string as MeterId)
  if (meter === null || meter.household !== null || !isVisible(null, areas)) return null
  return {
    id,
    registered: false,
    region: null,
    tier: null,
    timezone: deps.timezone,
    rule: null,
    contacts: [],
    meters: [toWireMeter(meter)],
    blindSince: null,
  }
}

/** With what the detector knows of who can be seen. */
export async function tellBlind(deps: ApiDeps, homes: readonly WireHousehold[]): Promise<WireHousehold[]> {
  const blind = await deps.blind(homes.map(({ id }) => id))
  return homes.map((home) => {
    const sinceMs = blind[home.id]
    return sinceMs === undefined ? home : { ...home, blindSince: toIso(sinceMs) }
  })
}

/** A meter, or null where there is none or its home is not the caller's. */
export function findMeter(deps: ApiDeps, id: MeterId, areas: Areas): MeterSummary | null {
  const meter = deps.registry.meter(id)
  if (meter === null) return null
  const household = meter.household === null ? null : deps.registry.household(meter.household)
  return isVisible(household?.region ?? null, areas) ? meter : null
}

export function toWireHome(deps: ApiDeps, household: Household): WireHousehold {
  return {
    id: household.id,
    registered: true,
    region: household.region,
    tier: household.tier,
    timezone: household.timezone ?? deps.timezone,
    rule: household.rule,
    contacts: household.contacts,
    meters: metersOf(deps, household),
    blindSince: null,
  }
}

/** All that are registered, also those that have never sent a reading. */
function metersOf(deps: ApiDeps, household: Household): WireMeter[] {
  const heard = new Map(deps.registry.metersOf(household.id).map((meter) => [meter.id, toWireMeter(meter)]))
  for (const { id, kind } of household.meters) {
    if (heard.has(id)) continue
    const unheard = { gateway: null, newestTime: null, readings: 0 }
    heard.set(id, { id, kind, unit: CANONICAL_UNIT[kind], household: household.id, ...unheard })
  }
  return [...heard.values()]
}
