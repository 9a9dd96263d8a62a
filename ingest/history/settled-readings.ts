import type { DatabaseSync } from 'node:sqlite'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import { ByteWriter } from '../../logs/readings/byte-writer.ts'
import { BlockEncoder, decodeBlock } from './block-codec.ts'
import type { FreshReadings } from '../../logs/fresh/fresh-readings.ts'
import { bitsOf, dayOf, rowFrom, type HistoryRow } from './row.ts'

/**
 * The history on disk: blocks of a meter and day, which nothing changes once they are written, and rows, one for each
 * reading that came late or was changed after its block was written; a row stands before what a block says of its time.
 * (Folders of before the blocks have rows only.)
 */
export interface SettledReadings {
  find(meterNo: number, timeMs: EpochMs): HistoryRow | null
  replace(meterNo: number, row: HistoryRow): void
  /** Adds the rows with `fromMs` < time <= `toMs` to `found`, by their time. */
  gather(meterNo: number, fromMs: EpochMs, toMs: EpochMs, found: Map<EpochMs, HistoryRow>): void
  /** Makes blocks of all fresh readings. */
  takeIn(fresh: FreshReadings): void
}

/** Readings of one block at most: decoded whole for each look at one of them. */
const READINGS_PER_BLOCK = 64

export function openSettledReadings(db: DatabaseSync): SettledReadings {
  const columns = 'day, meter_no, ms, register, consumption, interval_ms, bits'
  const rowAt = db.prepare(`SELECT ${columns} FROM history WHERE day = ? AND meter_no = ? AND ms = ?`)
  const rowsOfDay = db.prepare(
    `SELECT ${columns} FROM history WHERE day = ? AND meter_no = ? AND ms BETWEEN ? AND ?`,
  )
  const blockAt = db.prepare(
    'SELECT from_ms, body FROM history_block WHERE day = ? AND meter_no = ? AND from_ms <= ? ORDER BY from_ms DESC LIMIT 1',
  )
  const blocksOfDay = db.prepare(
    'SELECT from_ms, body FROM history_block WHERE day = ? AND meter_no = ? AND from_ms <= ? ORDER BY from_ms',
  )
  const write = `(${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`
  // Of a reader, whose connection is read-only, this is never run.
  const replace = db.prepare(`INSERT OR REPLACE INTO history ${write}`)
  const insertBlock = db.prepare('INSERT INTO history_block VALUES (?, ?, ?, ?)')
  const encoder = new BlockEncoder(new ByteWriter())

  /** Writes the blocks of one meter, whose readings these are, oldest first. */
  function writeBlocks(meterNo: number, indexes: readonly number[], fresh: FreshReadings): void {
    let day = NaN
    let fromMs = 0
    let inBlock = 0
    const finish = (): void => {
      if (inBlock > 0) insertBlock.run(day, meterNo, fromMs, encoder.take())
      inBlock = 0
    }
    for (const index of indexes) {
      const timeMs = fresh.timeOf(index)
      if (dayOf(timeMs) !== day || inBlock === READINGS_PER_BLOCK) {
        finish()
        day = dayOf(timeMs)
        fromMs = timeMs - day * DAY_MS
        encoder.begin(timeMs)
      }
      fresh.read(index, add)
      inBlock++
    }
    finish()
  }

  const add = encoder.add.bind(encoder)

  return {
    find(meterNo, timeMs) {
      const day = dayOf(timeMs)
      const ms = timeMs - day * DAY_MS
      const row = rowAt.get(day, meterNo, ms)
      if (row !== undefined) return toRow(row)
      const block = blockAt.get(day, meterNo, ms)
      if (block === undefined) return null
      return toRows(day, block).find((each) => each.timeMs === timeMs) ?? null
    },
    replace(meterNo, row) {
      const day = dayOf(row.timeMs)
      const { register, consumption, intervalMs } = row
      replace.run(day, meterNo, row.timeMs - day * DAY_MS, register, consumption, intervalMs, bitsOf(row))
    },
    gather(meterNo, fromMs, toMs, found) {
      for (let day = dayOf(fromMs); day <= dayOf(toMs); day++) {
        const first = Math.max(fromMs + 1 - day * DAY_MS, 0)
        const last = Math.min(toMs - day * DAY_MS, DAY_MS)
        for (const block of blocksOfDay.iterate(day, meterNo, last)) {
          for (const row of toRows(day, block)) {
            if (row.timeMs > fromMs && row.timeMs <= toMs) found.set(row.timeMs, row)
          }
        }
        for (const late of rowsOfDay.iterate(day, meterNo, first, last)) {
          const row = toRow(late)
          found.set(row.timeMs, row)
        }
      }
    },
    takeIn(fresh) {
      // In the order of the table, so that neighbours are written one after the other.
      for (const meterNo of fresh.meters()) {
        writeBlocks(meterNo, fresh.between(meterNo, -Infinity, Infinity), fresh)
      }
    },
  }
}

function toRow(row: Record<string, unknown>): HistoryRow {
  return rowFrom(
    Number(row['day']) * DAY_MS + Number(row['ms']),
    row['register'] as number | null,
    row['consumption'] as number | null,
    row['interval_ms'] as number | null,
    Number(row['bits']),
  )
}

function toRows(day: number, block: Record<string, unknown>): HistoryRow[] {
  return decodeBlock(block['body'] as Uint8Array, day * DAY_MS + Number(block['from_ms']))
}
