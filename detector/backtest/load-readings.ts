import type { MeterId } from '../../domain/ids.ts'
import { OperationalError } from '../../domain/operational-error.ts'
import { toCanonical, type MeterKind, type Unit } from '../../domain/units.ts'
import { foldReading } from '../../ingest/ledger/fold-reading.ts'
import { newTrack, type Derived } from '../../ingest/ledger/track.ts'
import type { BadLine, FileRow, FileUnit, ReadingFile } from '../../platform/reading-file.ts'
import { Column, type Series } from './series.ts'
import { usualStepMs } from './usual-step.ts'

/** Rows of one meter as they stand in the file. */
export interface MeterRows {
  readonly meter: MeterId
  readonly kind: MeterKind
  readonly register: boolean
  readonly times: Float64Array
  readonly values: Float64Array
}

interface GrowingRows {
  readonly meter: MeterId
  readonly kind: MeterKind
  readonly register: boolean
  readonly times: Column
  readonly values: Column
}

export interface FileRows {
  readonly meters: MeterRows[]
  readonly rows: number
  readonly badLines: number
}

export interface Loaded {
  readonly series: Series[]
  readonly rows: number
  readonly badLines: number
}

/** What a row costs while it is read (16 B) and turned into what is folded (20 B), with something to spare. */
export const BYTES_PER_ROW = 40
/** Of the memory that is free at the start, the part that readings may take. */
const MEMORY_SHARE = 0.8
const MILLION = 1_000_000

/** Reads a file into one series per meter; what cannot be used is told to `onBadLine` and costs nothing else. */
export async function loadReadings(
  file: ReadingFile,
  onBadLine: (bad: BadLine) => void,
  onProgress: (bytes: number, rows: number) => void,
): Promise<Loaded> {
  const { meters, rows, badLines } = await readRows(file, onBadLine, onProgress)
  return { series: meters.map(toSeries), rows, badLines }
}

/**
 * Reads a file into columns per meter, in the order of the file.
 * @param mostBytes limit on what its readings may take in memory.
 * @throws OperationalError `file-too-large` beyond it, before the machine ends the process without a word.
 */
export async function readRows(
  file: ReadingFile,
  onBadLine: (bad: BadLine) => void,
  onProgress: (bytes: number, rows: number) => void,
  mostBytes = process.availableMemory() * MEMORY_SHARE,
): Promise<FileRows> {
  const meters = new Map<MeterId, GrowingRows>()
  let rows = 0
  let badLines = 0
  const refuse = (bad: BadLine): void => {
    badLines++
    onBadLine(bad)
  }
  await file.forEach(
    (row) => {
      const problem = place(meters, row)
      if (problem !== null) refuse({ line: row.line, message: problem })
      else rows++
    },
    refuse,
    () => {
      onProgress(file.bytesRead(), rows)
      if (rows * BYTES_PER_ROW > mostBytes) throw tooLarge(rows, mostBytes)
    },
  )
  onProgress(file.totalBytes, rows)
  const columns = [...meters.values()].map(({ times, values, ...meter }) => ({
    ...meter,
    times: times.view(),
    values: values.view(),
  }))
  return { meters: columns, rows, badLines }
}

function tooLarge(rows: number, mostBytes: number): OperationalError {
  const held = (mostBytes / BYTES_PER_ROW / MILLION).toFixed(1)
  return new OperationalError(
    'file-too-large',
    `the file has more readings than the free memory can hold: ${(rows / MILLION).toFixed(1)} million so far, room for ${held} million (${BYTES_PER_ROW} B each). Cut the file by homes (each home whole), or use a machine with more memory.`,
  )
}

const UNITS: Record<FileUnit, { readonly unit: Unit; readonly register: boolean }> = {
  kWh: { unit: 'kWh', register: false },
  L: { unit: 'L', register: false },
  m3: { unit: 'm3', register: false },
  kWh_register: { unit: 'kWh', register: true },
  L_register: { unit: 'L', register: true },
  m3_register: { unit: 'm3', register: true },
}

function place(meters: Map<MeterId, GrowingRows>, row: FileRow): string | null {
  const { unit, register } = UNITS[row.unit]
  let known = meters.get(row.meter)
  if (known === undefined) {
    known = { meter: row.meter, kind: row.kind, register, times: new Column(), values: new Column() }
    meters.set(row.meter, known)
  }
  if (known.kind !== row.kind)
    return `meter ${row.meter} is ${known.kind} in earlier lines: a meter keeps its kind`
  if (known.register !== register)
    return `meter ${row.meter} mixes registers and intervals: keep to one of them`
  if (row.value < 0) return `value ${row.value} is below 0: consumption and registers never are`
  known.times.push(row.timeMs)
  known.values.push(toCanonical(row.value, unit))
  return null
}

/** What the readings of one meter say of its use, in order of time. */
export function toSeries(rows: MeterRows): Series {
  const { times, values } = inOrder(rows.times, rows.values)
  const { meter, kind } = rows
  const length = times.length
  if (rows.register) return { meter, kind, length, ...difference(kind, times, values) }
  const step = usualStepMs(times)
  return {
    meter,
    kind,
    length,
    endMs: times.map((time) => time + step),
    intervalMs: new Float64Array(length).fill(step),
    amount: Float32Array.from(values),
  }
}

/** Sorted by time; of a time that comes twice the first row stays. */
function inOrder(times: Float64Array, values: Float64Array): { times: Float64Array; values: Float64Array } {
  if (isAscending(times)) return { times: times.slice(), values: values.slice() }
  const order = Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
  const kept = order.filter((at, i) => i === 0 || times[at] !== times[order[i - 1] ?? 0])
  return {
    times: Float64Array.from(kept, (at) => times[at] ?? 0),
    values: Float64Array.from(kept, (at) => values[at] ?? 0),
  }
}

function isAscending(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i++) if (!((times[i - 1] ?? 0) < (times[i] ?? 0))) return false
  return true
}

/** What the ledger says of each register when it comes: later corrections of earlier ones would be look-ahead. */
function difference(kind: MeterKind, times: Float64Array, registers: Float64Array) {
  const track = newTrack()
  const intervalMs = new Float64Array(times.length)
  const amount = new Float32Array(times.length).fill(NaN)
  const derived: Derived[] = []
  for (let i = 0; i < times.length; i++) {
    const timeMs = times[i] ?? 0
    derived.length = 0
    const input = {
      timeMs,
      register: registers[i] ?? 0,
      consumption: null,
      intervalMs: null,
      stated: 'measured',
    } as const
    foldReading(track, input, kind, derived)
    const said = derived.find((one) => one.timeMs === timeMs)
    if (said?.quality !== 'measured' || said.consumption === null) continue
    amount[i] = said.consumption
    intervalMs[i] = said.intervalMs ?? 0
  }
  return { endMs: times, intervalMs, amount }
}
