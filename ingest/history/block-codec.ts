import type { EpochMs } from '../../domain/time.ts'
import { ByteReader } from '../../logs/readings/byte-reader.ts'
import type { ByteWriter } from '../../logs/readings/byte-writer.ts'
import { rowFrom, type HistoryRow } from './row.ts'

/**
 * A block: neighbouring readings of one meter in the order of time, about 7 B each. Of each reading:
 *
 * ```
 * u8             head: which of the following are there, and how
 * varint         milliseconds since the reading before it (the first: since the block's own time)
 * varint         bits (row.ts), where they are not those of the reading before it (before the first: 0)
 * signed varint  register in thousandths, less the last one that was told so (before the first: 0); or a double
 * varint         consumption in thousandths; or a double
 * varint         intervalMs, where it is not that of the last reading that had one (before the first: 0)
 * ```
 */
const HAS_REGISTER = 1
const REGISTER_AS_DOUBLE = 2
const HAS_CONSUMPTION = 4
const CONSUMPTION_AS_DOUBLE = 8
const HAS_BITS = 16
const HAS_INTERVAL = 32
const NO_INTERVAL = 64

const THOUSANDTHS = 1_000
/** The difference of two such numbers still is a whole number that a signed varint carries. */
const LARGEST_THOUSANDTHS = 2 ** 50

/** Writes the readings of a block one after the other; NaN stands for "none", nothing is allocated per reading. */
export class BlockEncoder {
  readonly #writer: ByteWriter
  #timeMs = 0
  #bits = 0
  #thousandths = 0
  #intervalMs = 0

  constructor(writer: ByteWriter) {
    this.#writer = writer
  }

  begin(timeMs: EpochMs): void {
    this.#writer.reset()
    this.#timeMs = timeMs
    this.#bits = 0
    this.#thousandths = 0
    this.#intervalMs = 0
  }

  add(timeMs: EpochMs, register: number, consumption: number, intervalMs: number, bits: number): void {
    const hasRegister = !Number.isNaN(register)
    const hasConsumption = !Number.isNaN(consumption)
    const hasInterval = !Number.isNaN(intervalMs)
    const registerThousandths = hasRegister ? inThousandths(register) : NaN
    const consumptionThousandths = hasConsumption ? inThousandths(consumption) : NaN
    const saysInterval = hasInterval && intervalMs !== this.#intervalMs
    const writer = this.#writer
    writer.byte(
      (hasRegister ? HAS_REGISTER : 0) |
        (hasRegister && Number.isNaN(registerThousandths) ? REGISTER_AS_DOUBLE : 0) |
        (hasConsumption ? HAS_CONSUMPTION : 0) |
        (hasConsumption && Number.isNaN(consumptionThousandths) ? CONSUMPTION_AS_DOUBLE : 0) |
        (bits === this.#bits ? 0 : HAS_BITS) |
        (saysInterval ? HAS_INTERVAL : 0) |
        (hasInterval ? 0 : NO_INTERVAL),
    )
    writer.varint(timeMs - this.#timeMs)
    this.#timeMs = timeMs
    if (bits !== this.#bits) writer.varint((this.#bits = bits))
    if (!Number.isNaN(registerThousandths)) {
      writer.signedVarint(registerThousandths - this.#thousandths)
      this.#thousandths = registerThousandths
    } else if (hasRegister) writer.double(register)
    if (!Number.isNaN(consumptionThousandths)) writer.varint(consumptionThousandths)
    else if (hasConsumption) writer.double(consumption)
    if (saysInterval) writer.varint((this.#intervalMs = intervalMs))
  }

  /** A copy of the block. */
  take(): Uint8Array {
    return this.#writer.take()
  }
}

/** Thousandths where they give back the very same number and are none too large, otherwise NaN. */
function inThousandths(value: number): number {
  const scaled = Math.round(value * THOUSANDTHS)
  return scaled / THOUSANDTHS === value &&
    scaled >= 0 &&
    scaled < LARGEST_THOUSANDTHS &&
    !Object.is(scaled, -0)
    ? scaled
    : NaN
}

/** The readings of a block that begins at `fromMs`. @throws RangeError where the bytes are not what `BlockEncoder` writes. */
export function decodeBlock(body: Uint8Array, fromMs: EpochMs): HistoryRow[] {
  const reader = new ByteReader(body)
  const rows: HistoryRow[] = []
  let timeMs = fromMs
  let bits = 0
  let thousandths = 0
  let intervalMs = 0
  while (!reader.atEnd()) {
    const head = reader.byte()
    timeMs += reader.varint()
    if ((head & HAS_BITS) !== 0) bits = reader.varint()
    let register: number | null = null
    if ((head & REGISTER_AS_DOUBLE) !== 0) register = reader.double()
    else if ((head & HAS_REGISTER) !== 0) register = (thousandths += reader.signedVarint()) / THOUSANDTHS
    let consumption: number | null = null
    if ((head & CONSUMPTION_AS_DOUBLE) !== 0) consumption = reader.double()
    else if ((head & HAS_CONSUMPTION) !== 0) consumption = reader.varint() / THOUSANDTHS
    if ((head & HAS_INTERVAL) !== 0) intervalMs = reader.varint()
    rows.push(rowFrom(timeMs, register, consumption, (head & NO_INTERVAL) === 0 ? intervalMs : null, bits))
  }
  return rows
}
