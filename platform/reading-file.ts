import fs from 'node:fs'
import readline from 'node:readline'
import type { Readable } from 'node:stream'
import zlib from 'node:zlib'
import { isId, type MeterId } from '../domain/ids.ts'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import type { EpochMs } from '../domain/time.ts'
import { METER_KINDS, type MeterKind } from '../domain/units.ts'

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

export interface ReadingFile {
  /** Rows in the order of the file; a bad line goes to `onBadLine` and costs nothing else. */
  rows(onBadLine: (bad: BadLine) => void): AsyncGenerator<FileRow>
  readonly totalBytes: number
  /** Bytes of the file consumed so far, for a progress bar. */
  bytesRead(): number
}

const HEADER = 'timestamp,meter_id,kind,value,unit'
const units: ReadonlySet<string> = new Set(FILE_UNITS)
const kinds: ReadonlySet<string> = new Set(METER_KINDS)
// With a zone, or the row would mean another moment on another machine.
const isoWithZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/

/**
 * Opens `timestamp,meter_id,kind,value,unit`, plain or gzip.
 * @throws OperationalError `file-unreadable` at once where the file is not there or may not be read, and while reading
 * where gzip data is damaged or the header is another one.
 */
export function openReadingFile(file: string): ReadingFile {
  let totalBytes: number
  try {
    const stat = fs.statSync(file)
    if (!stat.isFile()) throw new Error('it is not a file')
    fs.accessSync(file, fs.constants.R_OK)
    totalBytes = stat.size
  } catch (error) {
    throw unreadable(file, error)
  }
  let consumed = 0
  return {
    totalBytes,
    bytesRead: () => consumed,
    async *rows(onBadLine) {
      const raw = fs.createReadStream(file)
      raw.on('data', (chunk) => {
        consumed += chunk.length
      })
      yield* parseLines(raw, file, onBadLine)
    },
  }
}

async function* parseLines(
  raw: fs.ReadStream,
  file: string,
  onBadLine: (bad: BadLine) => void,
): AsyncGenerator<FileRow> {
  let input: Readable = raw
  if (isGzip(file)) {
    const gunzip = zlib.createGunzip()
    raw.on('error', (error) => gunzip.destroy(error))
    input = raw.pipe(gunzip)
  }
  let line = 0
  try {
    for await (const text of readLines(input)) {
      line++
      if (line === 1) {
        if (text.replace(/^\uFEFF/, '').trim() !== HEADER) {
          throw new Error(`its first line is ${JSON.stringify(text.slice(0, 80))}, expected "${HEADER}"`)
        }
        continue
      }
      if (text === '') continue
      const row = parseRow(text, line)
      if ('message' in row) onBadLine(row)
      else yield row
    }
    if (line === 0) throw new Error(`it is empty, expected the header "${HEADER}"`)
  } catch (error) {
    throw unreadable(file, error, line)
  } finally {
    raw.destroy()
  }
}

/** readline hides errors of its input from `for await`; this hands them on. */
async function* readLines(input: Readable): AsyncGenerator<string> {
  const lines = readline.createInterface({ input, crlfDelay: Infinity })
  let failure: Error | null = null
  input.on('error', (error) => {
    failure = error
    lines.close()
  })
  yield* lines
  if (failure !== null) throw failure as Error
}

function parseRow(text: string, line: number): FileRow | BadLine {
  const fields = text.split(',')
  if (fields.length !== 5) return { line, message: `${fields.length} fields instead of 5 (${HEADER})` }
  const [time = '', meter = '', kind = '', value = '', unit = ''] = fields
  const timeMs = isoWithZone.test(time) ? Date.parse(time) : NaN
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

function isGzip(file: string): boolean {
  const fd = fs.openSync(file, 'r')
  try {
    const magic = Buffer.alloc(2)
    return fs.readSync(fd, magic, 0, 2, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b
  } finally {
    fs.closeSync(fd)
  }
}

function unreadable(file: string, error: unknown, line = 0): OperationalError {
  const where = line > 0 ? ` (line ${line})` : ''
  return new OperationalError(
    'file-unreadable',
    `cannot read ${file}${where}: ${messageOf(error)}. Give a CSV file "${HEADER}", plain or gzip.`,
    { cause: error },
  )
}
