import type { DatabaseSync } from 'node:sqlite'
import { dataFiles } from '../platform/data-folder.ts'
import { openDatabase } from '../platform/sqlite.ts'
import type { RunningStage } from '../platform/thread.ts'
import type { MeterId } from '../domain/ids.ts'
import { startOf, type Place } from '../domain/place.ts'
import { DAY_MS, SECOND_MS } from '../domain/time.ts'
import type { ReadingsLogReader } from '../logs/readings/readings-log.ts'
import { openBooks, type Books, type StoreReject, type Target } from './books.ts'
import { createEmbeddedSink } from './embedded/embedded-sink.ts'
import { createEmbeddedStore } from './embedded/embedded-store.ts'
import { STORE_MIGRATIONS } from './embedded/schema.ts'
import type { InfluxConfig } from './influx/config.ts'
import { connectInflux } from './influx/connection.ts'
import { createInfluxSink } from './influx/influx-sink.ts'
import { createInfluxStore } from './influx/influx-store.ts'
import { startPump } from './pump.ts'
import type { ConsumptionBucket, ReadingStore, Step, StoredReading, TimeRange } from './reading-store.ts'
import { startExpiry } from './expire-readings.ts'
import type { Sink } from './sink.ts'
import type { WriteTimesSummary } from './write-times.ts'

export interface StoreOptions {
  readonly dataDir: string
  /** null: the embedded store. */
  readonly influx: InfluxConfig | null
  /**
   * Embedded store only: readings that ended longer ago than this are deleted; absent or null: kept for ever, because a
   * replay of history must not vanish by itself. InfluxDB has retention of its own.
   */
  readonly retentionDays?: number | null
}

export interface StoreStatus {
  readonly target: Target
  readonly place: Place
  /** Distinct readings that the store has, since the data folder began. */
  readonly stored: number
  readonly revised: number
  readonly refused: number
  readonly backlogReadings: number
  /** How long the oldest reading that is not stored yet has been waiting. */
  readonly backlogSeconds: number
  /** null while all is well; otherwise what is wrong and what to mend. */
  readonly degraded: string | null
  readonly writes: WriteTimesSummary
}

export type StoreEvent = { readonly type: 'advanced'; readonly place: Place }

// A type, not an interface: a CallMap has an index signature.
export type StoreCalls = {
  nudge(): void
  readings(meter: MeterId, range: TimeRange, limit: number): Promise<StoredReading[]>
  consumption(meter: MeterId, range: TimeRange, step: Step, timezone: string): Promise<ConsumptionBucket[]>
  last(meter: MeterId): Promise<StoredReading | null>
  status(): StoreStatus
  /** Readings that the database refused (code `store-refused`), newest first, with `id` < `beforeId` (null: from the newest). */
  rejects(beforeId: number | null, limit: number): StoreReject[]
}

/** The parts of the stage in their order: log → pump → sink, its books beside it; queries go to the same store. */
export function createStoreStage(
  options: StoreOptions,
  log: ReadingsLogReader,
  emit: (event: StoreEvent) => void,
): Promise<RunningStage<StoreCalls>> {
  const target: Target = options.influx === null ? 'embedded' : 'influxdb'
  const db = openDatabase({
    file: dataFiles(options.dataDir).store,
    synchronous: 'FULL',
    migrations: STORE_MIGRATIONS,
    cacheMiB: 64,
  })
  const books = openBooks(db, target, startOf(log.head().partition))
  const opened =
    options.influx === null ? openEmbedded(db, books, options) : openInflux(db, books, options.influx)
  const { store, sink } = opened
  const pump = startPump(log, sink, books.place(), advanced, crash)

  function advanced(place: Place): void {
    emit({ type: 'advanced', place })
  }

  function crash(error: unknown): void {
    // Out of the promise chain, so that it ends the thread and its owner hears of it.
    setImmediate(() => {
      throw error
    })
  }

  function status(): StoreStatus {
    const place = books.place()
    const { stored, revised, refused } = books.totals()
    const oldestMs = log.oldestBehindMs(place)
    return {
      target,
      place,
      stored,
      revised,
      refused,
      backlogReadings: log.readingsBehind(place),
      backlogSeconds: oldestMs === null ? 0 : Math.max(0, (Date.now() - oldestMs) / SECOND_MS),
      degraded: pump.failure() ?? sink.degraded(),
      writes: pump.writeTimes(),
    }
  }

  return Promise.resolve({
    calls: {
      nudge: () => pump.nudge(),
      readings: (meter, range, limit) => store.readings(meter, range, limit),
      consumption: (meter, range, step, timezone) => store.consumption(meter, range, step, timezone),
      last: (meter) => store.last(meter),
      status,
      rejects: (beforeId, limit) => books.rejects(beforeId ?? Number.MAX_SAFE_INTEGER, limit),
    },
    async stop() {
      opened.close()
      await pump.stop()
      log.close()
      db.close()
    },
  })
}

interface OpenTarget {
  readonly store: ReadingStore
  readonly sink: Sink
  close(): void
}

function openEmbedded(db: DatabaseSync, books: Books, { retentionDays }: StoreOptions): OpenTarget {
  const store = createEmbeddedStore(db)
  const expiry = startExpiry(db, store, (retentionDays ?? Infinity) * DAY_MS)
  return { store, sink: createEmbeddedSink(db, store, books), close: () => expiry.stop() }
}

function openInflux(db: DatabaseSync, books: Books, config: InfluxConfig): OpenTarget {
  const connection = connectInflux(config)
  const store = createInfluxStore(connection, config)
  const sink = createInfluxSink(db, connection, store, books)
  return { store, sink, close: () => sink.stop() }
}
