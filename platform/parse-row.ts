import { isUtf8 } from 'node:buffer'
import { isId, type MeterId } from '../domain/ids.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, parseIso, SECOND_MS, type EpochMs } from '../domain/time.ts'
import { METER_KINDS, type MeterKind } from '../domain/units.ts'

export const HEADER = 'timestamp,meter_id,kind,value,unit'

/** Units of a reading file: plain ones are use over the interval that STARTS at the row's time, `_register` ones cumulative at it. */
export const FILE_UNITS = ['kWh', 'L', 'm3', 'kWh_register', 'L_register', 'm3_register'] as const
export type FileUnit = (typeof FILE_UNITS)[number]

export interface FileRow {
  readonly line: number
  readonly timeMs: EpochMs
  readonly meter: MeterId
  readonly kind: MeterKind
  readonly value: number
  readonly unit: FileUnit
}

export interface BadLine {
  readonly line: number
  /** What is wrong and how to mend it. */
  readonly message: string
}

const units: ReadonlySet<string> = new Set(FILE_UNITS)
const kinds: ReadonlySet<string> = new Set(METER_KINDS)

/** What a line may be, and what is wrong with it where it is not that: the one place that says what a row is. */
export function parseText(text: string, line: number): FileRow | BadLine {
  const fields = text.split(',')
  if (fields.length !== 5) return { line, message: `${fields.length} fields instead of 5 (${HEADER})` }
  const [time = '', meter = '', kind = '', value = '', unit = ''] = fields
  const timeMs = parseIso(time)
  if (Number.isNaN(timeMs)) {
    return { line, message: `timestamp "${time}" is not ISO 8601 with a zone, such as 2026-11-20T08:00:00Z` }
  }
  if (!isId(meter))
    return { line, message: `meter_id "${meter}" is not 1 to 128 printable characters without / + #` }
  if (!kinds.has(kind)) return { line, message: `kind "${kind}" is not one of ${METER_KINDS.join(', ')}` }
  if (!units.has(unit)) return { line, message: `unit "${unit}" is not one of ${FILE_UNITS.join(', ')}` }
  if (unit.startsWith('kWh') !== (kind === 'electricity')) {
    return { line, message: `unit "${unit}" does not belong to kind "${kind}"` }
  }
  const number = value.trim() === '' ? NaN : Number(value)
  if (!Number.isFinite(number)) return { line, message: `value "${value}" is not a number` }
  return {
    line,
    timeMs,
    meter: meter as MeterId,
    kind: kind as MeterKind,
    value: number,
    unit: unit as FileUnit,
  }
}

const COMMA = 44
const DASH = 45
const DOT = 46
const ZERO = 48
const COLON = 58
const LETTER_T = 84
const LETTER_Z = 90
/** Length of `2026-11-20T08:00:00Z`. */
const TIME_BYTES = 20
/** Digits that a double holds exactly; a value with more is left to `Number`. */
const EXACT_DIGITS = 15
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, n) => 10 ** n)
/** Of what is remembered of former lines; beyond it a memory starts anew rather than grow. */
const MOST_KNOWN = 65_536

const withBytes = (unit: FileUnit): { unit: FileUnit; bytes: Buffer } => ({ unit, bytes: Buffer.from(unit) })
const UNIT_BYTES: Record<MeterKind, readonly { unit: FileUnit; bytes: Buffer }[]> = {
  electricity: FILE_UNITS.filter((unit) => unit.startsWith('kWh')).map(withBytes),
  water: FILE_UNITS.filter((unit) => !unit.startsWith('kWh')).map(withBytes),
}

/** What the middle of a line, `,meter_id,kind,`, was found to say. */
interface Known {
  readonly bytes: Buffer
  readonly meter: MeterId
  readonly kind: MeterKind
}

/**
 * Parses the lines that a machine writes (`2026-11-20T08:00:00Z,id,kind,digits,unit`) from their bytes: it recognises
 * what `parseText` has accepted before, and leaves every other line to it. A year of a county is a billion rows.
 */
export class RowParser {
  private readonly days = new Map<number, EpochMs>()
  private readonly middles = new Map<number, Known>()

  /** The line that lies in `bytes` from `from` up to, but not including, `to`. */
  parse(bytes: Buffer, from: number, to: number, line: number): FileRow | BadLine {
    return this.recognise(bytes, from, to, line) ?? this.learn(bytes, from, to, line)
  }

