import type { DatabaseSync } from 'node:sqlite'
import type { Place } from '../domain/place.ts'
import { transact } from '../platform/sqlite.ts'
import { encodeGroup } from './core/area/encode-areas.ts'
import type { Detector } from './core/detector.ts'
import { decodeDetector, encodeCommon, encodeHomeWithMeters, type SavedHome } from './core/encode-detector.ts'
import type { Home } from './core/household.ts'

/** The detector's state beside the place of the log that it belongs to: one transaction each time. */
export interface Snapshots {
  /** Saves the homes and areas that have changed since the last time. */
  save(detector: Detector, place: Place): void
  /** What was saved last; null on a new folder. */
  load(): { readonly detector: Detector; readonly place: Place } | null
}

export function openSnapshots(db: DatabaseSync): Snapshots {
  const putHome = db.prepare(
    'INSERT INTO homes (number, state) VALUES (?, ?) ON CONFLICT (number) DO UPDATE SET state = excluded.state',
  )
  const putArea = db.prepare(
    'INSERT INTO areas (key, state) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state',
  )
  const dropHome = db.prepare('DELETE FROM homes WHERE number = ?')
  const putCommon = db.prepare(
    `INSERT INTO detector (id, partition, place_offset, state) VALUES (1, ?, ?, ?) ON CONFLICT (id) DO UPDATE
     SET partition = excluded.partition, place_offset = excluded.place_offset, state = excluded.state`,
  )
  return {
    save(detector, place) {
      const saved: Home[] = []
      transact(db, () => {
        for (const number of detector.gone) dropHome.run(number)
        for (const home of detector.homes.values()) {
          if (!home.isDirty) continue
          putHome.run(home.number, encodeHomeWithMeters(detector, home))
          saved.push(home)
        }
        for (const group of detector.areas.changed) putArea.run(group.key, encodeGroup(group))
        putCommon.run(place.partition, place.offset, encodeCommon(detector))
      })
      detector.gone.clear()
      for (const home of saved) home.isDirty = false
      detector.areas.changed.clear()
    },
    load() {
      const row = db.prepare('SELECT partition, place_offset, state FROM detector').get()
      if (row === undefined) return null
      const place: Place = { partition: Number(row['partition']), offset: Number(row['place_offset']) }
      return { detector: decodeDetector(String(row['state']), savedHomes(db), savedAreas(db)), place }
    },
  }
}

function* savedHomes(db: DatabaseSync): Generator<SavedHome> {
  for (const row of db.prepare('SELECT number, state FROM homes ORDER BY number').iterate())
    yield { number: Number(row['number']), state: row['state'] as Uint8Array }
}

function* savedAreas(db: DatabaseSync): Generator<Uint8Array> {
  for (const row of db.prepare('SELECT state FROM areas ORDER BY key').iterate())
    yield row['state'] as Uint8Array
}
