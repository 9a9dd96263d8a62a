import { freshSchema } from '../../logs/fresh/fresh-chunks.ts'

export const FRESH_TABLE = 'readings_fresh'

/**
 * store.db: the embedded store's readings, and for either store the stage's own books (place, counts, refusals).
 *
 * `readings` is clustered by slot of four hours, then meter, then time. Meters report one row each per quarter hour, so
 * a wave of readings touches neighbouring pages of the newest slot (about ten meters to a page) and not a page for each
 * meter; a month of one meter is 180 short seeks. `readings_fresh` holds the last readings as they came, until there are
 * enough for a page to take several (see logs/fresh/). Its columns are made small, because there are billions of them:
 *
 *   slot        epoch ms / 4 h, rounded down
 *   meter       meters.no
 *   time_s      seconds behind the slot's start; REAL keeps a fraction where a meter has one, and SQLite stores a whole
 *               REAL as a small integer
 *   register    thousandths of kWh or L, so that 1234.567 is the integer 1234567; null
 *   consumption thousandths likewise; null
 *   interval_s  seconds; null exactly where consumption is
 *   flags       bits 0-3 index in QUALITIES, bit 4 register is not in thousandths but as it came (it has more digits),
 *               bit 5 the same for consumption, bits 6 and up METER_STATUSES; 0 for a plain measured reading
 */
export const STORE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meters (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind INTEGER NOT NULL
  );
  CREATE TABLE readings (
    slot INTEGER NOT NULL,
    meter INTEGER NOT NULL,
    time_s REAL NOT NULL,
    register REAL,
    consumption REAL,
    interval_s REAL,
    flags INTEGER NOT NULL,
    PRIMARY KEY (slot, meter, time_s)
  ) WITHOUT ROWID;
  -- One row per target ('embedded', 'influxdb'): each has its own place in the readings log.
  CREATE TABLE progress (
    target TEXT PRIMARY KEY,
    partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    revised INTEGER NOT NULL,
    refused INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE store_rejects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    refused_at_ms INTEGER NOT NULL,
    target TEXT NOT NULL,
    meter TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    message TEXT NOT NULL,
    reading TEXT NOT NULL
  );
  CREATE TABLE expired (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    readings INTEGER NOT NULL
  );
  INSERT INTO expired VALUES (1, 0);
  `,
  // 1: laid by `store copy` for a target that has written nothing by itself yet, so that a further copy may move it on.
  `ALTER TABLE progress ADD COLUMN handed_over INTEGER NOT NULL DEFAULT 0`,
  freshSchema(FRESH_TABLE),
]
