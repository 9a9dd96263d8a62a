import type { Finding } from '../../domain/finding.ts'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import { holdOutcome } from '../core/holds.ts'
import type { LifeContext } from '../core/life/fold.ts'
import { gatherMatters, matterKey, sayDifference } from '../core/matters.ts'
import { dropEnded, settleTrend } from '../core/trend/home-trend.ts'
import type { VillageIndex } from '../core/trend/village-index.ts'
import { applyFindings } from './alert.ts'
import { hearNews } from './areas/go-back.ts'
import type { BacktestHome } from './home.ts'

/**
 * All observations that end before `toMs` are folded: tells what they have said, and what else happens before it, each at its
 * moment: what the home hears of its areas, and what comes out of its hold.
 */
export function passTime(home: BacktestHome, toMs: EpochMs, context: LifeContext): void {
  if (!home.isChanged && home.wakeMs >= toMs && home.news.length === 0) return
  for (;;) {
    const newsMs = home.news[0]?.atMs ?? Infinity
    const nextMs = Math.min(newsMs, home.wakeMs)
    if (home.isChanged && home.nowMs < Math.min(nextMs, toMs)) tell(home)
    else if (nextMs < toMs) {
      home.nowMs = Math.max(home.nowMs, nextMs)
      if (newsMs === nextMs) {
        home.heardMs = nextMs
        hearNews(home, context)
      }
      tell(home)
    } else return
  }
}

/** Judges the days that all neighbours have told of, and tells what has changed by it. */
export function judgeTrend(home: BacktestHome, village: VillageIndex): void {
  const { trend } = home
  if (trend === null || settleTrend(trend, trend.state, village) === null) return
  tell(home)
  for (const key of dropEnded(trend.trend)) home.said.delete(key)
}

/** Compares what was said with what is so: what has become an alert, and what is over. */
function tell(home: BacktestHome): void {
  const { alerts, worded, heardMs, nowMs, trend } = home
  home.isChanged = false
  home.wakeMs = Infinity
  const events = trend === null ? [] : trend.trend.events.map(({ event }) => event)
  const matters = gatherMatters([...home.events, ...events])
  for (const [key, outcome] of matters) matters.set(key, holdOutcome(home, outcome, matters, nowMs))
  applyFindings(alerts, sayDifference(home.said, matters, nowMs), worded, (finding) =>
    restsOn(finding, heardMs, nowMs),
  )
  home.said = matters
  if (home.past.copies.length === 0) dropFinished(home)
}

/** Whatever is said when the home hears of its areas rests on that, and so does whatever is said of the days before it. */
function restsOn({ atMs }: Finding, heardMs: EpochMs, nowMs: EpochMs): EpochMs {
  const isNew = heardMs === nowMs || atMs < Math.floor(heardMs / DAY_MS) * DAY_MS
  return isNew ? heardMs : -Infinity
}

/** Lets go of matters that are over and that nothing can change any more. */
function dropFinished(home: BacktestHome): void {
  const finished = new Set(
    home.events.flatMap(({ finding }) =>
      finding.type === 'clear' ? matterKey(finding.kind, finding.onsetMs) : [],
    ),
  )
  for (const key of finished) if (home.said.get(key)?.clear === null) finished.delete(key)
  if (finished.size === 0) return
  for (const key of finished) home.said.delete(key)
  home.events = home.events.filter(({ finding }) => !finished.has(matterKey(finding.kind, finding.onsetMs)))
}
