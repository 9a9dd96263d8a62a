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

/** The alerts that the live detector's findings leave open on a desk, each as it stood first when an entry had been worked. */
export function liveAlerts(entries: Iterable<ReadingsLogEntry>): Said[] {
  const detector = newDetector(SETTINGS, steadyPool())
  const raised = new Map<string, Extract<Finding, { type: 'raise' }>>()
  const alerts = new Map<string, { -readonly [Key in keyof Said]: Said[Key] }>()
  for (const entry of entries) {
    const findings = foldEntry(detector, entry)
    for (const finding of findings) {
      const { household, kind, onsetMs, type, atMs } = finding
      const key = `${household} ${kind} ${onsetMs}`
      const alert = alerts.get(key)
      if (type === 'raise') {
        raised.set(key, finding)
        if (alert !== undefined) alert.clearedAtMs = null
      } else if (type === 'escalate') {
        if (alert !== undefined) alert.severity = finding.severity
      } else {
        if (alert !== undefined) alert.clearedAtMs ??= atMs
        if (type === 'retract') raised.delete(key)
      }
    }
    for (const { household, kind, onsetMs } of findings) {
      const key = `${household} ${kind} ${onsetMs}`
      const raise = raised.get(key)
      if (raise === undefined || raise.hold !== undefined || alerts.has(key)) continue
      const { severity, atMs, evidence } = raise
      const ofThis = findings.filter((one) => `${one.household} ${one.kind} ${one.onsetMs}` === key)
      const clear = ofThis.findLast(({ type }) => type === 'clear')
      const grown = ofThis.findLast(({ type }) => type === 'escalate')
      alerts.set(key, {
        household,
        kind,
        severity: grown?.type === 'escalate' ? grown.severity : severity,
        onsetMs,
        raisedAtMs: atMs,
        clearedAtMs: clear?.atMs ?? null,
        heldFor: evidence['heldFor'] ?? null,
      })
    }
  }
  return [...alerts.values()].sort(
    (a, b) => a.raisedAtMs - b.raisedAtMs || (a.household < b.household ? -1 : 1) || a.onsetMs - b.onsetMs,
  )
}
