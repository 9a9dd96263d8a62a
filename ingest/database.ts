import type { DatabaseSync } from 'node:sqlite'
import { freshSchema } from '../logs/fresh/fresh-chunks.ts'
import { READINGS_LOG_SCHEMA } from '../logs/readings/readings-log-writer.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { openDatabase } from '../platform/sqlite.ts'
import { FRESH_TABLE } from './history/history.ts'

/**
 * Everything ingest keeps, in one file and therefore one transaction.
 *
 * `meter.no` stands for the meter in the tables that grow. `history` has every kept reading for ever: it is what
 * duplicates and corrections are held against. Its key begins with the day, because all meters write the same day at the
 * same time: the pages in use are one day's, not one of every meter. `bits`: see `ingest/history/row.ts`. `ledger` is the track of a meter after its reading at `newest_ms`; what is behind that in
 * `history` (of the same day, see `ingest/meters.ts`) is folded again when the meter is loaded. `checkpoint` are tracks
 * of the past from which late readings are folded again.
 */
const SCHEMA = `
  CREATE TABLE meter (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    household TEXT,
    gateway TEXT NOT NULL
  ) STRICT;
  CREATE INDEX meter_by_household ON meter (household, id) WHERE household IS NOT NULL;
  CREATE INDEX meter_unregistered ON meter (id) WHERE household IS NULL;

  CREATE TABLE household (id TEXT PRIMARY KEY, region TEXT, body TEXT NOT NULL) STRICT;
  CREATE INDEX household_by_region ON household (region, id);

  CREATE TABLE ledger (
    meter_no INTEGER PRIMARY KEY,
    newest_ms INTEGER NOT NULL,
    readings INTEGER NOT NULL,
    track TEXT NOT NULL
  ) STRICT;
  CREATE TABLE checkpoint (
    meter_no INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (meter_no, time_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE history (
    day INTEGER NOT NULL,
    meter_no INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    register REAL,
    consumption REAL,
    interval_ms INTEGER,
    bits INTEGER NOT NULL,
    PRIMARY KEY (day, meter_no, ms)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE reject (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_ms INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    topic TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;
  CREATE INDEX reject_by_code ON reject (code, id);
  CREATE INDEX reject_by_gateway ON reject (gateway, id);

  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE journal_cursor (partition INTEGER PRIMARY KEY, offset INTEGER NOT NULL) STRICT;
`

/** Absences as they stand, for lists; the detector goes by the entries of the log. */
const ABSENCE_SCHEMA = `
  CREATE TABLE absence (
    household TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    planned_to_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    by TEXT,
    told_ms INTEGER NOT NULL,
    withdrawn_ms INTEGER,
    PRIMARY KEY (household, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX absence_by_end ON absence (to_ms);
`

/**
 * Since then `history` has only the readings that came late or were changed; all others lie in `history_fresh` as they
 * came and later, many of a meter in one row, in `history_block` (see `ingest/history/`). What it held before stays.
 */
const BLOCKS_SCHEMA = `
  ${freshSchema(FRESH_TABLE)}
  CREATE TABLE history_block (
    day INTEGER NOT NULL,
    meter_no INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (day, meter_no, from_ms)
  ) STRICT, WITHOUT ROWID;
`

const MIGRATIONS = [SCHEMA, READINGS_LOG_SCHEMA, ABSENCE_SCHEMA, BLOCKS_SCHEMA]
/** What a reader of this version must find. */
export const INGEST_SCHEMA_VERSION = MIGRATIONS.length

const CACHE_MIB = 64
/**
 * The pages that a batch touches are mostly those of the batch before: moved from the WAL to the file every 64 MiB, each
 * is written once for many batches.
 */
const CHECKPOINT_PAGES = 16_384

export function openIngestDatabase(dataDir: string): DatabaseSync {
  const db = openDatabase({
    file: dataFiles(dataDir).ingest,
    synchronous: 'FULL',
    cacheMiB: CACHE_MIB,
    migrations: MIGRATIONS,
  })
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  db.exec(`PRAGMA journal_size_limit = ${CHECKPOINT_PAGES * 4096}`)
  return db
}
