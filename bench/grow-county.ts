import { enlist } from '../detector/core/area/areas.ts'
import { keepHome, newDetector, type Detector } from '../detector/core/detector.ts'
import { foldEntry } from '../detector/core/fold-entry.ts'
import { headOf } from '../detector/core/head.ts'
import { endHome, type Home } from '../detector/core/household.ts'
import { addMeter, newMeterTable } from '../detector/core/meter-table.ts'
import type { Profile } from '../detector/core/observation.ts'
import { rehome } from '../detector/core/rehome.ts'
import { tellNeighbours, toldLength } from '../detector/core/trend/home-trend.ts'
import { DETECTOR_MIGRATIONS } from '../detector/findings/schema.ts'
import { openSnapshots } from '../detector/snapshot.ts'
import type { Household } from '../domain/household.ts'
import type { GatewayId, HouseholdId, MeterId } from '../domain/ids.ts'
import { DAY_MS, MINUTE_MS, type EpochMs } from '../domain/time.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { openDatabase } from '../platform/sqlite.ts'
import type { Village } from './detector-village.ts'
import { readingsOf } from './live-feed.ts'

export const TIMEZONE = 'Asia/Shanghai'
export const BUDGET = 0.5
/** Homes that live through the weeks; the others are each like one of them. */
const PIONEERS = 256
const HOMES_PER_VILLAGE = 200
const HOMES_AT_ONCE = 20_000

/**
 * Writes the state of a detector that has watched so many homes for weeks: some live through them, and the others are the same
 * under names of their own, each saved as the live system saves it.
 * @returns the time of the newest readings: not a day ago
 */
export function growCounty(dataDir: string, homes: number, village: Village): EpochMs {
  const detector = newDetector({ budget: BUDGET, timezone: TIMEZONE })
  const endMs = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const startMs = endMs - village.steps * village.stepMs
  const pioneers = raisePioneers(detector, village, startMs)
  const db = openDatabase({
    file: dataFiles(dataDir).detector,
    synchronous: 'NORMAL',
    migrations: DETECTOR_MIGRATIONS,
    cacheMiB: 32,
  })
  const snapshots = openSnapshots(db)
  const place = { partition: 0, offset: 0 }
  snapshots.save(detector, place)
  for (let from = pioneers.length; from < homes; from += HOMES_AT_ONCE) {
    // The same detector with a few of its homes: the others are in the file already.
    const share: Detector = { ...detector, homes: new Map(), meters: newMeterTable() }
    for (let home = from; home < Math.min(homes, from + HOMES_AT_ONCE); home++) {
      const like = pioneers[home % pioneers.length]
      if (like !== undefined) settleIn(share, home, like, endMs)
    }
    snapshots.save(share, place)
    detector.nextHome = share.nextHome
    for (const home of share.homes.values()) endHome(home)
  }
  db.close()
  return endMs
}

function raisePioneers(detector: Detector, village: Village, startMs: EpochMs): Home[] {
  const households = Array.from({ length: PIONEERS }, (_, home): Household => {
    const { household, tier, rule, region = null, meters } = profileOf(home)
    return { id: household, region, tier, timezone: null, rule, meters: [...meters], contacts: [] }
  })
  foldEntry(detector, { type: 'households', receivedAtMs: startMs, households })
  for (let step = 0; step < village.steps; step++) {
    const readings = readingsOf(village, PIONEERS, step, startMs)
    foldEntry(detector, { type: 'readings', readings })
    // A system that is running: while it is stopped, nobody is called silent.
    foldEntry(detector, { type: 'tick', receivedAtMs: readings[0]?.receivedAtMs ?? startMs })
  }
  return [...detector.homes.values()]
}

function settleIn(share: Detector, number: number, like: Home, newestMs: number): void {
  const profile = profileOf(number)
  // As if the meters of the one that it is like had these names.
  const home = rehome(`h:${profile.household}`, profile, true, [{ ...like, profile }], share.records)
  home.member.region = profile.region ?? null
  keepHome(share, home)
  profile.meters.forEach(({ id }, index) => {
    const slot = addMeter(share.meters, id, home, index)
    share.meters.gateway[slot] = share.gateways.numbers.get('bench' as GatewayId) ?? -1
    share.meters.newestMs[slot] = newestMs
    share.meters.receiptMs[slot] = newestMs + MINUTE_MS
  })
  enlist(share, home)
  // It tells its neighbours of its days, as it would have, day by day; what is judged of it stays as it is.
  const { trend } = home
  const { stamp } = trend
  trend.told.fill(0, trend.toldAt, trend.toldAt + toldLength(profile.meters.length))
  trend.stamp = 0
  tellNeighbours(home, headOf(home), share.context.village)
  trend.stamp = stamp
}

function profileOf(home: number): Profile {
  return {
    household: `H${home}` as HouseholdId,
    tier: 'medium',
    timezone: TIMEZONE,
    rule: 'evidence',
    region: `county/town-${Math.floor(home / (20 * HOMES_PER_VILLAGE))}/village-${Math.floor(home / HOMES_PER_VILLAGE)}`,
    meters: [
      { id: `W${home}` as MeterId, kind: 'water' },
      { id: `E${home}` as MeterId, kind: 'electricity' },
    ],
  }
}
