import path from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { GatewayId, MeterId } from '../../domain/ids.ts'
import type { Reading } from '../../domain/reading.ts'
import { openIngestDatabase } from '../../ingest/database.ts'
import { createHistory } from '../../ingest/history/history.ts'
import type { HistoryRow } from '../../ingest/history/row.ts'
import { openDatabase, transact } from '../../platform/sqlite.ts'
import { createEmbeddedStore } from '../../store/embedded/embedded-store.ts'
import { STORE_MIGRATIONS } from '../../store/embedded/schema.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const FROM_MS = 1_700_000_000_000

/** A disk that cannot be read while `fault.on`: statements on the table of fresh readings fail, unless they write. */
function failing(db: DatabaseSync): { db: DatabaseSync; fault: { on: boolean } } {
  const fault = { on: false }
  const guarded = (statement: StatementSync): StatementSync =>
    new Proxy(statement, {
      get(target, name: keyof StatementSync) {
        const value: unknown = target[name]
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => {
          if (fault.on && name !== 'run') throw new Error('disk I/O error')
          return Reflect.apply(value, target, args)
        }
      },
    })
  const proxy = new Proxy(db, {
    get(target, name: keyof DatabaseSync) {
      const value: unknown = target[name]
      if (name === 'prepare') {
        return (sql: string) => (sql.includes('_fresh') ? guarded(target.prepare(sql)) : target.prepare(sql))
      }
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { db: proxy, fault }
}

function row(timeMs: number): HistoryRow {
  return {
    timeMs,
    register: 1,
    consumption: null,
    intervalMs: null,
    quality: 'measured',
    stated: 'measured',
    status: 0,
    late: false,
    faulty: false,
  }
}

function reading(meter: string, timeMs: number): Reading {
  return {
    meter: meter as MeterId,
    kind: 'water',
    household: null,
    gateway: 'g' as GatewayId,
    timeMs,
    receivedAtMs: timeMs,
    register: 1,
    consumption: null,
    intervalMs: null,
    quality: 'measured',
    status: 0,
    revision: false,
  }
}

describe('fresh readings that could not be read back after a rollback', () => {
  it('are not written over in the history of ingest, and go on when they have been read', () => {
    const whole = openIngestDatabase(temporaryFolder())
    const { db, fault } = failing(whole)
    const history = createHistory(db)
    transact(db, () => {
      for (let i = 0; i < 200; i++) history.insert(1, row(FROM_MS + i))
      history.save()
    })
    fault.on = true
    expect(() => history.reset()).toThrow('disk I/O error')
    fault.on = false
    const next = (): void =>
      transact(db, () => {
        history.insert(2, row(FROM_MS))
        history.save()
      })
    expect(next).toThrow('could not be read back')
    history.reset()
    next()
    const again = createHistory(whole)
    expect(again.between(1, 1.6e12, 1.8e12)).toHaveLength(200)
    expect(again.between(2, 1.6e12, 1.8e12)).toHaveLength(1)
    whole.close()
  })

  it('are not written over in the embedded store', async () => {
    const file = path.join(temporaryFolder(), 'store.db')
    const whole = openDatabase({ file, synchronous: 'FULL', migrations: STORE_MIGRATIONS })
    const { db, fault } = failing(whole)
    const store = createEmbeddedStore(db)
    await store.write(Array.from({ length: 200 }, (_, i) => reading('A', FROM_MS + i)))
    fault.on = true
    expect(() => store.reset()).toThrow('disk I/O error')
    fault.on = false
    await expect(async () => store.write([reading('B', FROM_MS)])).rejects.toThrow('could not be read back')
    store.reset()
    await store.write([reading('B', FROM_MS)])
    const left = await createEmbeddedStore(whole).readings('A' as MeterId, { fromMs: 0, toMs: 2e12 }, 1_000)
    expect(left).toHaveLength(200)
    whole.close()
  })
})
