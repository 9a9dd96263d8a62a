import { ALERT_KIND_NAMES, SEVERITIES, type AlertKind, type Severity } from '../../domain/alert-kinds.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import { areaOf } from '../../domain/area.ts'
import { isInRegion } from '../../domain/household.ts'
import type { Home } from '../../simulators/village/home.ts'
import { EXPECTED_ALERTS, type Incident, type IncidentKind } from '../../simulators/village/incident.ts'
import { isKnock, type ToldAlert } from './collect-alerts.ts'
import type { County } from './county.ts'
import { causeOf, hasStandingLeak, type Cause, type Truth } from './truth-of-homes.ts'

/** An alert held against the truth. */
export interface JudgedAlert {
  readonly alert: ToldAlert
  /** There was something behind it that such an alert is for. */
  readonly right: boolean
  readonly cause: Cause
}

/** What became of one incident in one home (or of a wide one in its area). */
export interface JudgedIncident {
  readonly incident: Incident
  /** Hours until the first expected alert; null: none came while it lasted. */
  readonly delayHours: number | null
  readonly severity: Severity | null
  /** Hours until the first alert of whatever kind that sends somebody to the door. */
  readonly knockHours: number | null
  /** A knock was open already when it happened: it says nothing of it. */
  readonly stoodOpen: boolean
}

export interface Scored {
  readonly alerts: readonly JudgedAlert[]
  /** Kept back, and over before anybody had to be told. */
  readonly held: readonly JudgedAlert[]
  readonly incidents: readonly JudgedIncident[]
}

/** Delivery by night, and device matters that take hours to show: an alert may come this long after the end. */
const GRACE_MS: Partial<Record<IncidentKind, number>> = {
  'area-outage': 6 * HOUR_MS,
  'water-cut': 6 * HOUR_MS,
  burst: 12 * HOUR_MS,
  'dead-gateway': 24 * HOUR_MS,
}

/** Several counties as one. */
export function mergeScores(scores: readonly Scored[]): Scored {
  return {
    alerts: scores.flatMap(({ alerts }) => alerts),
    held: scores.flatMap(({ held }) => held),
    incidents: scores.flatMap(({ incidents }) => incidents),
  }
}

/** Which homes an alert is about: one, or all of an area. */
type SubjectsOf = (alert: ToldAlert) => readonly HouseholdId[]

/**
 * @param told alerts that reached a person
 * @param held alerts that never did
 */
export function scoreAlerts(
  told: readonly ToldAlert[],
  held: readonly ToldAlert[],
  county: Pick<County, 'homes' | 'incidents'>,
  truth: Truth,
): Scored {
  const subjectsOf = createSubjects(county.homes)
  const byHome = new Map<HouseholdId, ToldAlert[]>()
  for (const alert of told) {
    for (const household of subjectsOf(alert)) {
      const known = byHome.get(household)
      if (known === undefined) byHome.set(household, [alert])
      else known.push(alert)
    }
  }
  const judgeAlert = (alert: ToldAlert): JudgedAlert => holdAgainst(alert, subjectsOf(alert), truth)
  return {
    alerts: told.map(judgeAlert),
    held: held.map(judgeAlert),
    incidents: county.incidents.map((incident) => judge(incident, byHome)),
  }
}

function createSubjects(homes: readonly Home[]): SubjectsOf {
  const known = new Map<HouseholdId, readonly HouseholdId[]>()
  const homesOf = (subject: HouseholdId): readonly HouseholdId[] => {
    const area = areaOf(subject)
    if (area === null) return [subject]
    return homes
      .filter(({ region, gateway }) =>
        area.type === 'gateway' ? gateway === area.name : isInRegion(region, area.name),
      )
      .map(({ household }) => household)
  }
  return ({ household }) => {
    let subjects = known.get(household)
    if (subjects === undefined) known.set(household, (subjects = homesOf(household)))
    return subjects
  }
}

function holdAgainst(alert: ToldAlert, subjects: readonly HouseholdId[], truth: Truth): JudgedAlert {
  const moment = alert.held !== null && alert.saidMs === Infinity ? alert.held.sinceMs : alert.saidMs
  for (const household of subjects) {
    const spell = (truth.get(household) ?? []).find(
      ({ incident }) => incident !== null && isRightFor({ ...alert, saidMs: moment }, incident),
    )
    if (spell !== undefined) return { alert, right: true, cause: spell.cause }
  }
  const [first = alert.household] = subjects
  if (isOfWater(alert) && hasStandingLeak(truth, first)) return { alert, right: true, cause: 'standing-leak' }
  return { alert, right: false, cause: causeOf(truth, first, alert.onsetMs, moment) }
}

