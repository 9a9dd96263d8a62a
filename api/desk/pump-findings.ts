import type { DatabaseSync } from 'node:sqlite'
import { areaOf } from '../../domain/area.ts'
import type { Finding } from '../../domain/finding.ts'
import type { AlertId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import { alertIdOf } from './alert-id.ts'
import type { AlertTable } from './alert-table.ts'
import type { FindingsReader, PlacedFinding } from './desk.ts'
import { regionOf, type RegionSource } from './region-of.ts'
import { takeStatement, type Taken } from './take-statement.ts'

/** Findings in one transaction: what a crash repeats, and how long the event loop is held at most. */
export const FINDINGS_PER_BATCH = 200
/** One entry of the log may make thousands of findings (a tick after which meters are offline); past this they are split. */
export const MAX_FINDINGS_PER_BATCH = 2_000

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

  function isNew(placed: PlacedFinding): boolean {
    return markWorked.run(keyOf(placed)).changes > 0
  }

  return {
    work(nowMs, changed) {
      const batch = readBatch(findings, placeToReadFrom())
      for (const [id, said] of statementsOf(batch.filter((placed) => isNew(placed)))) {
        const [first] = said
        const known = alerts.get(id)
        const region = known === null && first !== undefined ? regionOfFinding(registry, first) : null
        const taken = takeStatement(known, said, region, nowMs)
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

/** An area says itself where it is. */
function regionOfFinding(registry: RegionSource, finding: Finding): string | null {
  if (areaOf(finding.household) === null) return regionOf(registry, finding.household)
  return finding.type === 'raise' ? (finding.region ?? null) : null
}

/** A batch ends between two places of the log, so that what is said together is heard together. */
function readBatch(findings: FindingsReader, afterSeq: number): PlacedFinding[] {
  const batch = findings.read(afterSeq, FINDINGS_PER_BATCH)
  let last = batch.at(-1)
  while (batch.length >= FINDINGS_PER_BATCH && batch.length < MAX_FINDINGS_PER_BATCH && last !== undefined) {
    const { seq, logOffset } = last
    const more = findings.read(seq, FINDINGS_PER_BATCH)
    const together = more.filter((placed) => placed.logOffset === logOffset)
    batch.push(...together)
    if (together.length < FINDINGS_PER_BATCH) break
    last = together.at(-1)
  }
  return batch
}

/** All that is said of one matter at one place of the log, in order. */
function* statementsOf(batch: readonly PlacedFinding[]): Generator<[AlertId, Finding[]]> {
  let at = 0
  while (at < batch.length) {
    const logOffset = batch[at]?.logOffset
    const said = new Map<AlertId, Finding[]>()
    for (; at < batch.length && batch[at]?.logOffset === logOffset; at++) {
      const finding = batch[at]?.finding
      if (finding === undefined) break
      const id = alertIdOf(finding.household, finding.kind, finding.onsetMs)
      said.set(id, [...(said.get(id) ?? []), finding])
    }
    yield* said
  }
}

/** Names what was said and from where: the same words from another place of the log are said anew. */
function keyOf({ logOffset, index, finding }: PlacedFinding): string {
  const { type, household, kind, onsetMs, atMs } = finding
  return `${logOffset}:${index}:${type}:${atMs}:${alertIdOf(household, kind, onsetMs)}`
}
