import type { DatabaseSync } from 'node:sqlite'
import type { Reject } from '../domain/reject-codes.ts'
import { DAY_MS, type EpochMs } from '../domain/time.ts'

/** How much of a refused element is shown. */
const PAYLOAD_BYTES = 4 * 1024
const MESSAGE_CHARACTERS = 1_000
/** What is kept of the rejects for operators; the counters go on for ever. */
export const REJECTS_KEPT = 1_000_000
export const REJECTS_KEPT_MS = 90 * DAY_MS
/** Rejects removed in one transaction at most. */
const REMOVED_AT_ONCE = 5_000

export interface Rejects {
  add(reject: Reject): void
  /** Removes what is beyond the newest REJECTS_KEPT or older than REJECTS_KEPT_MS; says how many. */
  removeOld(nowMs: EpochMs): number
}

export function createRejects(db: DatabaseSync): Rejects {
  const insert = db.prepare(
    'INSERT INTO reject (received_ms, gateway, topic, code, message, payload) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const remove = db.prepare(
    `DELETE FROM reject WHERE id IN (SELECT id FROM reject ORDER BY id LIMIT ?)
       AND (id <= (SELECT max(id) FROM reject) - ? OR received_ms < ?)`,
  )
  return {
    add(reject) {
      const { receivedAtMs, gateway, topic, code, message, payload } = reject
      insert.run(
        receivedAtMs,
        printable(gateway),
        printable(topic),
        code,
        printable(message).slice(0, MESSAGE_CHARACTERS).toWellFormed(),
        cut(printable(payload)),
      )
    },
    removeOld(nowMs) {
      return Number(remove.run(REMOVED_AT_ONCE, REJECTS_KEPT, nowMs - REJECTS_KEPT_MS).changes)
    },
  }
}

/** No NUL, which ends a text in many a reader, and no half of a surrogate pair, which is no UTF-8. */
function printable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed()
}

/** At most PAYLOAD_BYTES of UTF-8, cut between two characters. */
export function cut(text: string): string {
  // No character is shorter than a byte: what is behind needs not be encoded at all.
  const bytes = Buffer.from(text.slice(0, PAYLOAD_BYTES + 1).toWellFormed())
  if (bytes.length <= PAYLOAD_BYTES) return bytes.toString()
  let end = PAYLOAD_BYTES
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