/** Whoever comes to the door of one of these has not come in vain, whatever kind of alert it was that sent them. */
const DISTRESS: ReadonlySet<IncidentKind> = new Set([
  'fall',
  'hospital',
  'illness',
  'slow-decline',
  'rationing',
])

function isRightFor(alert: ToldAlert, incident: Incident): boolean {
  const isRight =
    isExpected(alert, incident) ||
    (isKnock(alert) && DISTRESS.has(incident.kind)) ||
    (isOfWater(alert) && incident.kind === 'fall' && (incident.tapLPerHour ?? 0) > 0)
  return isRight && isDuring(alert, incident)
}

/** A tap that nobody turns off is water that does not stop: true, though it does not say that somebody lies there. */
function isOfWater({ kind }: ToldAlert): boolean {
  return kind === 'continuous-flow' || kind === 'surge'
}

function isExpected({ kind }: ToldAlert, incident: Incident): boolean {
  return EXPECTED_ALERTS[incident.kind].includes(kind)
}

function isDuring({ saidMs }: ToldAlert, { kind, fromMs, toMs }: Incident): boolean {
  return fromMs <= saidMs && saidMs <= toMs + (GRACE_MS[kind] ?? 0)
}

function judge(incident: Incident, byHome: ReadonlyMap<HouseholdId, readonly ToldAlert[]>): JudgedIncident {
  const alerts = incident.households.flatMap((household) => byHome.get(household) ?? [])
  const first = (fits: (alert: ToldAlert) => boolean): ToldAlert | null =>
    alerts
      .filter(fits)
      .reduce<ToldAlert | null>(
        (best, alert) => (best === null || alert.saidMs < best.saidMs ? alert : best),
        null,
      )
  const hours = (alert: ToldAlert | null): number | null =>
    alert === null ? null : (alert.saidMs - incident.fromMs) / HOUR_MS
  const expected = first((alert) => isExpected(alert, incident) && isDuring(alert, incident))
  return {
    incident,
    delayHours: hours(expected),
    severity: expected?.severity ?? null,
    knockHours: hours(first((alert) => isKnock(alert) && isDuring(alert, incident))),
    stoodOpen: alerts.some(
      (alert) =>
        isKnock(alert) &&
        alert.saidMs < incident.fromMs &&
        (alert.endedMs === null || alert.endedMs > incident.fromMs),
    ),
  }
}

/** Homes count after their first four weeks (DESIGN 5), and so do their alerts. */
export const COUNTED_AFTER_MS = 28 * DAY_MS
const MONTH_MS = 30 * DAY_MS

export interface Rates {
  readonly homeMonths: number
  /** Alerts per home and month that were right, and that were not. */
  readonly byKind: ReadonlyMap<AlertKind, { readonly right: number; readonly wrong: number }>
  readonly bySeverity: ReadonlyMap<Severity, number>
}

/** Alerts per home-month of some homes. */
export function ratesOf({ alerts }: Scored, homes: readonly Home[], fromMs: EpochMs, toMs: EpochMs): Rates {
  const countedMs = fromMs + COUNTED_AFTER_MS
  const ids = new Set(homes.map(({ household }) => household))
  const counted = alerts.filter(({ alert }) => ids.has(alert.household) && alert.saidMs >= countedMs)
  const homeMonths = (homes.length * Math.max(0, toMs - countedMs)) / MONTH_MS
  const rate = (fits: (judged: JudgedAlert) => boolean): number =>
    homeMonths === 0 ? 0 : counted.filter(fits).length / homeMonths
  return {
    homeMonths,
    byKind: new Map(
      ALERT_KIND_NAMES.map((kind) => [
        kind,
        {
          right: rate(({ alert, right }) => alert.kind === kind && right),
          wrong: rate(({ alert, right }) => alert.kind === kind && !right),
        },
      ]),
    ),
    bySeverity: new Map(
      SEVERITIES.map((severity) => [
        severity,
        rate(({ alert, right }) => isKnock(alert) && !right && alert.severity === severity),
      ]),
    ),
  }
}
