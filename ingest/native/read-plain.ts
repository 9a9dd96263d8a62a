import { isId, type MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import { kindOfUnit, toCanonical, type MeterKind, type Unit } from '../../domain/units.ts'
import type { Candidate } from '../candidate.ts'
import { KnownTexts } from '../../logs/readings/known-texts.ts'
import { isPlausible, LARGEST_REGISTER } from '../ledger/plausible.ts'
import { LONGEST_INTERVAL_SECONDS, MOST_ELEMENTS } from './native-schema.ts'
import { EARLIEST_TIME_MS, LATEST_TIME_MS } from './parse-time.ts'

const [QUOTE, COMMA, COLON, ZERO, NINE] = [34, 44, 58, 48, 57]
const [OPEN, CLOSE, BEGIN, END] = [123, 125, 91, 93]
const [MINUS, PLUS, POINT, BACKSLASH] = [45, 43, 46, 92]
const [SPACE, TAB, NEWLINE, RETURN] = [32, 9, 10, 13]
const [UPPER_T, UPPER_Z, LOWER_E, UPPER_E] = [84, 90, 101, 69]

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const [METER, TIME, UNIT, REGISTER, CONSUMPTION, INTERVAL] = [1, 2, 4, 8, 16, 32]
const FIELDS = [
  { bit: METER, name: ascii('meter') },
  { bit: TIME, name: ascii('time') },
  { bit: UNIT, name: ascii('unit') },
  { bit: REGISTER, name: ascii('register') },
  { bit: CONSUMPTION, name: ascii('consumption') },
  { bit: INTERVAL, name: ascii('intervalSeconds') },
]
const UNIT_NAMES: readonly { unit: Unit; name: Uint8Array }[] = (['m3', 'kWh', 'L', 'Wh'] as const).map(
  (unit) => ({ unit, name: ascii(unit) }),
)
const POWERS_OF_TEN = Array.from({ length: 16 }, (_, i) => 10 ** i)

/**
 * Reads the payloads that nearly all gateways send nearly always, straight from their bytes: a reading or an array of
 * them with the plain fields, each once, in ASCII without escapes, numbers without exponents. `decodeNative` reads
 * whatever is not of that kind, or not as it should be; a test holds the two against each other.
 */
export class PlainReader {
  readonly #ids = new KnownTexts(isId)
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #dayText = -1
  #dayMs = 0

  /** One candidate per element; null: not such a payload. */
  read(payload: Uint8Array): Candidate[] | null {
    this.#bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    this.#at = 0
    const candidates: Candidate[] = []
    if (this.#take(BEGIN)) {
      do {
        const candidate = this.#readElement()
        if (candidate === null || candidates.push(candidate) > MOST_ELEMENTS) return null
      } while (this.#take(COMMA))
      if (!this.#take(END)) return null
    } else {
      const candidate = this.#readElement()
      if (candidate === null) return null
      candidates.push(candidate)
    }
    this.#next()
    return this.#at === payload.length ? candidates : null
  }

  #readElement(): Candidate | null {
    if (!this.#take(OPEN)) return null
    let seen = 0
    let meter: MeterId | null = null
    let unit: Unit | null = null
    let timeMs = NaN
    let register = NaN
    let consumption = NaN
    let intervalSeconds = NaN
    do {
      const field = this.#readName()
      if (field === 0 || (seen & field) !== 0) return null
      seen |= field
      if (field === METER) meter = this.#readMeter()
      else if (field === TIME) timeMs = this.#readTime()
      else if (field === UNIT) unit = this.#readUnit()
      else if (field === REGISTER) register = this.#readNumber()
      else if (field === CONSUMPTION) consumption = this.#readNumber()
      else intervalSeconds = this.#readNumber()
    } while (this.#take(COMMA))
    if (!this.#take(CLOSE) || meter === null || unit === null) return null
    if (!(timeMs >= EARLIEST_TIME_MS && timeMs <= LATEST_TIME_MS) || !Number.isInteger(timeMs)) return null
    const kind = kindOfUnit(unit)
    // NaN stands for a number that could not be read, and is below nothing.
    if (seen === (METER | TIME | UNIT | REGISTER)) {
      const canonical = toCanonical(register, unit)
      return canonical <= LARGEST_REGISTER ? measured(meter, kind, timeMs, canonical, null, null) : null
    }
    if (seen !== (METER | TIME | UNIT | CONSUMPTION | INTERVAL)) return null
    const canonical = toCanonical(consumption, unit)
    const intervalMs = intervalSeconds * 1_000
    const isInterval = Number.isInteger(intervalSeconds) && intervalSeconds >= 1
    if (!isInterval || intervalSeconds > LONGEST_INTERVAL_SECONDS) return null
    return isPlausible(kind, canonical, intervalMs)
      ? measured(meter, kind, timeMs, null, canonical, intervalMs)
      : null
  }

  /** The bit of a field's name, with the colon behind it; 0: another one. */
  #readName(): number {
    if (!this.#take(QUOTE)) return 0
    for (const { bit, name } of FIELDS) {
      if (!this.#spells(name)) continue
      this.#at += name.length + 1
      return this.#take(COLON) ? bit : 0
    }
    return 0
  }

  /** Whether a string whose first quote has been taken is this one. */
  #spells(name: Uint8Array): boolean {
    const bytes = this.#bytes
    const at = this.#at
    if (bytes[at + name.length] !== QUOTE) return false
    for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false
    return true
  }

  #readUnit(): Unit | null {
    if (!this.#take(QUOTE)) return null
    for (const { unit, name } of UNIT_NAMES) {
      if (!this.#spells(name)) continue
      this.#at += name.length + 1
      return unit
    }
    return null
  }

  #readMeter(): MeterId | null {
    if (!this.#take(QUOTE)) return null
    const bytes = this.#bytes
    const from = this.#at
    let at = from
    for (; ; at++) {
      const byte = bytes[at] ?? 0
      if (byte === QUOTE) break
      if (byte < SPACE || byte > 126 || byte === BACKSLASH) return null
    }
    this.#at = at + 1
    return this.#ids.find(bytes, from, at) as MeterId | null
  }

  /** Digits with or without a fraction, of which a division gives exactly the number that they say; otherwise NaN. */
  #readNumber(): number {
    let byte = this.#next()
    const bytes = this.#bytes
    const from = this.#at
    let at = from
    let digits = 0
    let value = 0
    let point = -1
    for (; ; at++) {
      byte = bytes[at] ?? 0
      if (byte >= ZERO && byte <= NINE) {
        value = value * 10 + byte - ZERO
        digits++
      } else if (byte === POINT && point === -1 && at > from) point = at
      else break
    }
    this.#at = at
    const decimals = point === -1 ? 0 : at - point - 1
    const isJson = digits > decimals && (point === -1 || decimals > 0) && byte !== LOWER_E && byte !== UPPER_E
    const startsWithZero = bytes[from] === ZERO && digits - decimals > 1
    // 15 digits are a whole number below 2^53, and so is the power of ten: the quotient is rounded once.
    if (!isJson || startsWithZero || digits > 15) return NaN
    return decimals === 0 ? value : value / (POWERS_OF_TEN[decimals] ?? NaN)
  }

  /** Epoch milliseconds, or `2026-11-22T08:00:00` with `Z`, `+08:00` or `-03:30`; otherwise NaN. */
  #readTime(): number {
    if (this.#next() !== QUOTE) return this.#readNumber()
    const bytes = this.#bytes
    const at = this.#at + 1
    if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS || bytes[at + 10] !== UPPER_T) return NaN
    if (bytes[at + 13] !== COLON || bytes[at + 16] !== COLON) return NaN
    const dayMs = this.#readDay(at)
    const hours = this.#two(at + 11)
    const minutes = this.#two(at + 14)
    const seconds = this.#two(at + 17)
    const zone = bytes[at + 19]
    let offset = 0
    let end = at + 20
    if (zone === PLUS || zone === MINUS) {
      if (bytes[at + 22] !== COLON) return NaN
      const zoneHours = this.#two(at + 20)
      const zoneMinutes = this.#two(at + 23)
      if (!(zoneHours <= 23 && zoneMinutes <= 59)) return NaN
      offset = (zoneHours * 60 + zoneMinutes) * (zone === PLUS ? 60_000 : -60_000)
      end = at + 25
    } else if (zone !== UPPER_Z) return NaN
    if (bytes[end] !== QUOTE || !(hours <= 23 && minutes <= 59 && seconds <= 59)) return NaN
    this.#at = end + 1
    return dayMs + ((hours * 60 + minutes) * 60 + seconds) * 1_000 - offset
  }

  /** Most readings of a payload are of one day: it is reckoned once. NaN where there is no such day. */
  #readDay(at: number): number {
    const century = this.#two(at)
    const year = century * 100 + this.#two(at + 2)
    const month = this.#two(at + 5)
    const day = this.#two(at + 8)
    const text = (year * 100 + month) * 100 + day
    if (text === this.#dayText) return this.#dayMs
    const dayMs = Date.UTC(year, month - 1, day)
    // A day that the month does not have would be one of the next; years below 100 would be of the last century.
    const exists = new Date(dayMs).getUTCDate() === day && month >= 1 && month <= 12 && year >= 100
    if (!exists) return NaN
    this.#dayText = text
    this.#dayMs = dayMs
    return dayMs
  }

  #two(at: number): number {
    const tens = (this.#bytes[at] ?? 0) - ZERO
    const ones = (this.#bytes[at + 1] ?? 0) - ZERO
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN
  }

  /** The next byte that is no white space, not taken. */
  #next(): number {
    const bytes = this.#bytes
    for (; ; this.#at++) {
      const byte = bytes[this.#at] ?? 0
      if (byte !== SPACE && byte !== NEWLINE && byte !== RETURN && byte !== TAB) return byte
    }
  }

  #take(byte: number): boolean {
    if (this.#next() !== byte) return false
    this.#at++
    return true
  }
}

function measured(
  meter: MeterId,
  kind: MeterKind,
  timeMs: EpochMs,
  register: number | null,
  consumption: number | null,
  intervalMs: number | null,
): Candidate {
  return {
    meter,
    kind,
    timeMs,
    register,
    consumption,
    intervalMs,
    stated: 'measured',
    status: 0,
    correction: false,
  }
}
