import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Absence, AbsenceKind } from '../domain/absence.ts'
import type { Household } from '../domain/household.ts'
import type { HouseholdId, MeterId } from '../domain/ids.ts'
import type { RejectCode } from '../domain/reject-codes.ts'
import { DAY_MS } from '../domain/time.ts'
import type { MeterKind } from '../domain/units.ts'
import { openJournalReader } from '../logs/journal/read-journal.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { openReadOnly } from '../platform/sqlite.ts'
import { INGEST_SCHEMA_VERSION } from './database.ts'
import { openHistoryReader } from './history/history.ts'
import { dayOf } from './history/row.ts'
import type { IngestCounters, MeterSummary, Page, RegistryReader } from './registry-reader.ts'

type Row = Record<string, unknown>

const EMPTY: Page<never> = { items: [], next: null }
/** "0" is the character behind "/": the range holds every region below the area, and uses the index. */
const WITHIN_AREA = "(region = ? OR (region > ? || '/' AND region < ? || '0'))"
const METER = `SELECT no, id, kind, household, gateway, newest_ms, readings
  FROM meter LEFT JOIN ledger ON ledger.meter_no = meter.no`

/**
 * Reads what ingest keeps of homes, meters and rejects, with connections of its own, read-only, beside the running stage.
 * Where ingest has not made its database yet, all is empty. Lists are in the order of their ids and keep it while
 * something is added; rejects come newest first. A cursor is only good for the list that it came from.
 */
export function openRegistryReader(dataDir: string): RegistryReader {
  const files = dataFiles(dataDir)
  const journal = openJournalReader(files.journal)
  let opened: DatabaseSync | null = null
  let history: ReturnType<typeof openHistoryReader> | null = null

  function database(): DatabaseSync | null {
    opened ??= openWhenMade(files.ingest)
    return opened
  }

  const statements = new Map<string, StatementSync>()

  function all(sql: string, ...values: SQLInputValue[]): Row[] {
    const db = database()
    if (db === null) return []
    let statement = statements.get(sql)
    if (statement === undefined) statements.set(sql, (statement = db.prepare(sql)))
    return statement.all(...values)
  }

  /** The ledger row is some readings behind; what it lacks lies in the history of the same day (`ingest/meters.ts`). */
  function toSummary(row: Row): MeterSummary {
    const savedMs = row['newest_ms']
    let newestTimeMs = savedMs === null ? null : Number(savedMs)
    let readings = Number(row['readings'] ?? 0)
    const db = database()
    if (newestTimeMs !== null && db !== null) {
      history ??= openHistoryReader(db)
      const endOfDayMs = (dayOf(newestTimeMs) + 1) * DAY_MS - 1
      const unsaved = history.between(Number(row['no']), newestTimeMs, endOfDayMs)
      readings += unsaved.length
      newestTimeMs = unsaved.at(-1)?.timeMs ?? newestTimeMs
    }
    return {
      id: String(row['id']) as MeterId,
      kind: String(row['kind']) as MeterKind,
      household: row['household'] as HouseholdId | null,
      gateway: String(row['gateway']),
      newestTimeMs,
      readings,
    }
  }

  function toHousehold(row: Row): Household {
    const body = JSON.parse(String(row['body'])) as Omit<Household, 'meters'>
    const meters = all('SELECT id, kind FROM meter WHERE household = ? ORDER BY id', body.id)
    return {
      ...body,
      meters: meters.map((m) => ({ id: String(m['id']) as MeterId, kind: String(m['kind']) as MeterKind })),
    }
  }

  return {
    household(id) {
      const [row] = all('SELECT body FROM household WHERE id = ?', id)
      return row === undefined ? null : toHousehold(row)
    },
    households({ areas }, cursor, limit) {
      if (areas !== null && areas.length === 0) return EMPTY
      const within = areas?.map(() => WITHIN_AREA).join(' OR ')
      const rows = all(
        `SELECT id, body FROM household WHERE id > ? AND (${within ?? 'true'}) ORDER BY id LIMIT ?`,
        readCursor(cursor) ?? '',
        ...(areas ?? []).flatMap((area) => [area, area, area]),
        limit + 1,
      )
      return page(rows, limit, 'id', toHousehold)
    },
    absences(household, cursor, limit) {
      const [fromMs = '', id = ''] = (readCursor(cursor) ?? '').split(' ', 2)
      const rows = all(
        `SELECT *, from_ms || ' ' || id AS place FROM absence WHERE household = ? AND (from_ms, id) < (?, ?)
         ORDER BY from_ms DESC, id DESC LIMIT ?`,
        household,
        cursor === null ? Number.MAX_SAFE_INTEGER : Number(fromMs),
        id,
        limit + 1,
      )
      return page(rows, limit, 'place', toAbsence)
    },
    absence(household, id) {
      const [row] = all('SELECT * FROM absence WHERE household = ? AND id = ?', household, id)
      return row === undefined ? null : toAbsence(row)
    },
    unregisteredMeters(cursor, limit) {
      const sql = `${METER} WHERE household IS NULL AND id > ? ORDER BY id LIMIT ?`
      return page(all(sql, readCursor(cursor) ?? '', limit + 1), limit, 'id', toSummary)
    },
    meter(id) {
      const [row] = all(`${METER} WHERE id = ?`, id)
      return row === undefined ? null : toSummary(row)
    },
    metersOf(household) {
      return all(`${METER} WHERE household = ? ORDER BY id`, household).map(toSummary)
    },
    countsIn(areas) {
      if (areas.length === 0) return { households: 0, metersRegistered: 0 }
      const homes = `SELECT id FROM household WHERE ${areas.map(() => WITHIN_AREA).join(' OR ')}`
      const values = areas.flatMap((area) => [area, area, area])
      const [row] = all(
        `SELECT (SELECT count(*) FROM (${homes})) AS households,
          (SELECT count(*) FROM meter WHERE household IN (${homes})) AS registered`,
        ...values,
        ...values,
      )
      return {
        households: Number(row?.['households'] ?? 0),
        metersRegistered: Number(row?.['registered'] ?? 0),
      }
    },
    counts() {
      const [row] = all(`SELECT (SELECT count(*) FROM household) AS households,
        (SELECT count(*) FROM meter WHERE household IS NOT NULL) AS registered,
        (SELECT count(*) FROM meter WHERE household IS NULL) AS unregistered`)
      return {
        households: Number(row?.['households'] ?? 0),
        metersRegistered: Number(row?.['registered'] ?? 0),
        metersUnregistered: Number(row?.['unregistered'] ?? 0),
      }
    },
    rejects({ fromMs, toMs, code, gateway }, cursor, limit) {
      const conditions: [string, SQLInputValue | undefined][] = [
        ['id < ?', Number(readCursor(cursor) ?? Number.MAX_SAFE_INTEGER)],
        ['code = ?', code],
        ['gateway = ?', gateway],
        ['received_ms >= ?', fromMs],
        ['received_ms <= ?', toMs],
      ]
      const asked = conditions.filter(([, value]) => value !== undefined)
      const where = asked.map(([condition]) => condition).join(' AND ')
      const values = asked.map(([, value]) => value as SQLInputValue)
      const rows = all(`SELECT * FROM reject WHERE ${where} ORDER BY id DESC LIMIT ?`, ...values, limit + 1)
      return page(rows, limit, 'id', toReject)
    },
    counters() {
      const counted = new Map(
        all('SELECT name, value FROM counter').map((r) => [String(r['name']), Number(r['value'])]),
      )
      const [cursor] = all('SELECT offset FROM journal_cursor WHERE partition = 0')
      return toCounters(counted, Math.max(0, journal.head().offset - Number(cursor?.['offset'] ?? 0)))
    },
    close() {
      journal.close()
      opened?.close()
      opened = null
      history = null
    },
  }
}

