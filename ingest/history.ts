import type { DatabaseSync } from 'node:sqlite'
import { QUALITIES, type Quality } from '../domain/quality.ts'
import { DAY_MS, type EpochMs } from '../domain/time.ts'

/** A kept reading as the history has it. */
export interface HistoryRow {
  readonly timeMs: EpochMs
  readonly register: number | null
  /** Derived of a register, as sent otherwise. */
  readonly consumption: number | null
  readonly intervalMs: number | null
  readonly quality: Quality
  readonly stated: Quality
  readonly status: number
  /** Came beyond the lateness: no part of the track. */
  readonly late: boolean
  readonly faulty: boolean
}

/** Every reading that was kept, by meter and time. */
export interface History {
  find(meterNo: number, timeMs: EpochMs): HistoryRow | null
  insert(meterNo: number, row: HistoryRow): void
  /** Replaces all but the key. */
  replace(meterNo: number, row: HistoryRow): void
  /** Rows with `fromMs` < time <= `toMs`, ascending. */
  between(meterNo: number, fromMs: EpochMs, toMs: EpochMs): HistoryRow[]
}

export function createHistory(db: DatabaseSync): History {
  const columns = 'day, meter_no, ms, register, consumption, interval_ms, bits'
  const select = db.prepare(`SELECT ${columns} FROM history WHERE day = ? AND meter_no = ? AND ms = ?`)
  const insert = db.prepare(`INSERT INTO history (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const replace = db.prepare(`INSERT OR REPLACE INTO history (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const ofDay = db.prepare(
    `SELECT ${columns} FROM history WHERE day = ? AND meter_no = ? AND ms BETWEEN ? AND ? ORDER BY ms`,
  )

  return {
    find(meterNo, timeMs) {
      const day = dayOf(timeMs)
      const row = select.get(day, meterNo, timeMs - day * DAY_MS)
      return row === undefined ? null : toRow(row)
    },
    insert(meterNo, row) {
      const day = dayOf(row.timeMs)
      const { register, consumption, intervalMs } = row
      insert.run(day, meterNo, row.timeMs - day * DAY_MS, register, consumption, intervalMs, bitsOf(row))
    },
    replace(meterNo, row) {
      const day = dayOf(row.timeMs)
      const { register, consumption, intervalMs } = row
      replace.run(day, meterNo, row.timeMs - day * DAY_MS, register, consumption, intervalMs, bitsOf(row))
    },
    between(meterNo, fromMs, toMs) {
      const rows: HistoryRow[] = []
      for (let day = dayOf(fromMs); day <= dayOf(toMs); day++) {
        const startMs = day * DAY_MS
        const first = Math.max(fromMs + 1 - startMs, 0)
        const last = Math.min(toMs - startMs, DAY_MS)
        for (const row of ofDay.iterate(day, meterNo, first, last)) rows.push(toRow(row))
      }
      return rows
    },
  }
}

export function dayOf(timeMs: EpochMs): number {
  return Math.floor(timeMs / DAY_MS)
}

const LATE = 1 << 16
const FAULTY = 1 << 17
const codes = new Map(QUALITIES.map((quality, code) => [quality, code]))

function bitsOf(row: HistoryRow): number {
  return (
    (codes.get(row.quality) ?? 0) |
    ((codes.get(row.stated) ?? 0) << 4) |
    (row.status << 8) |
    (row.late ? LATE : 0) |
    (row.faulty ? FAULTY : 0)
  )
}

function toRow(row: Record<string, unknown>): HistoryRow {
  const bits = Number(row['bits'])
  return {
    timeMs: Number(row['day']) * DAY_MS + Number(row['ms']),
    register: row['register'] as number | null,
    consumption: row['consumption'] as number | null,
    intervalMs: row['interval_ms'] as number | null,
    quality: qualityAt(bits & 15),
    stated: qualityAt((bits >> 4) & 15),
    status: (bits >> 8) & 255,
    late: (bits & LATE) !== 0,
    faulty: (bits & FAULTY) !== 0,
  }
}

function qualityAt(code: number): Quality {
  const quality = QUALITIES[code]
  if (quality === undefined) throw new Error(`history holds the unknown quality ${code}`)
  return quality
}
