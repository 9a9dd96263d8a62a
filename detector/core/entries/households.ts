import type { Finding } from '../../../domain/finding.ts'
import type { Household } from '../../../domain/household.ts'
import type { MeterId } from '../../../domain/ids.ts'
import type { ControlEntry } from '../../../domain/log-entry.ts'
import { dismiss, enlist } from '../area/areas.ts'
import { callOffline } from '../called-offline.ts'
import { keepHome, loseHome, type Detector } from '../detector.ts'
import { endHome, newestOf, restate, settle, wake, type Home } from '../household.ts'
import { listen } from '../listening.ts'
import { gatherMatters, sayDifference, type Said } from '../matters.ts'
import { addMeter } from '../meter-table.ts'
import type { Profile } from '../observation.ts'
import { isSameProfile, rehome } from '../rehome.ts'
import { reasonMeterMoved, reasonRegisteredAnew } from '../retract-reasons.ts'
import { keyOfOwnHome, ownProfile } from './readings.ts'

/** Households registered or replaced; a meter named here belongs to its household from now on. */
export function foldHouseholds(
  detector: Detector,
  entry: Extract<ControlEntry, { type: 'households' }>,
): Finding[] {
  listen(detector.listening, entry.receivedAtMs)
  return entry.households.flatMap((household) => register(detector, household))
}

function register(detector: Detector, household: Household): Finding[] {
  const key = `h:${household.id}`
  const profile: Profile = {
    household: household.id,
    tier: household.tier,
    timezone: household.timezone ?? detector.settings.timezone,
    rule: household.rule,
    region: household.region,
    meters: household.meters.map(({ id, kind }) => ({ id, kind })),
  }
  const followsZone = household.timezone === null
  const known = detector.homes.get(key) ?? null
  const former = formerHomes(detector, household, known)
  if (known !== null && former.length === 0 && isSameProfile(known.profile, profile)) {
    moveToRegion(detector, known, household.region)
    return []
  }
  const sources = known === null ? former : [known, ...former]
  const home = rehome(key, profile, followsZone, sources, detector.records)
  const heir = sources.find((source) => source.profile.household === household.id)
  home.member.region = household.region
  if (heir === undefined) home.said = finished(home)
  else {
    home.said = heir.said
    home.absences = heir.absences
  }
  const findings = former.flatMap((source) => leave(detector, source, profile))
  const released = known === null ? [] : releaseMeters(detector, known, profile)
  replaceHome(detector, known, home)
  return [
    ...findings,
    ...settle(home, detector.context, reasonRegisteredAnew(household.id)),
    ...released.flatMap((own) => settle(own, detector.context)),
  ]
}

function moveToRegion(detector: Detector, home: Home, region: string | null): void {
  if (home.member.region === region) return
  dismiss(detector.areas, home)
  home.member.region = region
  enlist(detector, home)
  home.isDirty = true
}

function replaceHome(detector: Detector, known: Home | null, home: Home): void {
  moveMeters(detector, home)
  if (known !== null) {
    dismiss(detector.areas, known)
    endHome(known)
  }
  enlist(detector, home)
  keepHome(detector, home)
  wake(home)
}

/** A meter that its household no longer names becomes a home of its own again, with what is remembered of it. */
function releaseMeters(detector: Detector, known: Home, profile: Profile): Home[] {
  const { meters } = detector
  return known.profile.meters.flatMap(({ id, kind }) => {
    const slot = meters.slots.get(id)
    const isStillThere = slot !== undefined && meters.homes[slot] === known
    if (!isStillThere || profile.meters.some((meter) => meter.id === id)) return []
    const own = rehome(keyOfOwnHome(id), ownProfile(detector, id, kind), true, [known], detector.records)
    own.said = finished(own)
    replaceHome(detector, null, own)
    return [own]
  })
}

/** Other homes that had one of the household's meters until now. */
function formerHomes(detector: Detector, household: Household, known: Home | null): Home[] {
  const former = new Set<Home>()
  for (const { id } of household.meters) {
    const slot = detector.meters.slots.get(id)
    const home = slot === undefined ? undefined : detector.meters.homes[slot]
    if (home !== undefined && home !== known) former.add(home)
  }
  return [...former]
}

/** A meter's own home ends with the claim; another household goes on without the meter. */
function leave(detector: Detector, source: Home, profile: Profile): Finding[] {
  const moved = source.profile.meters.find((meter) => profile.meters.some(({ id }) => id === meter.id))
  if (moved === undefined) return []
  const why = reasonMeterMoved(moved.id, profile.household)
  if (source.key.startsWith('m:')) {
    loseHome(detector, source)
    dismiss(detector.areas, source)
    endHome(source)
    if (source.profile.household === profile.household) return []
    return sayDifference(active(source.said), new Map(), newestOf(source), why)
  }
  const lost = new Set(profile.meters.map(({ id }): MeterId => id))
  const stays = (meter: number): boolean => {
    const id = source.profile.meters[meter]?.id
    return meter < 0 || id === undefined || !lost.has(id)
  }
  source.rewind.events = source.rewind.events.filter(({ event }) => stays(event.meter))
  source.loose = source.loose.filter((event) => stays(event.meter))
  source.profile.meters.forEach((_meter, index) => {
    if (!stays(index)) callOffline(source, index, NaN)
  })
  source.isDirty = true
  return restate(source, detector.context, why)
}

function moveMeters(detector: Detector, home: Home): void {
  const { meters } = detector
  home.profile.meters.forEach(({ id }, index) => {
    const slot = meters.slots.get(id) ?? addMeter(meters, id, home, index)
    meters.homes[slot] = home
    meters.index[slot] = index
  })
}

/** Matters that were over before the household had the meter are its history no more than they are news. */
function finished(home: Home): Said {
  const matters = gatherMatters(home.rewind.events.map(({ event }) => event))
  return new Map([...matters].filter(([, outcome]) => outcome.clear !== null))
}

function active(said: Said): Said {
  return new Map([...said].filter(([, outcome]) => outcome.clear === null))
}
