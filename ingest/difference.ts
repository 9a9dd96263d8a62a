import type { Reading } from '../domain/reading.ts'
import { LATENESS_MS } from '../domain/time.ts'
import type { Candidate } from './candidate.ts'
import type { HistoryRow } from './history/row.ts'
import { foldReading } from './ledger/fold-reading.ts'
import { copyTrack, isSettled, newTrack, type Derived, type Track } from './ledger/track.ts'
import { inputOf, type Meter } from './meters.ts'
import type { Books, Origin, Step, Work } from './work.ts'

/**
 * Makes a kept reading of a candidate: its consumption, the revisions of its neighbours, its place in history and in the
 * readings log. Three ways:
 *
 * - newer than its meter: folded onto the track (nearly always);
 * - late or corrected within LATENESS_MS of the meter's newest time: put between its neighbours, by folding again from
 *   the checkpoint before it; whatever comes out otherwise than before is written and said again as a revision;
 * - later than that: kept with the quality `late`, no consumption from a register, its neighbours as they were.
 */
export const difference: Step = (work, books) => {
  const { candidate, corrects, meter } = work
  if (meter === null) throw new Error('a reading without a meter')
  if (candidate.timeMs > meter.track.timeMs) append(meter, work, books)
  else if (candidate.timeMs < meter.track.timeMs - LATENESS_MS || corrects?.late === true)
    keepLate(meter, work, books)
  else refold(meter, work, books)

  if (corrects === null) {
    meter.readings++
    meter.unsaved++
  }
  if (meter.gateway !== work.origin.gateway) {
    meter.gateway = work.origin.gateway
    meter.unsaved = Infinity
  }
  books.meters.touch(meter)
  return corrects === null ? 'kept' : 'corrected'
}

// Reused from reading to reading: filled and emptied within one call.
const derived: Derived[] = []

function append(meter: Meter, work: Work, books: Books): void {
  const { candidate, origin } = work
  derived.length = 0
  foldReading(meter.track, candidate, meter.kind, derived)
  let newest: Derived | null = null
  for (const one of derived) {
    if (one.timeMs === candidate.timeMs) newest = one
    else revise(meter, one, origin, books)
  }
  if (newest === null) throw new Error('the ledger said nothing of a reading')
  const row = rowOf(candidate, newest)
  books.history.insert(meter.no, row)
  say(meter, row, origin, false, newest, books)
  addCheckpointIfDue(meter, meter.track, newest, books)
}

/** A reading that is known has turned out to be something else. */
function revise(meter: Meter, one: Derived, origin: Origin, books: Books): void {
  const row = books.history.find(meter.no, one.timeMs)
  if (row === null)
    throw new Error(`the ledger revises a reading that is not kept: ${meter.id} ${one.timeMs}`)
  rewrite(meter, row, one, origin, books)
}

function rewrite(meter: Meter, row: HistoryRow, one: Derived, origin: Origin, books: Books): void {
  const { consumption, intervalMs, quality } = one
  const faulty = one.fault !== null
  const same = row.consumption === consumption && row.intervalMs === intervalMs && row.quality === quality
  if (same && row.faulty === faulty) return
  const revised = { ...row, consumption, intervalMs, quality, faulty }
  books.history.replace(meter.no, revised)
  if (!same) books.log.reading(readingOf(meter, revised, origin, true))
  if (faulty !== row.faulty) sayFault(meter, revised, origin, one.fault, books)
}

