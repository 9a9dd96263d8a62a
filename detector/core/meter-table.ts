import type { GatewayId, MeterId } from '../../domain/ids.ts'
import { HOUR_MS, LATENESS_MS, MINUTE_MS, type EpochMs } from '../../domain/time.ts'
import type { Home } from './household.ts'
import { deafMs, type Hole } from './listening.ts'

/**
 * Every meter that was ever heard of: whose it is, and how it is delivered. Columns, one slot per meter, so that a tick
 * looks at all of them in one pass. What hangs on receipt is here and not in the home's fold, which knows event time
 * only.
 */
export interface MeterTable {
  readonly slots: Map<MeterId, number>
  readonly ids: MeterId[]
  readonly homes: Home[]
  /** Index into the home's `Profile.meters`. */
  index: Uint16Array
  /** Index into `Gateways`; -1 before the first reading. */
  gateway: Int32Array
  /** Newest event time; -Infinity before the first reading. */
  newestMs: Float64Array
  /** When the newest reading came. */
  receiptMs: Float64Array
  /** How much older than usual the newest reading may get because this meter is delivered in batches. */
  patienceMs: Float64Array
  /** Ticks seen when it last delivered. */
  delivered: Float64Array
}

/** Deliveries closer than this are one batch and teach nothing about the wait between batches. */
export const BATCH_MS = 10 * MINUTE_MS
/** The longest wait between batches is forgotten by half in about this time. */
const FORGET_MS = 72 * HOUR_MS

export function newMeterTable(): MeterTable {
  const capacity = 64
  return {
    slots: new Map(),
    ids: [],
    homes: [],
    index: new Uint16Array(capacity),
    gateway: new Int32Array(capacity),
    newestMs: new Float64Array(capacity),
    receiptMs: new Float64Array(capacity),
    patienceMs: new Float64Array(capacity),
    delivered: new Float64Array(capacity),
  }
}

export function addMeter(table: MeterTable, id: MeterId, home: Home, index: number): number {
  const slot = table.ids.length
  if (slot === table.index.length) grow(table)
  table.ids.push(id)
  table.homes.push(home)
  table.slots.set(id, slot)
  table.index[slot] = index
  table.gateway[slot] = -1
  table.newestMs[slot] = -Infinity
  table.receiptMs[slot] = -Infinity
  table.delivered[slot] = -1
  return slot
}

/** A reading has come, whatever it says. */
export function noteDelivery(
  table: MeterTable,
  slot: number,
  gateway: number,
  timeMs: EpochMs,
  receivedAtMs: EpochMs,
  ticks: number,
  holes: readonly Hole[],
): void {
  table.gateway[slot] = gateway
  table.delivered[slot] = ticks
  const newestMs = table.newestMs[slot] ?? -Infinity
  if (timeMs <= newestMs) return
  const sinceMs = receivedAtMs - (table.receiptMs[slot] ?? -Infinity)
  if (sinceMs >= BATCH_MS && newestMs !== -Infinity) {
    const waitMs = receivedAtMs - newestMs - deafMs(holes, newestMs, receivedAtMs)
    const known = ((table.patienceMs[slot] ?? 0) * FORGET_MS) / (FORGET_MS + sinceMs)
    // A wait beyond the lateness is history being fed, not a habit of the network.
    table.patienceMs[slot] = waitMs <= LATENESS_MS ? Math.max(waitMs, known) : known
  }
  table.newestMs[slot] = timeMs
  table.receiptMs[slot] = receivedAtMs
}

function grow(table: MeterTable): void {
  const capacity = table.index.length * 2
  const wider = (column: Float64Array): Float64Array => {
    const copy = new Float64Array(capacity)
    copy.set(column)
    return copy
  }
  const index = new Uint16Array(capacity)
  index.set(table.index)
  table.index = index
  const gateway = new Int32Array(capacity)
  gateway.set(table.gateway)
  table.gateway = gateway
  table.newestMs = wider(table.newestMs)
  table.receiptMs = wider(table.receiptMs)
  table.patienceMs = wider(table.patienceMs)
  table.delivered = wider(table.delivered)
}

/** Gateways by number, with the newest receipt of a reading through each. */
export interface Gateways {
  readonly numbers: Map<GatewayId, number>
  readonly ids: GatewayId[]
  readonly lastReceiptMs: number[]
}

export function newGateways(): Gateways {
  return { numbers: new Map(), ids: [], lastReceiptMs: [] }
}

export function gatewayNumber(gateways: Gateways, id: GatewayId): number {
  let number = gateways.numbers.get(id)
  if (number === undefined) {
    number = gateways.ids.length
    gateways.numbers.set(id, number)
    gateways.ids.push(id)
    gateways.lastReceiptMs.push(-Infinity)
  }
  return number
}
