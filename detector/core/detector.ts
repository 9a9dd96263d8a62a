import type { EpochMs } from '../../domain/time.ts'
import { newAreas, type Areas } from './area/areas.ts'
import { emptyPool, poolThreshold, type Pool } from './area/pool.ts'
import type { HomeContext } from './fold-home.ts'
import type { Home } from './household.ts'
import { newListening, type Listening } from './listening.ts'
import { newRound, type Round } from './look-again.ts'
import type { Records } from './state/records.ts'
import { newVillageIndex, type VillageIndex } from './trend/village-index.ts'
import { newGateways, newMeterTable, type Gateways, type MeterTable } from './meter-table.ts'

/** What the detector is run with; a `settings` entry of the log replaces it from its place on. */
export interface Settings {
  readonly budget: number
  readonly timezone: string
}

/**
 * All that the detector knows: plain data, a pure function of the readings log (`fold-entry.ts`).
 */
export interface Detector {
  settings: Settings
  /** By key: `h:` and a household's id, or `m:` and the id of a meter that nobody has claimed. In the order of their numbers. */
  readonly homes: Map<string, Home>
  /** The number of the next home that is kept. */
  nextHome: number
  readonly meters: MeterTable
  readonly gateways: Gateways
  readonly listening: Listening
  readonly context: HomeContext
  /** Where the homes' states lie. */
  readonly records: Records
  readonly areas: Areas
  readonly round: Round
  ticks: number
  /** Readings judged by nobody: marked `late` by ingest, or behind what their home remembers. */
  unjudged: number
  lastEventMs: EpochMs
  /** Numbers of homes gone since whoever saves the state last cleared this. */
  readonly gone: Set<number>
}

/** From here on the home is the one of its key; it takes the number of the one that it replaces. */
export function keepHome(detector: Detector, home: Home): void {
  home.number = detector.homes.get(home.key)?.number ?? detector.nextHome++
  detector.homes.set(home.key, home)
  home.isDirty = true
}

/** The home is no more, and nobody has its key. */
export function loseHome(detector: Detector, home: Home): void {
  detector.homes.delete(home.key)
  detector.gone.add(home.number)
}

export function newDetector(
  settings: Settings,
  pool: Pool = emptyPool(settings.budget),
  village: VillageIndex = newVillageIndex(),
): Detector {
  const listening = newListening()
  return {
    settings,
    homes: new Map(),
    nextHome: 0,
    meters: newMeterTable(),
    gateways: newGateways(),
    listening,
    context: contextOf(pool, listening, village),
    records: new Map(),
    areas: newAreas(),
    round: newRound(),
    ticks: 0,
    unjudged: 0,
    lastEventMs: -Infinity,
    gone: new Set(),
  }
}

export function contextOf(pool: Pool, listening: Listening, village: VillageIndex): HomeContext {
  return { life: { thresholdOn: (day) => poolThreshold(pool, day) }, pool, village, holes: listening.holes }
}
