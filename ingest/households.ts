import type { DatabaseSync } from 'node:sqlite'
import type { Household } from '../domain/household.ts'
import type { MeterId } from '../domain/ids.ts'
import type { Meters } from './meters.ts'

/** The register of homes: which meter belongs to whom. */
export interface Households {
  /** Replaces each of these whole: a meter named moves here, one no longer named becomes unregistered. */
  replace(households: readonly Household[]): void
}

export function createHouseholds(db: DatabaseSync, meters: Meters): Households {
  const save = db.prepare('INSERT OR REPLACE INTO household VALUES (?, ?, ?)')
  const metersOf = db.prepare('SELECT id FROM meter WHERE household = ?')
  const move = db.prepare('UPDATE meter SET household = ? WHERE id = ?')
  const setKind = db.prepare('UPDATE meter SET kind = ? WHERE id = ?')

  function assign(id: MeterId, household: Household['id'] | null): void {
    move.run(household, id)
    const meter = meters.find(id)
    if (meter !== null) meter.household = household
  }

  return {
    replace(households) {
      for (const household of households) {
        // The meters stand in their own table alone, so that a move changes one place.
        const { meters: named, ...body } = household
        save.run(household.id, household.region, JSON.stringify(body))
        for (const row of metersOf.all(household.id)) assign(String(row['id']) as MeterId, null)
        for (const { id, kind } of named) {
          const meter = meters.find(id) ?? meters.add(id, kind, household.id, '')
          assign(id, household.id)
          // A meter that has spoken keeps its kind; until then the register of homes knows best.
          if (meter.readings === 0 && meter.kind !== kind) {
            setKind.run(kind, id)
            meter.kind = kind
          }
        }
      }
      meters.recount()
    },
  }
}
