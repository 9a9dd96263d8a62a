import { ALERT_KIND_NAMES } from '../../domain/alert-kinds.ts'
import { HOLD_REASONS } from '../../domain/finding.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { EXPECTED_ALERTS, INCIDENT_KINDS, WIDE_KINDS } from '../../simulators/village/incident.ts'
import { isKnock } from './collect-alerts.ts'
import type { SettledCounty } from './county.ts'
import { fallGroups, homeGroups } from './group-homes.ts'
import {
  ratesOf,
  COUNTED_AFTER_MS,
  type JudgedAlert,
  type JudgedIncident,
  type Scored,
} from './score-alerts.ts'
import { hours, percent, quantile, writeTable } from '../write-table.ts'

/** What a supervisor asks of half a year: what was found and how soon, what the knocks were spent on, and on whom. */
export function tellReport(county: SettledCounty, scored: Scored, budget: number): string {
  return [
    'Found, of each kind of incident (delay until the system said so)',
    incidentTable(scored.incidents),
    'Falls, by home and circumstance',
    fallTable(county, scored.incidents),
    `Alerts per home and month after the first ${COUNTED_AFTER_MS / 86_400_000} days`,
    rateTable(county, scored),
    'Alerts in vain, by what lay behind them (knocks: life and trend)',
    causeTable(county, scored),
    'Kept back',
    heldTable(scored),
    budgetLine(county, scored, budget),
  ].join('\n\n')
}

function incidentTable(incidents: readonly JudgedIncident[]): string {
  const rows = [
    [
      'incident',
      'expected',
      'number',
      'found',
      '≤ 24 h',
      '≤ 48 h',
      'median',
      'p90',
      'by any knock',
      'stood open',
    ],
  ]
  for (const kind of INCIDENT_KINDS) {
    const own = incidents.filter(({ incident }) => incident.kind === kind)
    if (own.length === 0) continue
    const expected = EXPECTED_ALERTS[kind]
    const found = expected.length === 0 ? ['-', '-', '-', '-', '-'] : foundOf(own)
    const byKnock = own.filter(({ knockHours }) => knockHours !== null).length
    rows.push([
      kind,
      expected.join(', ') || 'none',
      String(own.length),
      ...found,
      WIDE_KINDS.has(kind) ? '-' : percent(byKnock, own.length),
      WIDE_KINDS.has(kind) ? '-' : String(own.filter(({ stoodOpen }) => stoodOpen).length),
    ])
  }
  return writeTable(rows)
}

function foundOf(incidents: readonly JudgedIncident[]): string[] {
  const delays = incidents.flatMap(({ delayHours }) => delayHours ?? [])
  const within = (limit: number): string =>
    percent(delays.filter((delay) => delay <= limit).length, incidents.length)
  return [
    percent(delays.length, incidents.length),
    within(24),
    within(48),
    hours(quantile(delays, 0.5)),
    hours(quantile(delays, 0.9)),
  ]
}

function fallTable(county: SettledCounty, incidents: readonly JudgedIncident[]): string {
  const falls = incidents.filter(({ incident }) => incident.kind === 'fall')
  const rows = [
    [
      'falls',
      'number',
      'found',
      '≤ 24 h',
      '≤ 48 h',
      'median',
      'p90',
      'red or orange',
      'by any knock',
      'median',
    ],
  ]
  for (const [name, belongs] of fallGroups(county)) {
    const own = falls.filter(({ incident }) => belongs(incident))
    if (own.length === 0) continue
    const grave = own.filter(({ severity }) => severity === 'red' || severity === 'orange').length
    const knocks = own.flatMap(({ knockHours }) => knockHours ?? [])
    rows.push([
      name,
      String(own.length),
      ...foundOf(own),
      percent(grave, own.length),
      percent(knocks.length, own.length),
      hours(quantile(knocks, 0.5)),
    ])
  }
  return writeTable(rows)
}

