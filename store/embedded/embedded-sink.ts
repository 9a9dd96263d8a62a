import type { DatabaseSync } from 'node:sqlite'
import { transact } from '../../platform/sqlite.ts'
import type { Books } from '../books.ts'
import type { Sink } from '../sink.ts'
import type { EmbeddedStore } from './embedded-store.ts'

/** Readings in one commit; a transaction of this size takes about 50 ms, during which queries wait. */
const MAX_READINGS = 5_000

/** The embedded store as the pump sees it: rows, counts and cursor in one transaction, so there is nothing to send before. */
export function createEmbeddedSink(db: DatabaseSync, store: EmbeddedStore, books: Books): Sink {
  return {
    maxInFlight: 1,
    maxReadings: MAX_READINGS,
    send: () => Promise.resolve([]),
    commit(batch, refused) {
      try {
        transact(db, () => {
          store.upsert(batch.readings)
          books.settle(batch.place, batch.readings, refused, Date.now())
        })
      } catch (error) {
        store.reset()
        throw error
      }
    },
    degraded: () => null,
  }
}
