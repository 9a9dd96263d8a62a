import type { DatabaseSync } from 'node:sqlite'
import { transact } from '../platform/sqlite.ts'
import { MINUTE_MS } from '../domain/time.ts'
import type { EmbeddedStore } from './embedded/embedded-store.ts'

const EXPIRE_EVERY_MS = MINUTE_MS

/** Rows deleted in one transaction, so that writing and reading wait for tens of milliseconds at most. */
const MAX_ROWS_AT_ONCE = 5_000
/** Transactions in a row before the rest is left to the next minute. */
const MAX_ROUNDS = 20

/** Deletes what is older than `keepMs` from time to time, and counts it; Infinity: never. */
export function startExpiry(db: DatabaseSync, store: EmbeddedStore, keepMs: number): { stop(): void } {
  if (keepMs === Infinity) return { stop() {} }
  const count = db.prepare('UPDATE expired SET readings = readings + ?')
  const timer = setInterval(expire, EXPIRE_EVERY_MS)
  expire()
  return {
    stop() {
      clearInterval(timer)
    },
  }

  function expire(): void {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (expireSome() === 0) return
    }
  }

  /** A store that cannot be read back saves nothing until it can: the pump, which works on it as well, says so. */
  function reload(): void {
    try {
      store.reset()
    } catch {
      // Said by whoever writes next.
    }
  }

  /** A disk that is full stops nothing here: the next minute tries again, and the pump says what is wrong. */
  function expireSome(): number {
    try {
      return transact(db, () => {
        const deleted = store.expire(Date.now() - keepMs, MAX_ROWS_AT_ONCE)
        if (deleted > 0) count.run(deleted)
        return deleted
      })
    } catch {
      reload()
      return 0
    }
  }
}
