import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../domain/operational-error.ts'
import type { Place } from '../domain/place.ts'
import type { Reading } from '../domain/reading.ts'
import type { ReadingsLogReader } from '../logs/readings/readings-log.ts'
import { isOperational } from '../platform/sqlite.ts'
import type { RefusedReading } from './reading-store.ts'
import type { Batch, Sink } from './sink.ts'
import { createWriteTimes, type WriteTimes, type WriteTimesSummary } from './write-times.ts'

/** How often the log is looked at without a nudge. */
const POLL_MS = 250

/** After a nudge, how long readings gather before they are written: a commit for each would sync the disk for each. */
const GATHER_MS = 100

/** How long to wait before store.db or the log is tried again after it could not be written or read. */
const RETRY_MS = 1_000

export interface Pump {
  nudge(): void
  /** null while all is well. */
  failure(): string | null
  writeTimes(): WriteTimesSummary
  /** Resolves when nothing is under way any more; what had not been accepted stays behind the cursor. */
  stop(): Promise<void>
}

interface Underway {
  readonly batch: Batch
  readonly startedMs: number
  readonly accepted: Promise<readonly RefusedReading[]>
}

/**
 * Moves readings from the log to the sink: read behind the cursor, send a few batches at once, and move the cursor over
 * the oldest of them as each is accepted, so that a crash at any moment only repeats what writing twice does not change.
 */
export function startPump(
  log: ReadingsLogReader,
  sink: Sink,
  from: Place,
  onAdvanced: (place: Place) => void,
  onCrash: (error: unknown) => void,
): Pump {
  const stopping = new AbortController()
  const underway: Underway[] = []
  const times: WriteTimes = createWriteTimes()
  let readTo = from
  /** Read, but not to be sent before all that is under way has been accepted. */
  let waiting: Batch | null = null
  let wake: () => void = () => {}
  let commitFailure: string | null = null
  let readFailure: string | null = null

  function nextBatch(): Batch | null {
    const entries = log.read(readTo, sink.maxReadings)
    const last = entries.at(-1)
    if (last === undefined) return null
    const readings: Reading[] = []
    for (const { entry } of entries)
      if (entry.type === 'readings') for (const one of entry.readings) readings.push(one)
    readTo = last.place
    return { place: last.place, readings }
  }

  /** A revision must not overtake the reading that it replaces: it goes when everything before it has arrived. */
  function mustWait(batch: Batch): boolean {
    return underway.length > 0 && batch.readings.some(({ revision }) => revision)
  }

  function launch(): void {
    while (underway.length < sink.maxInFlight && !stopping.signal.aborted) {
      const batch = waiting ?? nextBatch()
      waiting = batch
      if (batch === null || mustWait(batch)) return
      waiting = null
      const accepted = sink.send(batch, stopping.signal)
      // It is awaited in its turn; until then its failure is not unhandled.
      accepted.catch(() => {})
      underway.push({ batch, startedMs: performance.now(), accepted })
    }
  }

  async function settleOldest(oldest: Underway): Promise<void> {
    const refused = await oldest.accepted
    for (;;) {
      try {
        sink.commit(oldest.batch, refused)
        break
      } catch (error) {
        commitFailure = `store.db cannot be written: ${messageOf(error)}. Free space on its disk; readings wait in the log meanwhile.`
        await sleep(RETRY_MS, undefined, { signal: stopping.signal })
      }
    }
    commitFailure = null
    times.add(performance.now() - oldest.startedMs)
    underway.shift()
    onAdvanced(oldest.batch.place)
  }

  async function idle(): Promise<void> {
    const nudged = new Promise<void>((resolve) => (wake = resolve))
    const { signal } = stopping
    const timer = new AbortController()
    await Promise.race([
      nudged,
      sleep(POLL_MS, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).catch(() => {}),
    ])
    timer.abort()
    await sleep(GATHER_MS, undefined, { signal })
  }

  /** A log that cannot be read (damage, disk) is tried again slowly and said; readings go on being accepted. */
  async function tryLaunch(): Promise<void> {
    try {
      launch()
      readFailure = null
    } catch (error) {
      if (!isOperational(error)) throw error
      readFailure = `the readings log cannot be read: ${messageOf(error)}`
      await sleep(RETRY_MS, undefined, { signal: stopping.signal })
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await tryLaunch()
      const [oldest] = underway
      if (oldest === undefined) await idle()
      else await settleOldest(oldest)
      // A synchronous sink would otherwise keep the thread from answering anybody while it works off a backlog.
      await sleep(0)
    }
  }

  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) onCrash(error)
  })

  return {
    nudge() {
      wake()
    },
    failure: () => commitFailure ?? readFailure,
    writeTimes: () => times.summary(),
    async stop() {
      stopping.abort()
      await running
      await Promise.allSettled(underway.map(({ accepted }) => accepted))
    },
  }
}