function rateTable(county: SettledCounty, scored: Scored): string {
  const rows = [['homes', 'home-months', ...ALERT_KIND_NAMES, 'knocks in vain']]
  for (const [name, homes] of homeGroups(county)) {
    if (homes.length === 0) continue
    const { homeMonths, byKind } = ratesOf(scored, homes, county.fromMs, county.toMs)
    const cells = ALERT_KIND_NAMES.map((kind) => {
      const { right, wrong } = byKind.get(kind) ?? { right: 0, wrong: 0 }
      return right + wrong === 0 ? '-' : `${wrong.toFixed(3)} (${right.toFixed(3)})`
    })
    const vain = ALERT_KIND_NAMES.filter((kind) => isKnock({ kind }))
      .map((kind) => byKind.get(kind)?.wrong ?? 0)
      .reduce((a, b) => a + b, 0)
    rows.push([name, homeMonths.toFixed(0), ...cells, vain.toFixed(3)])
  }
  const used = rows[0]?.map((_cell, at) => at === 0 || rows.slice(1).some((row) => row[at] !== '-')) ?? []
  return `${writeTable(rows.map((row) => row.filter((_cell, at) => used[at])))}\nin vain (and right ones in brackets)`
}

function causeTable(county: SettledCounty, { alerts }: Scored): string {
  const countedMs = county.fromMs + COUNTED_AFTER_MS
  const vain = alerts.filter(({ alert, right }) => !right && alert.saidMs >= countedMs)
  const kinds = ALERT_KIND_NAMES.filter((kind) => vain.some(({ alert }) => alert.kind === kind))
  const knocks = (judged: readonly JudgedAlert[]): JudgedAlert[] =>
    judged.filter(({ alert }) => isKnock(alert))
  const rows = ['behind it', ...kinds, 'knocks', 'share', 'knocks open (median)']
  const byCause = Map.groupBy(vain, ({ cause }) => cause)
  const lines = [...byCause]
    .sort(([, a], [, b]) => knocks(b).length - knocks(a).length || b.length - a.length)
    .map(([cause, own]) => [
      cause,
      ...kinds.map((kind) => String(own.filter(({ alert }) => alert.kind === kind).length || '-')),
      String(knocks(own).length),
      percent(knocks(own).length, knocks(vain).length),
      hours(
        quantile(
          knocks(own).flatMap(({ alert }) => hoursOpen(alert) ?? []),
          0.5,
        ),
      ),
    ])
  return writeTable([rows, ...lines])
}

function hoursOpen({ endedMs, saidMs }: JudgedAlert['alert']): number | null {
  return endedMs === null ? null : (endedMs - saidMs) / HOUR_MS
}

function heldTable({ held, alerts }: Scored): string {
  const released = alerts.filter(({ alert }) => alert.held !== null)
  const all = [...held, ...released]
  const rows = [['held for', 'number', 'over in time', 'told in the end', 'right to tell']]
  for (const reason of HOLD_REASONS) {
    const of = (judged: readonly JudgedAlert[]): JudgedAlert[] =>
      judged.filter(({ alert }) => alert.held?.reason === reason)
    if (of(all).length === 0) continue
    const right = of(released).filter((judged) => judged.right).length
    rows.push([
      reason,
      String(of(all).length),
      String(of(held).length),
      String(of(released).length),
      String(right),
    ])
  }
  return rows.length === 1 ? 'none' : writeTable(rows)
}

function budgetLine(county: SettledCounty, scored: Scored, budget: number): string {
  const { byKind, bySeverity, homeMonths } = ratesOf(scored, county.homes, county.fromMs, county.toMs)
  const { right, wrong } = byKind.get('inactivity') ?? { right: 0, wrong: 0 }
  const severities = [...bySeverity].map(([severity, rate]) => `${severity} ${rate.toFixed(3)}`).join(', ')
  return [
    `Budget asked for: ${budget} inactivity alerts per home and month. Spent over ${homeMonths.toFixed(0)} home-months: ` +
      `${(right + wrong).toFixed(3)}, of them in vain ${wrong.toFixed(3)}.`,
    `Knocks in vain by the severity they came to: ${severities}.`,
  ].join('\n')
}
