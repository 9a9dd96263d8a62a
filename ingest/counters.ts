import type { DatabaseSync } from 'node:sqlite'
import type { RejectCode } from '../domain/reject-codes.ts'

export type CounterName =
  'received' | 'kept' | 'corrected' | 'duplicates' | 'rejected' | 'late' | `rejected:${RejectCode}`

/** Counted since the data folder began, in the transaction of what they count. */
export interface Counters {
  add(name: CounterName, by: number): void
  /** Before the commit. */
  save(): void
  /** After a rollback. */
  reset(): void
}

export function createCounters(db: DatabaseSync): Counters {
  const upsert = db.prepare(
    'INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
  )
  let pending = new Map<CounterName, number>()
  return {
    add(name, by) {
      pending.set(name, (pending.get(name) ?? 0) + by)
    },
    save() {
      for (const [name, by] of pending) upsert.run(name, by)
      pending = new Map()
    },
    reset() {
      pending = new Map()
    },
  }
}
