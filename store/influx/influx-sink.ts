import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { SECOND_MS } from '../../domain/time.ts'
import { transact } from '../../platform/sqlite.ts'
import type { Books } from '../books.ts'
import type { Sink } from '../sink.ts'
import type { InfluxConnection } from './connection.ts'
import { InfluxUnavailable } from './explain-failure.ts'
import type { InfluxStore } from './influx-store.ts'

/** Lines of one request: InfluxData's own advice, about half a megabyte before gzip. */
const MAX_READINGS = 5_000
/** Requests under way at once: one is being sent, one worked by the server, one answered. */
const MAX_IN_FLIGHT = 3

const FIRST_WAIT_MS = 250
/** While the server is away it is asked at least this often, so that a backlog begins to drain soon after. */
const MAX_WAIT_MS = 4 * SECOND_MS
/** How often what a person must mend is tried again. */
const MEND_WAIT_MS = 10 * SECOND_MS
/** How long nothing may have been written before the server is asked whether it is there. */
const CHECK_EVERY_MS = 10 * SECOND_MS

export interface InfluxSink extends Sink {
  stop(): void
}

/** InfluxDB as the pump sees it: rows there, cursor and counts here, moved after the server's yes. */
export function createInfluxSink(
  db: DatabaseSync,
  connection: InfluxConnection,
  store: InfluxStore,
  books: Books,
): InfluxSink {
  /** Of the last write, while it has not succeeded. */
  let writeTrouble: string | null = null
  /** Of the last check. */
  let checkTrouble: string | null = 'InfluxDB has not been reached yet'
  let writtenAtMs = -Infinity
  let checking = false
  const stopping = new AbortController()
  const timer = setInterval(() => void check(), CHECK_EVERY_MS)
  void check()

  /** An idle installation must learn of a wrong address before its first reading does. */
  async function check(): Promise<void> {
    if (checking || performance.now() - writtenAtMs < CHECK_EVERY_MS) return
    checking = true
    try {
      await connection.check(stopping.signal)
      checkTrouble = null
    } catch (error) {
      if (error instanceof InfluxUnavailable) checkTrouble = error.message
      else throw error
    } finally {
      checking = false
    }
  }

  function written(): void {
    writtenAtMs = performance.now()
    writeTrouble = null
    checkTrouble = null
  }

  return {
    maxInFlight: MAX_IN_FLIGHT,
    maxReadings: MAX_READINGS,
    async send(batch, signal) {
      for (let attempt = 0; ; attempt++) {
        try {
          const refused = await store.write(batch.readings, signal)
          if (batch.readings.length > 0) written()
          return refused
        } catch (error) {
          if (!(error instanceof InfluxUnavailable)) throw error
          signal.throwIfAborted()
          writeTrouble = error.message
          await sleep(waitMs(error, attempt), undefined, { signal })
        }
      }
    },
    commit(batch, refused) {
      transact(db, () => books.settle(batch.place, batch.readings, refused, Date.now()))
    },
    degraded: () => writeTrouble ?? checkTrouble,
    stop() {
      stopping.abort()
      clearInterval(timer)
    },
  }
}

/** Doubling waits, each drawn from its upper half so that batches under way do not return in step. */
function waitMs(error: InfluxUnavailable, attempt: number): number {
  if (error.retryAfterMs !== null) return error.retryAfterMs + Math.random() * FIRST_WAIT_MS
  if (!error.retry) return MEND_WAIT_MS * (0.5 + Math.random() / 2)
  return Math.min(FIRST_WAIT_MS * 2 ** attempt, MAX_WAIT_MS) * (0.5 + Math.random() / 2)
}
