import type { GatewayId, MeterId } from '../../domain/ids.ts'
import type { BudgetState } from './area/budget.ts'
import { newPool } from './area/pool.ts'
import { newDetector, type Detector, type Settings } from './detector.ts'
import { bytesOf, floatsOf, joinFrames, splitFrames } from './frames.ts'
import { decodeHome, encodeHome } from './encode-home.ts'
import type { Home } from './household.ts'
import type { Hole } from './listening.ts'
import { addMeter, gatewayNumber } from './meter-table.ts'

/** What is saved once, beside the homes: small, and whole each time. */
interface Common {
  readonly version: 1
  readonly settings: Settings
  readonly wallMs: number | null
  readonly ticking: boolean
  readonly holes: readonly Hole[]
  readonly budget: BudgetState
  readonly ticks: number
  readonly unjudged: number
  readonly lastEventMs: number | null
  readonly gateways: readonly (readonly [GatewayId, number])[]
}

const text = new TextEncoder()
const words = new TextDecoder()
/** Numbers per meter beside its home: place in the home, newest, receipt, patience, delivered. */
const ROW = 5

export function encodeCommon(detector: Detector): string {
  const { listening, gateways } = detector
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  return JSON.stringify({
    version: 1,
    settings: detector.settings,
    wallMs: finite(listening.wallMs),
    ticking: listening.ticking,
    holes: listening.holes,
    budget: detector.context.pool.budget,
    ticks: detector.ticks,
    unjudged: detector.unjudged,
    lastEventMs: finite(detector.lastEventMs),
    gateways: gateways.ids.map((id, number) => [id, gateways.lastReceiptMs[number] ?? 0] as const),
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

/** The detector that was saved, from its two parts. */
export function decodeDetector(common: string, homes: Iterable<Uint8Array>): Detector {
  const saved = JSON.parse(common) as Common
  if (saved.version !== 1)
    throw new Error(`the detector was saved in an unknown form (${String(saved.version)})`)
  const detector = newDetector(saved.settings, newPool(saved.budget))
  detector.listening.wallMs = saved.wallMs ?? -Infinity
  detector.listening.ticking = saved.ticking
  detector.listening.holes.push(...saved.holes)
  detector.ticks = saved.ticks
  detector.unjudged = saved.unjudged
  detector.lastEventMs = saved.lastEventMs ?? -Infinity
  for (const [id, lastReceiptMs] of saved.gateways) {
    detector.gateways.lastReceiptMs[gatewayNumber(detector.gateways, id)] = lastReceiptMs
  }
  for (const bytes of homes) restoreHome(detector, bytes)
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
}
