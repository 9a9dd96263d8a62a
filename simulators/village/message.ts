import type { GatewayId, MeterId } from '../../domain/ids.ts'
import type { MeterStatus } from '../../domain/quality.ts'
import { toIso, type EpochMs } from '../../domain/time.ts'
import type { MeterKind } from '../../domain/units.ts'

/** What a meter of the village says: always its register; its gateway leaves the difference to Hearthline. */
export interface VillageReading {
  readonly meter: MeterId
  readonly kind: MeterKind
  /** By the meter's own clock. */
  readonly timeMs: EpochMs
  readonly register: number
  readonly unit: 'kWh' | 'L' | 'm3'
  readonly status: MeterStatus | null
}

/** What a gateway publishes at one moment. */
export interface VillageMessage {
  readonly gateway: GatewayId
  readonly sendAtMs: EpochMs
  readonly readings: readonly VillageReading[]
}

export function readingsTopic(gateway: string): string {
  return `hearthline/v1/${gateway}/readings`
}

export function statusTopic(gateway: string): string {
  return `hearthline/v1/${gateway}/status`
}

/** The native payload (DESIGN 5): an array, or one object where there is one reading. */
export function encodeReadings(readings: readonly VillageReading[]): string {
  let lastMs = NaN
  let iso = ''
  const elements = readings.map(({ meter, timeMs, register, unit, status }) => {
    // All readings of a round have the same time: writing it once is half of the work.
    if (timeMs !== lastMs) iso = toIso((lastMs = timeMs))
    const tail = status === null ? '' : `,"status":"${status}"`
    return `{"meter":"${meter}","time":"${iso}","register":${register},"unit":"${unit}"${tail}}`
  })
  return elements.length === 1 ? (elements[0] ?? '') : `[${elements.join(',')}]`
}

/**
 * Cuts large messages and, of those sent before `joinUntilMs`, joins the small ones of a gateway, to about `size`
 * readings each: history need not come in the portions in which it happened.
 */
export function* batchMessages(
  messages: Iterable<VillageMessage>,
  size: number,
  joinUntilMs: EpochMs,
): Generator<VillageMessage> {
  const open = new Map<GatewayId, { gateway: GatewayId; sendAtMs: EpochMs; readings: VillageReading[] }>()
  for (const message of messages) {
    const joins = message.sendAtMs < joinUntilMs
    if (!joins) {
      yield* open.values()
      open.clear()
    }
    const batch = open.get(message.gateway) ?? { gateway: message.gateway, sendAtMs: 0, readings: [] }
    batch.readings.push(...message.readings)
    batch.sendAtMs = message.sendAtMs
    while (batch.readings.length >= size) yield { ...batch, readings: batch.readings.splice(0, size) }
    if (!joins && batch.readings.length > 0) yield batch
    else if (batch.readings.length > 0) open.set(message.gateway, batch)
    else open.delete(message.gateway)
  }
  yield* open.values()
}
