import type { EpochMs } from '../../domain/time.ts'
import type { Member } from '../core/area/member.ts'
import { foldReturn } from '../core/area/return-to-life.ts'
import { isSupplyGone } from '../core/area/supply.ts'
import type { HomeEvent } from '../core/home-event.ts'
import { isSignOfLife } from '../core/judge.ts'
import type { LifeContext } from '../core/life/fold.ts'
import type { Matters } from '../core/matters.ts'
import { NONE } from '../core/none.ts'
import type { Observation, Profile } from '../core/observation.ts'
import { foldTrend } from '../core/trend/fold-trend.ts'
import type { BacktestAlert } from './alert.ts'
import type { News } from './areas/news.ts'
import { newPast, type Past } from './areas/past.ts'
import type { Contender } from './contender.ts'
import { cloneBacktestJudge, foldBacktestJudge, newBacktestJudge, type BacktestJudge } from './judge.ts'
import { newBacktestTrend, type BacktestTrend } from './trend.ts'

/** One home as one contender judges it: what is known of it so far, and what was said. */
export interface BacktestHome {
  readonly profile: Profile
  readonly judge: BacktestJudge
  readonly steps: readonly Step[]
  /** Only where all kinds are judged. */
  readonly trend: BacktestTrend | null
  /** What its areas have told it by now; of neighbours that are away it hears nothing. */
  readonly member: Pick<Member, 'outages' | 'groups' | 'away'>
  readonly absences: readonly []
  /** What they will have told it, the next first; nothing that is judged looks at it. */
  news: readonly News[]
  /** What to go back to when an outage comes to be known. */
  readonly past: Past
  /** What the fold has said of matters that are not over. */
  events: HomeEvent[]
  said: Matters
  /** Up to here it is folded. */
  nowMs: EpochMs
  /** When it last heard of its areas. */
  heardMs: EpochMs
  /** Its events are others than when its matters were last told. */
  isChanged: boolean
  /** When something that is held is to be looked at again. */
  wakeMs: EpochMs
  readonly alerts: BacktestAlert[]
  /** Whether alerts keep their words. */
  readonly worded: boolean
}

type Say = (event: HomeEvent) => void

/** Works one observation into the part of a home's state that is its own, and says what it finds. */
type Step = (home: BacktestHome, observation: Observation, context: LifeContext, say: Say) => void

/** What each observation goes through, in order. Another kind of alert is another step with a state of its own. */
const STEPS: readonly Step[] = [judgeSilence, watchReturn, seeTrend]
/** Where only `inactivity` is compared. */
const SILENCE_ONLY: readonly Step[] = [judgeSilence, watchReturn]

function judgeSilence(
  { judge }: BacktestHome,
  observation: Observation,
  context: LifeContext,
  say: Say,
): void {
  const findings = foldBacktestJudge(judge, observation, context)
  for (const finding of findings) if (finding.type !== 'retract') say({ meter: -1, finding })
}

function watchReturn(
  { judge, member }: BacktestHome,
  observation: Observation,
  _: LifeContext,
  say: Say,
): void {
  if ('core' in judge) foldReturn(judge.core, member.outages, observation, say)
}

function seeTrend({ trend, judge }: BacktestHome, observation: Observation, _: LifeContext, say: Say): void {
  if (trend === null || !('core' in judge)) return
  foldTrend(trend.state, observation, isSignOfLife(judge.core, observation), say)
}

export function newBacktestHome(contender: Contender, profile: Profile): BacktestHome {
  return {
    profile,
    judge: newBacktestJudge(contender, profile),
    steps: contender.full ? STEPS : SILENCE_ONLY,
    trend: contender.full ? newBacktestTrend(profile) : null,
    member: { outages: NONE, groups: NONE, away: NONE },
    absences: [],
    news: NONE,
    past: newPast(),
    events: [],
    said: new Map(),
    nowMs: -Infinity,
    heardMs: -Infinity,
    isChanged: false,
    wakeMs: Infinity,
    alerts: [],
    worded: contender.full,
  }
}

/** Folds an observation; what it says is told when all of its moment have been folded (`passTime`). */
export function foldObservation(home: BacktestHome, observation: Observation, context: LifeContext): void {
  const { member, profile, steps } = home
  // What cannot flow is no evidence that nobody was there.
  const isGone = member.outages.length > 0 && isSupplyGone(profile, member.outages, observation)
  const seen = isGone ? { ...observation, measured: false } : observation
  const say = (event: HomeEvent): void => {
    home.events.push(event)
    home.isChanged = true
  }
  for (const step of steps) step(home, seen, context, say)
  home.nowMs = observation.endMs
}

/** The same home as far as its silence goes, on its way into another future: what follows changes nothing of the first. */
export function cloneSilence(home: BacktestHome): BacktestHome {
  const { member, past, judge } = home
  return {
    ...home,
    judge: cloneBacktestJudge(judge),
    steps: SILENCE_ONLY,
    trend: null,
    member: { ...member },
    past: { ...past, rows: [...past.rows], redone: [] },
    events: home.events.filter(({ finding }) => finding.kind === 'inactivity'),
    said: new Map([...home.said].filter(([, { raise }]) => raise.kind === 'inactivity')),
    alerts: [],
    worded: false,
  }
}
