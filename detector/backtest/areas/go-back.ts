import type { EpochMs } from '../../../domain/time.ts'
import { SUPPLY_MARGIN_MS } from '../../core/area/supply.ts'
import type { LifeContext } from '../../core/life/fold.ts'
import { dayOf } from '../../core/life/hour.ts'
import type { Observation } from '../../core/observation.ts'
import { bytesOfState, type HomeState } from '../../core/state/home-state.ts'
import { foldObservation, type BacktestHome } from '../home.ts'
import { reachedInBacktest } from '../judge.ts'
import type { News } from './news.ts'
import type { Copy } from './past.ts'

/** Before the first observation: what the home will hear of its areas. */
export function expectNews(home: BacktestHome, news: readonly News[]): void {
  home.news = news
  home.past.dueMs = nextDue(home)
}

/** Folds the next observation of the home. */
export function foldOnward(home: BacktestHome, observation: Observation, context: LifeContext): void {
  const { past } = home
  if (observation.endMs > past.dueMs) keepCopies(home, observation.endMs)
  if (past.copies.length > 0) past.rows.push(observation)
  foldObservation(home, observation, context)
}

/** Takes the next news: the home goes back to where it begins and is folded again, knowing of it. */
export function hearNews(home: BacktestHome, context: LifeContext): void {
  const { past, member } = home
  const [news, ...later] = home.news
  if (news === undefined) return
  home.news = later
  member.outages = news.outages
  home.isChanged = true
  const place = past.copies.findIndex(({ pointMs }) => pointMs === pointOf(news))
  const copy = past.copies[place]
  if (copy !== undefined) {
    takeBackDays(home, copy.pointMs)
    restore(home, copy)
    past.copies = past.copies.slice(0, place + 1)
    const again = past.rows.splice(copy.from)
    past.dueMs = nextDue(home)
    for (const observation of again) foldOnward(home, observation, context)
  }
  const points = new Set(later.map(pointOf))
  past.copies = past.copies.filter(({ pointMs }) => points.has(pointMs))
  if (past.copies.length === 0) past.rows = []
  past.dueMs = nextDue(home)
}

function pointOf({ fromMs }: News): EpochMs {
  return fromMs - SUPPLY_MARGIN_MS
}

function nextDue({ news, past }: BacktestHome): EpochMs {
  let dueMs = Infinity
  for (const each of news) {
    const pointMs = pointOf(each)
    if (pointMs < dueMs && past.copies.every((copy) => copy.pointMs !== pointMs)) dueMs = pointMs
  }
  return dueMs
}

/** All copies that are due before an observation that ends at `endMs`. */
function keepCopies(home: BacktestHome, endMs: EpochMs): void {
  const { past, events } = home
  const records = statesOf(home).map((state) => bytesOfState(state).slice())
  for (; past.dueMs < endMs; past.dueMs = nextDue(home)) {
    const copy: Copy = { pointMs: past.dueMs, records, events: [...events], from: past.rows.length }
    past.copies = [...past.copies, copy]
  }
}

function restore(home: BacktestHome, { records, events }: Copy): void {
  statesOf(home).forEach((state, at) => bytesOfState(state).set(records[at] ?? []))
  home.events = [...events]
}

/** What of a home hangs on its observations. */
function statesOf({ judge, trend }: BacktestHome): HomeState[] {
  const own = 'core' in judge ? [judge.core] : []
  return trend === null ? own : [...own, trend.state]
}

function takeBackDays({ judge, past, nowMs }: BacktestHome, fromMs: EpochMs): void {
  for (let day = dayOf(fromMs); day <= dayOf(nowMs); day++) {
    if (past.redone.some((each) => each.day === day)) continue
    past.redone.push({ day, reached: reachedInBacktest(judge, day) })
  }
}
