import { areaOf } from '../../../domain/area.ts'
import { DAY_MS, HOUR_MS } from '../../../domain/time.ts'
import { hourOf, wallMs } from '../../core/local-time.ts'
import type { BacktestAlert } from '../alert.ts'
import type { History } from '../fold-history.ts'
import type { Portrait } from '../portrait.ts'
import { isScored, quantile, scoreContender, spentBy } from '../score/score.ts'
import type { HomeResult } from '../share.ts'
import { drawTimeline } from './draw-timeline.ts'
import {
  MOST_ROWS,
  MOST_TIMELINE_CHARS,
  MOST_TIMELINES,
  type ReportContender,
  type ReportData,
  type ReportHome,
  type ReportSource,
  type ReportTimeline,
} from './report-data.ts'

const AHEAD_DAYS = 31

/**
 * Gathers what the page shows.
 * @param chosen the contender whose alerts are told in words.
 * @param askPortraits of the homes that get a timeline.
 */
export async function gatherReport(
  source: ReportSource,
  history: History,
  chosen: number,
  alerts: readonly BacktestAlert[],
  askPortraits: (households: readonly string[]) => Promise<readonly Portrait[]>,
): Promise<ReportData> {
  const { homes } = history
  const firstDay = Math.min(...homes.map((home) => localDay(home, home.firstMs)))
  const lastDay = Math.max(firstDay, lastOf(homes.map((home) => localDay(home, home.lastMs - 1))))
  const costliest = homes.toSorted(
    (a, b) => alertsOf(b, chosen) - alertsOf(a, chosen) || (a.household < b.household ? -1 : 1),
  )
  const rows = costliest.slice(0, MOST_ROWS).map((home) => rowOf(home))
  const timelines = await drawTimelines(costliest.slice(0, MOST_TIMELINES), alerts, askPortraits)
  const placeOf = new Map(timelines.map(({ id }, at) => [id, at]))
  return {
    ...source,
    fromMs: firstDay * DAY_MS,
    toMs: lastDay * DAY_MS,
    homesInFile: homes.length,
    chosen,
    firstDay,
    contenders: history.contenders.map((contender, at): ReportContender => ({
      ...scoreContender(contender, at, homes, history.stops),
      ...countAlerts(homes, at, firstDay, lastDay),
    })),
    homes: rows.map((row) => ({ ...row, timeline: placeOf.get(row.id) ?? -1 })),
    rowsLeftOut: homes.length - rows.length,
    timelines,
    timelinesLeftOut: homes.length - timelines.length,
  }
}

function rowOf(home: HomeResult): ReportHome {
  const spent = home.alerts.map((_, at) => spentBy(home, at))
  return {
    id: home.household,
    meters: home.meters.map(({ kind }) => kind),
    scored: isScored(home),
    months: rounded(home.observedMonths),
    alerts: spent.map(({ raised }) => raised),
    underHours: spent.map(({ openMs }) => Math.round(openMs / HOUR_MS)),
    observedDays: home.observedDays,
    lifelessDays: home.lifelessDays,
    timeline: -1,
  }
}

/** When alerts were raised, by the homes' own clocks: all that reached a person, also in the first four weeks. */
function countAlerts(homes: readonly HomeResult[], at: number, firstDay: number, lastDay: number) {
  const byDay = Array.from({ length: lastDay - firstDay + 1 }, () => 0)
  const byHour = Array.from({ length: 24 }, () => 0)
  for (const home of homes) {
    const times = home.alerts[at] ?? new Float64Array(0)
    for (let i = 0; i < times.length; i += 2) {
      const wall = wallMs(home.timezone, times[i] ?? 0)
      if (wall > (lastDay + 1) * DAY_MS) continue
      // The midnight that ends the last day is still of it.
      const day = Math.min(lastDay, Math.floor(wall / DAY_MS)) - firstDay
      byDay[day] = (byDay[day] ?? 0) + 1
      byHour[hourOf(wall)] = (byHour[hourOf(wall)] ?? 0) + 1
    }
  }
  return { byDay, byHour }
}

/** As many as the limits allow, in the order given. */
async function drawTimelines(
  homes: readonly HomeResult[],
  alerts: readonly BacktestAlert[],
  askPortraits: (households: readonly string[]) => Promise<readonly Portrait[]>,
): Promise<ReportTimeline[]> {
  const portraits = await askPortraits(homes.map(({ household }) => household))
  const portraitOf = new Map(portraits.map((portrait) => [portrait.household, portrait]))
  const worded = Map.groupBy(alerts.flatMap(byHome), ([household]) => household)
  const timelines: ReportTimeline[] = []
  let chars = 0
  for (const home of homes) {
    const portrait = portraitOf.get(home.household)
    if (portrait === undefined) continue
    const timeline = drawTimeline(
      portrait,
      home,
      (worded.get(home.household) ?? []).map(([, alert]) => alert),
    )
    chars += JSON.stringify(timeline).length
    if (chars > MOST_TIMELINE_CHARS) break
    timelines.push(timeline)
  }
  return timelines
}

/** An area's outage is told with each home that it names as dark. */
function byHome(alert: BacktestAlert): (readonly [string, BacktestAlert])[] {
  const { households } = alert.evidence
  if (areaOf(alert.household) === null) return [[alert.household, alert]]
  return Array.isArray(households) ? households.map((household: string) => [household, alert] as const) : []
}

/** The last day, but of a meter whose clock ran months ahead of all others: it must not stretch the picture. */
function lastOf(days: readonly number[]): number {
  const usual = quantile(days, 0.9) ?? 0
  return Math.max(...days.filter((day) => day <= usual + AHEAD_DAYS))
}

function alertsOf(home: HomeResult, at: number): number {
  return (home.alerts[at]?.length ?? 0) / 2
}

function localDay(home: HomeResult, timeMs: number): number {
  return Math.floor(wallMs(home.timezone, timeMs) / DAY_MS)
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
