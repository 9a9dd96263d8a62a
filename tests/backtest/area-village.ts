import { inOrder, type BacktestAlert } from '../../detector/backtest/alert.ts'
import { asRegistered } from '../../detector/backtest/contender.ts'
import { gatherHomes } from '../../detector/backtest/profiles.ts'
import { findOutages } from '../../detector/backtest/run.ts'
import { Share } from '../../detector/backtest/share.ts'
import { areasOf, inTellingOrder, type Told } from '../../detector/backtest/village.ts'
import { emptyPool, type Pool } from '../../detector/core/area/pool.ts'
import type { Series } from '../../detector/backtest/series.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import { newDetector } from '../../detector/core/detector.ts'
import type { Profile } from '../../detector/core/observation.ts'
import type { Finding } from '../../domain/finding.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { SETTINGS } from '../detector/feed.ts'

/** What both say of an alert; `heldFor`: it has come out of this hold. */
export interface Said {
  readonly household: string
  readonly kind: string
  readonly severity: string
  readonly onsetMs: number
  readonly raisedAtMs: number
  readonly clearedAtMs: number | null
  readonly heldFor: unknown
}

/** Homes as the log registers them. */
export function profilesIn(entry: ReadingsLogEntry): Profile[] {
  if (entry.type !== 'households') throw new Error('no registration')
  return entry.households.map(({ id, tier, timezone, rule, region, meters }) => ({
    household: id,
    tier,
    timezone: timezone ?? SETTINGS.timezone,
    rule,
    region,
    meters,
  }))
}

/** The readings as a file would hold them: by meter, each where it belongs in time. */
export function seriesOf(list: readonly Reading[]): Series[] {
  const byMeter = Map.groupBy(list, ({ meter }) => meter)
  return [...byMeter].map(([meter, rows]) => ({
    meter,
    kind: rows[0]?.kind ?? 'water',
    length: rows.length,
    endMs: Float64Array.from(rows, ({ timeMs }) => timeMs),
    intervalMs: Float64Array.from(rows, ({ intervalMs }) => intervalMs ?? 0),
    amount: Float32Array.from(rows, ({ consumption }) => consumption ?? NaN),
  }))
}

/** A backtest of one threshold for all days, so that what is spent of a budget does not matter. */
export function backtest(registration: ReadingsLogEntry, list: readonly Reading[]): BacktestAlert[] {
  const homes = gatherHomes(profilesIn(registration), seriesOf(list))
  const profiles = homes.map(({ profile }) => profile)
  const share = new Share([asRegistered(1)], homes, areasOf(profiles), null)
  const outages = findOutages(profiles, share)
  let told: Told = []
  for (let day = share.nextDay(); day !== Infinity;) {
    const done = share.foldBlock(day, 1, [[THRESHOLD]], told)
    told = inTellingOrder([done.told])
    day = done.nextDay
  }
  share.judgeTrends(told)
  return inOrder([...outages, ...share.alerts(0)])
}

const THRESHOLD = 11

/** A pool that says the same of every day. */
function steadyPool(): Pool {
  const pool = emptyPool(SETTINGS.budget)
  return {
    ...pool,
    known: new (class extends Map<number, number> {
      override get(): number {
        return THRESHOLD
      }
    })(),
  }
}

export function said({
  household,
  kind,
  severity,
  onsetMs,
  raisedAtMs,
  clearedAtMs,
  evidence,
}: BacktestAlert): Said {
  return { household, kind, severity, onsetMs, raisedAtMs, clearedAtMs, heldFor: evidence['heldFor'] ?? null }
}

type Raise = Extract<Finding, { type: 'raise' }>
type Growing = { -readonly [Key in keyof Said]: Said[Key] }

/**
 * The alerts that the live detector's findings leave open on a desk when an entry has been worked; one that is raised again after
 * it was over is another.
 */
export function liveAlerts(entries: Iterable<ReadingsLogEntry>): Said[] {
  const detector = newDetector(SETTINGS, steadyPool())
  const raised = new Map<string, Raise>()
  const alerts: Growing[] = []
  for (const entry of entries) {
    const findings = foldEntry(detector, entry)
    const over = new Set<string>()
    for (const finding of findings) {
      const key = keyOf(finding)
      const open = alerts.findLast((alert) => keyOf(alert) === key && alert.clearedAtMs === null)
      if (finding.type === 'raise') raised.set(key, finding)
      else if (finding.type === 'escalate') {
        if (open !== undefined) open.severity = finding.severity
      } else {
        if (open !== undefined) open.clearedAtMs = finding.atMs
        if (finding.type === 'retract') raised.delete(key)
        else over.add(key)
      }
    }
    for (const key of new Set(findings.filter(({ type }) => type === 'raise').map(keyOf))) {
      const raise = raised.get(key)
      const known = alerts.findLast((alert) => keyOf(alert) === key)
      if (raise === undefined || raise.hold !== undefined) continue
      if (known !== undefined && (known.clearedAtMs === null || over.has(key))) continue
      alerts.push(alertOf(raise, findings))
    }
  }
  return alerts.sort(
    (a, b) => a.raisedAtMs - b.raisedAtMs || (a.household < b.household ? -1 : 1) || a.onsetMs - b.onsetMs,
  )
}

function keyOf({ household, kind, onsetMs }: Pick<Said, 'household' | 'kind' | 'onsetMs'>): string {
  return `${household} ${kind} ${onsetMs}`
}

function alertOf(raise: Raise, findings: readonly Finding[]): Growing {
  const { household, kind, severity, onsetMs, atMs, evidence } = raise
  const ofThis = findings.filter((one) => keyOf(one) === keyOf(raise))
  const grown = ofThis.findLast((one) => one.type === 'escalate')
  const clear = ofThis.findLast((one) => one.type === 'clear')
  return {
    household,
    kind,
    severity: grown?.severity ?? severity,
    onsetMs,
    raisedAtMs: atMs,
    clearedAtMs: clear?.atMs ?? null,
    heldFor: evidence['heldFor'] ?? null,
  }
}
