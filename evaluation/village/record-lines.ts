import { toIso } from '../../domain/time.ts'
import type { SettledCounty } from './county.ts'
import type { Scored } from './score-alerts.ts'

/** One JSON object a line: each incident with what became of it, each alert with what lay behind it. */
export function recordLines(county: SettledCounty, scored: Scored): string[] {
  const homes = new Map(county.homes.map((home) => [home.household, home]))
  const incidents = scored.incidents.map(({ incident, ...found }) => {
    const { fromMs, toMs, households, ...details } = incident
    return { record: 'incident', from: toIso(fromMs), to: toIso(toMs), households, ...details, ...found }
  })
  const alerts = [...scored.alerts, ...scored.held].map(({ alert, right, cause }) => {
    const { household, kind, severity, onsetMs, raisedMs, saidMs, endedMs, retracted, held } = alert
    const reached = saidMs !== Infinity
    return {
      record: 'alert',
      household,
      persona: homes.get(household)?.persona ?? null,
      kind,
      severity,
      onset: toIso(onsetMs),
      raisedAt: reached ? toIso(raisedMs) : null,
      saidAt: reached ? toIso(saidMs) : null,
      held: held === null ? null : { reason: held.reason, since: toIso(held.sinceMs) },
      endedAt: endedMs === null ? null : toIso(endedMs),
      retracted,
      right,
      cause,
    }
  })
  return [...incidents, ...alerts].map((line) => JSON.stringify(line))
}
