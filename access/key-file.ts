import type { DatabaseSync } from 'node:sqlite'
import { openDatabase } from '../platform/sqlite.ts'

const MIGRATIONS = [
  // A key belongs to a gateway (gateway set) or to a caller (name, role; regions as JSON, null for everywhere).
  `CREATE TABLE keys (
     id TEXT PRIMARY KEY,
     gateway TEXT,
     name TEXT,
     role TEXT,
     regions TEXT,
     salt BLOB NOT NULL,
     hash BLOB NOT NULL,
     cost INTEGER NOT NULL,
     block_size INTEGER NOT NULL,
     parallelization INTEGER NOT NULL,
     created_at_ms INTEGER NOT NULL,
     revoked_at_ms INTEGER,
     CHECK ((gateway IS NULL) = (name IS NOT NULL AND role IS NOT NULL))
   ) STRICT;
   CREATE INDEX keys_by_gateway ON keys (gateway) WHERE gateway IS NOT NULL;`,
]

export function openKeyFile(file: string): DatabaseSync {
  return openDatabase({ file, synchronous: 'FULL', migrations: MIGRATIONS, cacheMiB: 2 })
}
