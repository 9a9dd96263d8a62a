import type { GatewayId } from '../../domain/ids.ts'
import type { JournalEntry } from '../../domain/log-entry.ts'
import type { JournalReader } from '../../logs/journal/journal.ts'

/** A journal that is a list: what is pushed is there. */
export function journalOf(entries: readonly JournalEntry[]): JournalReader {
  return {
    read: (after, limit) =>
      entries
        .slice(after.offset, after.offset + limit)
        .map((entry, i) => ({ place: { partition: 0, offset: after.offset + i + 1 }, entry })),
    head: () => ({ partition: 0, offset: entries.length }),
    close() {},
  }
}

/** Lately, on the hour: what is older than the rejects' retention may go at any moment. */
export const RECEIVED_MS = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 86_400_000

export function publish(elements: unknown, gateway = 'gw1', receivedAtMs = RECEIVED_MS): JournalEntry {
  return publishText(JSON.stringify(elements), gateway, receivedAtMs)
}

export function publishText(text: string, gateway = 'gw1', receivedAtMs = RECEIVED_MS): JournalEntry {
  return {
    type: 'publish',
    receivedAtMs,
    gateway: gateway as GatewayId,
    topic: `hearthline/v1/${gateway}/readings`,
    payload: Buffer.from(text),
  }
}
