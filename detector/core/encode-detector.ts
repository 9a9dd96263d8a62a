import type { GatewayId } from '../../domain/ids.ts'
import { findGroups } from './area/areas.ts'
import type { BudgetState } from './area/budget.ts'
import { tellAway } from './area/tell-away.ts'
import { restoreArea } from './area/encode-areas.ts'
import type { AreaOutage } from './area/outage.ts'
import { newPool } from './area/pool.ts'
import { newDetector, type Detector, type Settings } from './detector.ts'
import { decodeHome, encodeHome } from './encode-home.ts'
import { headOf } from './head.ts'
import type { Home } from './household.ts'
import { loadVillage, saveVillage, type SavedVillage } from './trend/save-village.ts'
import { ByteSink } from './state/byte-sink.ts'
import { ByteSource } from './state/byte-source.ts'
import type { Hole } from './listening.ts'
import type { Outcome } from './matters.ts'
import { addMeter, gatewayNumber } from './meter-table.ts'
import { unknownForm } from './unknown-form.ts'

/** What is saved once, beside the homes: small, and whole each time. */
interface Common {
  readonly version: 4
  readonly settings: Settings
  readonly wallMs: number | null
  readonly ticking: boolean
  readonly holes: readonly Hole[]
  readonly budget: BudgetState
  readonly village: SavedVillage
  readonly nextHome: number
  /** Number of the home that was looked at last; absent where it was saved before homes were looked at in rounds. */
  readonly lookedAt?: number
  readonly ticks: number
  readonly unjudged: number
  readonly lastEventMs: number | null
  readonly gateways: readonly (readonly [GatewayId, number])[]
  readonly outages: readonly AreaOutage[]
  readonly areasSaid: readonly (readonly [string, readonly (readonly [string, Outcome])[]])[]
}

export function encodeCommon(detector: Detector): string {
  const { listening, gateways, round } = detector
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  return JSON.stringify({
    version: 4,
    settings: detector.settings,
    wallMs: finite(listening.wallMs),
    ticking: listening.ticking,
    holes: listening.holes,
    budget: detector.context.pool.budget,
    village: saveVillage(detector.context.village),
    nextHome: detector.nextHome,
    lookedAt: round.after,
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
  sink.reset()
  encodeHome(home, sink)
  for (const { id } of home.profile.meters) {
    const slot = meters.slots.get(id)
    const isMine = slot !== undefined && meters.homes[slot] === home
    sink.byte(isMine ? 1 : 0)
    if (!isMine) continue
    sink.text(gateways.ids[meters.gateway[slot] ?? -1] ?? null)
    sink.double(meters.newestMs[slot] ?? 0)
    sink.double(meters.receiptMs[slot] ?? 0)
    sink.double(meters.patienceMs[slot] ?? 0)
    sink.double(meters.delivered[slot] ?? 0)
  }
  return sink.take()
}

const sink = new ByteSink()

/** A home as it was saved. */
export interface SavedHome {
  readonly number: number
  readonly state: Uint8Array
}

/** The detector that was saved, from its parts. */
export function decodeDetector(
  common: string,
  homes: Iterable<SavedHome>,
  areas: Iterable<Uint8Array>,
): Detector {
  const saved = JSON.parse(common) as Common
  if (saved.version !== 4) throw unknownForm('the detector', saved.version)
  const detector = newDetector(saved.settings, newPool(saved.budget), loadVillage(saved.village))
  detector.listening.wallMs = saved.wallMs ?? -Infinity
  detector.listening.ticking = saved.ticking
  detector.listening.holes.push(...saved.holes)
  detector.nextHome = saved.nextHome
  detector.round.after = saved.lookedAt ?? -1
  detector.ticks = saved.ticks
  detector.unjudged = saved.unjudged
  detector.lastEventMs = saved.lastEventMs ?? -Infinity
  for (const [id, lastReceiptMs] of saved.gateways) {
    detector.gateways.lastReceiptMs[gatewayNumber(detector.gateways, id)] = lastReceiptMs
  }
  for (const bytes of areas) restoreArea(detector.areas, bytes)
  detector.areas.outages = saved.outages
  for (const [key, matters] of saved.areasSaid) detector.areas.said.set(key, new Map(matters))
  for (const home of homes) restoreHome(detector, home)
  return detector
}

function restoreHome(detector: Detector, { number, state }: SavedHome): void {
  const { meters, gateways, areas } = detector
  const source = new ByteSource(state)
  const home = decodeHome(source, number, detector.records)
  detector.homes.set(home.key, home)
  home.profile.meters.forEach(({ id }, index) => {
    if (source.byte() === 0) return
    const slot = addMeter(meters, id, home, index)
    const gateway = source.text() as GatewayId | null
    meters.gateway[slot] = gateway === null ? -1 : gatewayNumber(gateways, gateway)
    meters.newestMs[slot] = source.double()
    meters.receiptMs[slot] = source.double()
    meters.patienceMs[slot] = source.double()
    meters.delivered[slot] = source.double()
  })
  // What it has told of its hours is in the sums of its areas, which are restored.
  findGroups(areas, home)
  tellAway(home.member, headOf(home))
}