  private recognise(bytes: Buffer, from: number, to: number, line: number): FileRow | null {
    const timeMs = this.timeAt(bytes, from, to)
    if (Number.isNaN(timeMs)) return null
    const middle = from + TIME_BYTES
    let hash = 0x811c9dc5
    let commas = 0
    let at = middle
    for (; at < to && commas < 3; at++) {
      const byte = bytes[at] ?? 0
      if (byte === COMMA) commas++
      hash = Math.imul(hash ^ byte, 0x01000193)
    }
    const known = this.middles.get(hash)
    if (known === undefined || !isSame(bytes, middle, at, known.bytes)) return null
    const start = at
    let digits = 0
    let number = 0
    let decimals = -1
    for (; at < to; at++) {
      const byte = bytes[at] ?? 0
      if (byte === COMMA) break
      if (byte === DOT && decimals < 0 && digits > 0) {
        decimals = digits
        continue
      }
      if (byte < ZERO || byte > ZERO + 9) return null
      number = number * 10 + (byte - ZERO)
      digits++
    }
    if (digits === 0 || decimals === digits) return null
    const unit = unitAt(bytes, at + 1, to, known.kind)
    if (unit === null) return null
    const value =
      digits > EXACT_DIGITS ? Number(bytes.toString('latin1', start, at)) : scaled(number, digits, decimals)
    return { line, timeMs, meter: known.meter, kind: known.kind, value, unit }
  }

  /** NaN where it is not `YYYY-MM-DDTHH:MM:SSZ` of a day that was met before. */
  private timeAt(bytes: Buffer, from: number, to: number): EpochMs {
    if (to - from < TIME_BYTES + 8 || bytes[from + TIME_BYTES] !== COMMA) return NaN
    if (bytes[from + 4] !== DASH || bytes[from + 7] !== DASH || bytes[from + 10] !== LETTER_T) return NaN
    if (bytes[from + 13] !== COLON || bytes[from + 16] !== COLON || bytes[from + 19] !== LETTER_Z) return NaN
    const date = (pair(bytes, from) * 100 + pair(bytes, from + 2)) * 10_000
    const dayMs = this.days.get(date + pair(bytes, from + 5) * 100 + pair(bytes, from + 8)) ?? NaN
    const hour = pair(bytes, from + 11)
    const minute = pair(bytes, from + 14)
    const second = pair(bytes, from + 17)
    if (!(hour < 24 && minute < 60 && second < 60)) return NaN
    return dayMs + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS
  }

  private learn(bytes: Buffer, from: number, to: number, line: number): FileRow | BadLine {
    // Two ids in another encoding could become one, where each byte that is no UTF-8 becomes the same sign.
    if (!isUtf8(bytes.subarray(from, to))) return { line, message: 'it is not UTF-8; save the file as UTF-8' }
    const text = bytes.toString('utf8', from, to)
    const row = parseText(text, line)
    if ('message' in row) return row
    const fields = text.split(',')
    if (text[TIME_BYTES] === ',' && text[TIME_BYTES - 1] === 'Z') {
      const date = (pair(bytes, from) * 100 + pair(bytes, from + 2)) * 10_000
      const key = date + pair(bytes, from + 5) * 100 + pair(bytes, from + 8)
      remember(this.days, key, Math.floor(row.timeMs / DAY_MS) * DAY_MS)
    }
    const middle = Buffer.from(`,${fields[1] ?? ''},${fields[2] ?? ''},`)
    let hash = 0x811c9dc5
    for (const byte of middle) hash = Math.imul(hash ^ byte, 0x01000193)
    remember(this.middles, hash, { bytes: middle, meter: row.meter, kind: row.kind })
    return row
  }
}

function unitAt(bytes: Buffer, from: number, to: number, kind: MeterKind): FileUnit | null {
  for (const one of UNIT_BYTES[kind]) if (isSame(bytes, from, to, one.bytes)) return one.unit
  return null
}

/** Both sides are exact, so their quotient is the double nearest to what is written, as `Number` would give it. */
function scaled(number: number, digits: number, decimals: number): number {
  return decimals < 0 ? number : number / (POWERS[digits - decimals] ?? NaN)
}

/** The two digits at `at` as a number; NaN where they are none. */
function pair(bytes: Buffer, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO
  const ones = (bytes[at + 1] ?? 0) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN
}

function isSame(bytes: Buffer, from: number, to: number, other: Buffer): boolean {
  if (to - from !== other.length) return false
  for (let at = 0; at < other.length; at++) if (bytes[from + at] !== other[at]) return false
  return true
}

function remember<V>(memory: Map<number, V>, key: number, value: V): void {
  if (memory.size >= MOST_KNOWN) memory.clear()
  memory.set(key, value)
}
