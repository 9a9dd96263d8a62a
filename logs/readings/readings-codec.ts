import type { GatewayId, HouseholdId, MeterId } from '../../domain/ids.ts'
import { QUALITIES } from '../../domain/quality.ts'
import type { Reading } from '../../domain/reading.ts'
import { METER_KINDS } from '../../domain/units.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/**
 * The body of a `readings` entry, version 1. Column after column, because neighbours in a column are alike and small:
 *
 * ```
 * u8      version
 * varint  n, number of readings
 * varint  g, then g strings                 the gateways
 * varint  m, then m times: string id, u8 kind (index in METER_KINDS), string household ("" for none)
 * n varint          meter, index into the m; a meter that changes its household within the entry is listed twice
 * n varint          gateway, index into the g
 * n signed varint   receivedAtMs, less the one before it (the first less 0)
 * n signed varint   receivedAtMs - timeMs
 * n u8              bits: 1 has a register, 2 has a consumption, 4 is a revision
 * n u8              quality, index in QUALITIES
 * n u8              status bits
 * double            register, of those that have one
 * varint            intervalMs, of those that have a consumption
 * double            consumption, of those that have one
 * ```
 * A string is its length in bytes (varint) and its UTF-8. Numbers are little endian; a varint carries seven bits a byte,
 * lowest first. About 30 bytes a reading and 25 more for each meter in the entry.
 */
const VERSION = 1

const HAS_REGISTER = 1
const HAS_CONSUMPTION = 2
const IS_REVISION = 4

const qualityCode = new Map(QUALITIES.map((quality, i) => [quality, i]))
const kindCode = new Map(METER_KINDS.map((kind, i) => [kind, i]))

export function encodeReadings(
  readings: readonly Reading[],
  writer: ByteWriter = new ByteWriter(),
): Uint8Array {
  writer.reset()
  const gateways = new Map<string, number>()
  const meters = new Map<string, { index: number; reading: Reading }>()
  const meterOf: number[] = []
  const listed: Reading[] = []
  for (const reading of readings) {
    if (!gateways.has(reading.gateway)) gateways.set(reading.gateway, gateways.size)
    let meter = meters.get(reading.meter)
    if (
      meter === undefined ||
      meter.reading.household !== reading.household ||
      meter.reading.kind !== reading.kind
    ) {
      meter = { index: listed.length, reading }
      meters.set(reading.meter, meter)
      listed.push(reading)
    }
    meterOf.push(meter.index)
  }
  writer.byte(VERSION)
  writer.varint(readings.length)
  writer.varint(gateways.size)
  for (const gateway of gateways.keys()) writer.string(gateway)
  writer.varint(listed.length)
  for (const reading of listed) {
    writer.string(reading.meter)
    writer.byte(code(kindCode, reading.kind))
    writer.string(reading.household ?? '')
  }
  for (const index of meterOf) writer.varint(index)
  for (const reading of readings) writer.varint(code(gateways, reading.gateway))
  writeColumns(readings, writer)
  return writer.take()
}

function writeColumns(readings: readonly Reading[], writer: ByteWriter): void {
  let previousMs = 0
  for (const reading of readings) {
    writer.signedVarint(reading.receivedAtMs - previousMs)
    previousMs = reading.receivedAtMs
  }
  for (const reading of readings) writer.signedVarint(reading.receivedAtMs - reading.timeMs)
  for (const reading of readings) {
    writer.byte(
      (reading.register === null ? 0 : HAS_REGISTER) |
        (reading.consumption === null ? 0 : HAS_CONSUMPTION) |
        (reading.revision ? IS_REVISION : 0),
    )
  }
  for (const reading of readings) writer.byte(code(qualityCode, reading.quality))
  for (const reading of readings) writer.byte(reading.status)
  for (const { register } of readings) if (register !== null) writer.double(register)
  for (const { consumption, intervalMs } of readings) if (consumption !== null) writer.varint(intervalMs ?? 0)
  for (const { consumption } of readings) if (consumption !== null) writer.double(consumption)
}

/** @throws where the bytes are not what `encodeReadings` writes. */
export function decodeReadings(bytes: Uint8Array): Reading[] {
  const reader = new ByteReader(bytes)
  const version = reader.byte()
  if (version !== VERSION)
    throw new RangeError(`readings entry of version ${version}, this one knows ${VERSION}`)
  const n = reader.varint()
  const gateways = times(reader.varint(), () => reader.string() as GatewayId)
  const meters = times(reader.varint(), () => {
    const meter = reader.string() as MeterId
    const kind = at(METER_KINDS, reader.byte())
    const household = reader.string()
    return { meter, kind, household: household === '' ? null : (household as HouseholdId) }
  })
  if (n > bytes.length) throw new RangeError('bytes end too early')
  // Columns of numbers, filled in plain loops: this is done for every reading, by each reader of the log.
  const meterOf = new Uint32Array(n)
  const gatewayOf = new Uint32Array(n)
  const receivedAtMs = new Float64Array(n)
  const delayMs = new Float64Array(n)
  const register = new Float64Array(n)
  const intervalMs = new Float64Array(n)
  const consumption = new Float64Array(n)
  for (let i = 0; i < n; i++) meterOf[i] = reader.varint()
  for (let i = 0; i < n; i++) gatewayOf[i] = reader.varint()
  let previousMs = 0
  for (let i = 0; i < n; i++) receivedAtMs[i] = previousMs += reader.signedVarint()
  for (let i = 0; i < n; i++) delayMs[i] = reader.signedVarint()
  const bits = reader.bytes(n)
  const quality = reader.bytes(n)
  const status = reader.bytes(n)
  const has = (i: number, what: number): boolean => (at(bits, i) & what) !== 0
  for (let i = 0; i < n; i++) if (has(i, HAS_REGISTER)) register[i] = reader.double()
  for (let i = 0; i < n; i++) if (has(i, HAS_CONSUMPTION)) intervalMs[i] = reader.varint()
  for (let i = 0; i < n; i++) if (has(i, HAS_CONSUMPTION)) consumption[i] = reader.double()
  if (!reader.atEnd()) throw new RangeError('bytes left behind the last column')
  return times(n, (i) => {
    const { meter, kind, household } = at(meters, at(meterOf, i))
    return {
      meter,
      kind,
      household,
      gateway: at(gateways, at(gatewayOf, i)),
      timeMs: at(receivedAtMs, i) - at(delayMs, i),
      receivedAtMs: at(receivedAtMs, i),
      register: has(i, HAS_REGISTER) ? at(register, i) : null,
      consumption: has(i, HAS_CONSUMPTION) ? at(consumption, i) : null,
      intervalMs: has(i, HAS_CONSUMPTION) ? at(intervalMs, i) : null,
      quality: at(QUALITIES, at(quality, i)),
      status: at(status, i),
      revision: has(i, IS_REVISION),
    }
  })
}

function code<K>(codes: ReadonlyMap<K, number>, key: K): number {
  const found = codes.get(key)
  if (found === undefined) throw new Error(`no code for ${String(key)}`)
  return found
}

function at<T>(list: ArrayLike<T>, index: number): T {
  const found = list[index]
  if (found === undefined) throw new RangeError(`index ${index} of ${list.length}`)
  return found
}

function times<T>(count: number, make: (index: number) => T): T[] {
  const list: T[] = []
  for (let i = 0; i < count; i++) list.push(make(i))
  return list
}
