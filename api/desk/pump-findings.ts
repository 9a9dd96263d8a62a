import type { DatabaseSync } from 'node:sqlite'
import type { EpochMs } from '../../domain/time.ts'
import { alertIdOf } from './alert-id.ts'
import type { AlertTable } from './alert-table.ts'
import type { FindingsReader, PlacedFinding } from './desk.ts'
import { regionOf, type RegionSource } from './region-of.ts'
import { takeFinding, type Taken } from './take-finding.ts'

/** Findings in one transaction: what a crash repeats, and how long the event loop is held at most. */
export const FINDINGS_PER_BATCH = 200

export interface FindingsPump {
  /** Works one batch inside the caller's transaction. `worked` 0: there is none. */
  work(nowMs: EpochMs, changed: (taken: Taken) => void): { worked: number }
  applied(): number
}

/**
 * Follows the findings log behind a cursor of its own. Exactly once in effect: the cursor moves in the transaction of
 * the effect, and a finding worked before (a findings log made anew, from the same readings log) is known by its key.
 */
export function startFindingsPump(
  db: DatabaseSync,
  findings: FindingsReader,
  alerts: AlertTable,
  registry: RegionSource,
): FindingsPump {
  const cursor = db.prepare('SELECT findings_seq, finding_key, findings_applied FROM desk')
  const move = db.prepare(
    'UPDATE desk SET findings_seq = ?, finding_key = ?, findings_applied = findings_applied + ?',
  )
  const markWorked = db.prepare('INSERT OR IGNORE INTO worked (finding_key) VALUES (?)')
  let isLogChecked = false

  /** Where the log no longer holds what the cursor stands on, it has been made anew: read it from its start. */
  function placeToReadFrom(): number {
    const row = cursor.get()
    const seq = Number(row?.['findings_seq'] ?? 0)
    if (isLogChecked || seq === 0) return seq
    const [here] = findings.read(seq - 1, 1)
    if (here === undefined) return 0
    isLogChecked = true
    return here.seq === seq && keyOf(here) !== row?.['finding_key'] ? 0 : seq
  }

  return {
    work(nowMs, changed) {
      const batch = findings.read(placeToReadFrom(), FINDINGS_PER_BATCH)
      for (const placed of batch) {
        if (markWorked.run(keyOf(placed)).changes === 0) continue
        const { household, kind, onsetMs, type } = placed.finding
        const known = alerts.get(alertIdOf(household, kind, onsetMs))
        const region = type === 'raise' && known === null ? regionOf(registry, household) : null
        const taken = takeFinding(known, placed.finding, region, nowMs)
        if (taken === null) continue
        alerts.save(taken.alert)
        changed(taken)
      }
      const last = batch.at(-1)
      if (last !== undefined) move.run(last.seq, keyOf(last), batch.length)
      return { worked: batch.length }
    },
    applied: () => Number(cursor.get()?.['findings_applied'] ?? 0),
  }
}

/** Names what was said and from where: the same words from another place of the log are said anew. */
function keyOf({ logOffset, index, finding }: PlacedFinding): string {
  const { type, household, kind, onsetMs, atMs } = finding
  return `${logOffset}:${index}:${type}:${atMs}:${alertIdOf(household, kind, onsetMs)}`
}
