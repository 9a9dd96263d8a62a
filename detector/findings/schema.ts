/**
 * detector.db. `findings` is what the detector has said, for ever, in the order it was said. (`log_offset`, `idx`) is
 * the entry of the readings log that a finding came from and its number among that entry's findings: folding the entry
 * again adds nothing. `homes`, `areas` and `detector` are one snapshot: the state after the entry at `place_offset`, saved in one
 * transaction.
 */
export const DETECTOR_MIGRATIONS = [
  `CREATE TABLE findings (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     log_offset INTEGER NOT NULL,
     idx INTEGER NOT NULL,
     json TEXT NOT NULL,
     UNIQUE (log_offset, idx)
   ) STRICT;
   CREATE TABLE homes (key TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE detector (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     partition INTEGER NOT NULL,
     place_offset INTEGER NOT NULL,
     state TEXT NOT NULL
   ) STRICT;`,
  'CREATE TABLE areas (key TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT, WITHOUT ROWID;',
  // States of earlier forms are not read any more (`unknown-form.ts`); by number, homes lie in the file as they come.
  'DROP TABLE homes; CREATE TABLE homes (number INTEGER PRIMARY KEY, state BLOB NOT NULL) STRICT;',
] as const
