import type { Absence } from '../../domain/absence.ts'
import { type Household, isInRegion } from '../../domain/household.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { Reject } from '../../domain/reject-codes.ts'
import type { MeterSummary, Page, RegistryReader } from '../../ingest/registry-reader.ts'

/** The registry door in memory: what is in the maps is what it answers. */
export interface FakeRegistry extends Omit<RegistryReader, 'counters' | 'close'> {
  readonly homes: Map<string, Household>
  readonly meters: Map<string, MeterSummary>
  readonly refused: (Reject & { id: number })[]
  readonly calendar: Absence[]
}

export function fakeRegistry(): FakeRegistry {
  const homes = new Map<string, Household>()
  const meters = new Map<string, MeterSummary>()
  const refused: (Reject & { id: number })[] = []
  const calendar: Absence[] = []
  const inAreas = (areas: readonly string[] | null): Household[] =>
    [...homes.values()].filter(
      ({ region }) => areas === null || areas.some((area) => isInRegion(region, area)),
    )
  const registered = (households: Household[]): number =>
    households.reduce((sum, household) => sum + household.meters.length, 0)
  return {
    homes,
    meters,
    refused,
    calendar,
    absences: (household, cursor, limit) =>
      pageOf(
        calendar.filter((absence) => absence.household === household),
        cursor,
        limit,
      ),
    absence: (household, id) =>
      calendar.find((absence) => absence.household === household && absence.id === id) ?? null,
    household: (id) => homes.get(id) ?? null,
    households: ({ areas }, cursor, limit) =>
      pageOf(
        inAreas(areas).sort((a, b) => (a.id < b.id ? -1 : 1)),
        cursor,
        limit,
      ),
    unregisteredMeters: (cursor, limit) =>
      pageOf(
        [...meters.values()].filter(({ household }) => household === null),
        cursor,
        limit,
      ),
    meter: (id) => meters.get(id) ?? null,
    metersOf: (household) => [...meters.values()].filter((meter) => meter.household === household),
    counts: () => ({
      households: homes.size,
      metersRegistered: registered([...homes.values()]),
      metersUnregistered: [...meters.values()].filter(({ household }) => household === null).length,
    }),
    countsIn: (areas) => ({
      households: inAreas(areas).length,
      metersRegistered: registered(inAreas(areas)),
    }),
    rejects: (filter, cursor, limit) =>
      pageOf(
        refused.filter(
          (reject) =>
            (filter.code === undefined || reject.code === filter.code) &&
            (filter.gateway === undefined || reject.gateway === filter.gateway) &&
            reject.receivedAtMs >= (filter.fromMs ?? 0) &&
            reject.receivedAtMs <= (filter.toMs ?? Infinity),
        ),
        cursor,
        limit,
      ),
  }
}

function pageOf<T>(all: T[], cursor: string | null, limit: number): Page<T> {
  const start = Number(cursor ?? 0)
  const next = start + limit < all.length ? String(start + limit) : null
  return { items: all.slice(start, start + limit), next }
}

export function household(id: string, region: string | null): Household {
  return {
    id: id as HouseholdId,
    region,
    tier: 'high',
    timezone: null,
    rule: 'evidence',
    meters: [{ id: `W-${id}` as MeterId, kind: 'water' }],
    contacts: [{ name: '王芳', phone: '+86 571 5550 0142' }],
  }
}

export function meter(id: string, owner: string | null): MeterSummary {
  return {
    id: id as MeterId,
    kind: 'water',
    household: owner as HouseholdId | null,
    gateway: 'gw1',
    newestTimeMs: Date.parse('2026-11-21T00:00:00Z'),
    readings: 24,
  }
}