/** null while ingest has not made its tables yet, all that this version knows. */
function openWhenMade(file: string): DatabaseSync | null {
  const db = openReadOnly(file)
  const version = Number(db?.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  if (db === null || version >= INGEST_SCHEMA_VERSION) return db
  db.close()
  return null
}

function toAbsence(row: Row): Absence {
  const withdrawnMs = row['withdrawn_ms']
  return {
    id: String(row['id']),
    household: String(row['household']) as HouseholdId,
    kind: String(row['kind']) as AbsenceKind,
    fromMs: Number(row['from_ms']),
    toMs: Number(row['to_ms']),
    plannedToMs: Number(row['planned_to_ms']),
    reason: String(row['reason']),
    by: row['by'] as string | null,
    toldAtMs: Number(row['told_ms']),
    withdrawnAtMs: withdrawnMs === null ? null : Number(withdrawnMs),
  }
}

function toReject(row: Row): ReturnType<RegistryReader['rejects']>['items'][number] {
  return {
    id: Number(row['id']),
    receivedAtMs: Number(row['received_ms']),
    gateway: String(row['gateway']),
    topic: String(row['topic']),
    code: String(row['code']) as RejectCode,
    message: String(row['message']),
    payload: String(row['payload']),
  }
}

const BY_CODE = 'rejected:'

function toCounters(counted: ReadonlyMap<string, number>, backlogEntries: number): IngestCounters {
  const rejectedByCode: Record<string, number> = {}
  for (const [name, value] of counted) {
    if (name.startsWith(BY_CODE)) rejectedByCode[name.slice(BY_CODE.length)] = value
  }
  const count = (name: string): number => counted.get(name) ?? 0
  return {
    received: count('received'),
    kept: count('kept'),
    corrected: count('corrected'),
    duplicates: count('duplicates'),
    rejected: count('rejected'),
    rejectedByCode,
    late: count('late'),
    backlogEntries,
  }
}

/** One row more than asked for was read: it says whether there is a next page. */
function page<T>(rows: Row[], limit: number, key: string, convert: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last !== undefined ? writeCursor(String(last[key])) : null
  return { items: shown.map(convert), next }
}

function writeCursor(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function readCursor(cursor: string | null): string | null {
  return cursor === null ? null : Buffer.from(cursor, 'base64url').toString()
}
