import type { GatewayId, MeterId } from '../../domain/ids.ts'
import { enlist } from './area/areas.ts'
import type { BudgetState } from './area/budget.ts'
import { restoreArea } from './area/encode-areas.ts'
import type { AreaOutage } from './area/outage.ts'
import { newPool } from './area/pool.ts'
import { newDetector, type Detector, type Settings } from './detector.ts'
import { bytesOf, floatsOf, joinFrames, splitFrames } from './frames.ts'
import { decodeHome, encodeHome } from './encode-home.ts'
import type { Home } from './household.ts'
import { loadVillage, saveVillage, type SavedVillage } from './trend/save-village.ts'
import type { Hole } from './listening.ts'
import type { Outcome } from './matters.ts'
import { addMeter, gatewayNumber } from './meter-table.ts'
import { unknownForm } from './unknown-form.ts'

/** What is saved once, beside the homes: small, and whole each time. */
interface Common {
  readonly version: 3
  readonly settings: Settings
  readonly wallMs: number | null
  readonly ticking: boolean
  readonly holes: readonly Hole[]
  readonly budget: BudgetState
  readonly village: SavedVillage
  readonly ticks: number
  readonly unjudged: number
  readonly lastEventMs: number | null
  readonly gateways: readonly (readonly [GatewayId, number])[]
  readonly outages: readonly AreaOutage[]
  readonly areasSaid: readonly (readonly [string, readonly (readonly [string, Outcome])[]])[]
}

const text = new TextEncoder()
const words = new TextDecoder()
/** Numbers per meter beside its home: place in the home, newest, receipt, patience, delivered. */
const ROW = 5

export function encodeCommon(detector: Detector): string {
  const { listening, gateways } = detector
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  return JSON.stringify({
    version: 3,
    settings: detector.settings,
    wallMs: finite(listening.wallMs),
    ticking: listening.ticking,
    holes: listening.holes,
    budget: detector.context.pool.budget,
    village: saveVillage(detector.context.village),
    ticks: detector.ticks,
    unjudged: detector.unjudged,
    lastEventMs: finite(detector.lastEventMs),
    gateways: gateways.ids.map((id, number) => [id, gateways.lastReceiptMs[number] ?? 0] as const),
    outages: detector.areas.outages,
    areasSaid: [...detector.areas.said].map(([key, matters]) => [key, [...matters]] as const),
  } satisfies Common)
}

/** A home with its meters' rows of the table. */
export function encodeHomeWithMeters(detector: Detector, home: Home): Uint8Array {
  const { meters, gateways } = detector
  const mine: [MeterId, GatewayId | null][] = []
  const rows: number[] = []
  for (const { id } of home.profile.meters) {
    const slot = meters.slots.get(id)
    if (slot === undefined || meters.homes[slot] !== home) continue
    mine.push([id, gateways.ids[meters.gateway[slot] ?? -1] ?? null])
    rows.push(
      meters.index[slot] ?? 0,
      meters.newestMs[slot] ?? 0,
      meters.receiptMs[slot] ?? 0,
      meters.patienceMs[slot] ?? 0,
      meters.delivered[slot] ?? 0,
    )
  }
  return joinFrames([encodeHome(home), text.encode(JSON.stringify(mine)), bytesOf(Float64Array.from(rows))])
}

/** The detector that was saved, from its parts. */
export function decodeDetector(
  common: string,
  homes: Iterable<Uint8Array>,
  areas: Iterable<Uint8Array>,
): Detector {
  const saved = JSON.parse(common) as Common
  if (saved.version !== 3) throw unknownForm('the detector', saved.version)
  const detector = newDetector(saved.settings, newPool(saved.budget), loadVillage(saved.village))
  detector.listening.wallMs = saved.wallMs ?? -Infinity
  detector.listening.ticking = saved.ticking
  detector.listening.holes.push(...saved.holes)
  detector.ticks = saved.ticks
  detector.unjudged = saved.unjudged
  detector.lastEventMs = saved.lastEventMs ?? -Infinity
  for (const [id, lastReceiptMs] of saved.gateways) {
    detector.gateways.lastReceiptMs[gatewayNumber(detector.gateways, id)] = lastReceiptMs
  }
  for (const bytes of areas) restoreArea(detector.areas, bytes)
  detector.areas.outages = saved.outages
  for (const [key, matters] of saved.areasSaid) detector.areas.said.set(key, new Map(matters))
  for (const bytes of homes) restoreHome(detector, bytes)
  // What the homes have told of is known already.
  detector.areas.dirty.clear()
  return detector
}

function restoreHome(detector: Detector, bytes: Uint8Array): void {
  const [homeBytes, mineBytes, rowBytes] = splitFrames(bytes)
  if (homeBytes === undefined || mineBytes === undefined) throw new Error('a saved home is cut short')
  const home = decodeHome(homeBytes, detector.records)
  detector.homes.set(home.key, home)
  const mine = JSON.parse(words.decode(mineBytes)) as [MeterId, GatewayId | null][]
  const rows = floatsOf(rowBytes)
  const { meters } = detector
  mine.forEach(([id, gateway], at) => {
    const slot = addMeter(meters, id, home, rows[at * ROW] ?? 0)
    meters.gateway[slot] = gateway === null ? -1 : gatewayNumber(detector.gateways, gateway)
    meters.newestMs[slot] = rows[at * ROW + 1] ?? -Infinity
    meters.receiptMs[slot] = rows[at * ROW + 2] ?? -Infinity
    meters.patienceMs[slot] = rows[at * ROW + 3] ?? 0
    meters.delivered[slot] = rows[at * ROW + 4] ?? -1
  })
  enlist(detector, home)
}