function refold(meter: Meter, work: Work, books: Books): void {
  const { candidate, origin, corrects } = work
  const start = books.checkpoints.before(meter.no, candidate.timeMs)
  const fromMs = start?.track.timeMs ?? candidate.timeMs - 1
  const rows = books.history.between(meter.no, fromMs, meter.track.timeMs).filter((row) => !row.late)
  const changed = rowOf(candidate, NOTHING)
  const at = rows.findIndex((row) => row.timeMs >= changed.timeMs)
  if (at === -1) throw new Error(`${meter.id} has no reading behind a late one`)
  rows.splice(at, corrects === null ? 0 : 1, changed)

  const track = start === null ? newTrack() : copyTrack(start.track)
  const results = new Map<number, Derived>()
  if (start !== null && start.newest !== null) results.set(start.newest.timeMs, start.newest)
  meter.checkpointMs = start?.track.timeMs ?? -1
  books.checkpoints.removeAfter(meter.no, meter.checkpointMs)
  for (const row of rows) {
    derived.length = 0
    foldReading(track, inputOf(row), meter.kind, derived)
    for (const one of derived) results.set(one.timeMs, one)
    addCheckpointIfDue(meter, track, results.get(row.timeMs) ?? null, books)
  }
  meter.track = track
  meter.unsaved = Infinity

  const first = start === null ? null : books.history.find(meter.no, fromMs)
  for (const row of first === null || first.late ? rows : [first, ...rows]) {
    const one = results.get(row.timeMs)
    if (one === undefined) continue
    if (row !== changed) rewrite(meter, row, one, origin, books)
    else {
      const kept = rowOf(candidate, one)
      books.history.replace(meter.no, kept)
      say(meter, kept, origin, corrects !== null, one, books)
      if (corrects?.faulty === true && one.fault === null) sayFault(meter, kept, origin, null, books)
    }
  }
}

function keepLate(meter: Meter, work: Work, books: Books): void {
  const { candidate, origin, corrects } = work
  const { timeMs, consumption, intervalMs } = candidate
  const row = {
    ...rowOf(candidate, { timeMs, consumption, intervalMs, quality: 'late', fault: null }),
    late: true,
  }
  books.history.replace(meter.no, row)
  books.log.reading(readingOf(meter, row, origin, corrects !== null))
  if (corrects?.late !== true) books.counters.add('late', 1)
  meter.unsaved = Infinity
}

/** Every LATENESS_MS of a meter's life, as soon as nothing but its newest reading can still change. */
function addCheckpointIfDue(meter: Meter, track: Track, newest: Derived | null, books: Books): void {
  const due = meter.checkpointMs === -1 || track.timeMs - meter.checkpointMs >= LATENESS_MS
  if (!due || !isSettled(track)) return
  books.checkpoints.add(meter.no, { track, newest })
  meter.checkpointMs = track.timeMs
}

const NOTHING: Derived = { timeMs: 0, consumption: null, intervalMs: null, quality: 'missing', fault: null }

function rowOf(candidate: Candidate, one: Derived): HistoryRow {
  const { timeMs, register, stated, status } = candidate
  // What came as a consumption goes into the fold as it came.
  const { consumption, intervalMs } = register === null ? candidate : one
  const { quality } = one
  return {
    timeMs,
    register,
    consumption,
    intervalMs,
    quality,
    stated,
    status,
    late: false,
    faulty: one.fault !== null,
  }
}

function say(
  meter: Meter,
  row: HistoryRow,
  origin: Origin,
  revision: boolean,
  one: Derived,
  books: Books,
): void {
  books.log.reading(readingOf(meter, row, origin, revision))
  if (one.fault !== null) sayFault(meter, row, origin, one.fault, books)
}

/** `expected` null: it was no fault after all. */
function sayFault(
  meter: Meter,
  row: HistoryRow,
  origin: Origin,
  expected: number | null,
  books: Books,
): void {
  books.log.entry({
    type: 'register-fault',
    receivedAtMs: origin.receivedAtMs,
    meter: meter.id,
    household: meter.household,
    timeMs: row.timeMs,
    // A correction may have put a consumption in the place of the register that was faulty.
    register: row.register ?? 0,
    expected,
  })
}

/** A revision bears the gateway and the receipt of what caused it. */
function readingOf(meter: Meter, row: HistoryRow, origin: Origin, revision: boolean): Reading {
  return {
    meter: meter.id,
    kind: meter.kind,
    household: meter.household,
    gateway: origin.gateway,
    timeMs: row.timeMs,
    receivedAtMs: origin.receivedAtMs,
    register: row.register,
    consumption: row.consumption,
    intervalMs: row.intervalMs,
    quality: row.quality,
    status: row.status,
    revision,
  }
}
