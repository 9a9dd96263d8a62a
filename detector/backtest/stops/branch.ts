import { HOUR_MS } from '../../../domain/time.ts'
import type { LifeContext } from '../../core/life/fold.ts'
import type { Profile } from '../../core/observation.ts'
import { newFeed, nextDay, takeRow, type Feed } from '../feed.ts'
import type { BacktestHome } from '../home.ts'
import { cloneBacktestJudge, foldBacktestJudge, type BacktestJudge } from '../judge.ts'
import type { Series } from '../series.ts'
import { HORIZON_DAYS, type Stop } from './plan-stops.ts'
import { silenceMeter } from './silence-meter.ts'

/** A home whose life has stopped, beside the same home that lives on: the same past, another future. */
export interface Branch {
  readonly stop: Stop
  readonly feed: Feed
  /** Per contender; null once it has found the stop, or where an alert stood open when life stopped. */
  readonly judges: (BacktestJudge | null)[]
  /** Per contender: hours until it was found, NaN while it has not been, -1 where an alert was open already. */
  readonly delayHours: number[]
}

/** How soon each contender found one stop. */
export interface StopResult {
  readonly household: string
  readonly round: number
  readonly onsetMs: number
  /** Per contender: hours, at most the horizon's (never found); null where an alert was open already. */
  readonly delayHours: readonly (number | null)[]
}

const ALREADY_OPEN = -1
export const NEVER_FOUND_HOURS = HORIZON_DAYS * 24

/** Stops the life of a home that has been folded up to `stop.onsetMs`; null where none of its meters could show it. */
export function branchOff(
  stop: Stop,
  profile: Profile,
  series: readonly Series[],
  homes: readonly BacktestHome[],
): Branch | null {
  const silent = series.map((one) => silenceMeter(one, stop.onsetMs, profile.timezone))
  if (silent.every((one) => one === null)) return null
  const feed = newFeed(silent.map((one, at) => one ?? emptyLike(series[at])))
  const judges: (BacktestJudge | null)[] = []
  const delayHours: number[] = []
  for (const { judge, open } of homes) {
    const isOpen = [...open.values()].some(({ kind }) => kind === 'inactivity')
    judges.push(isOpen ? null : cloneBacktestJudge(judge))
    delayHours.push(isOpen ? ALREADY_OPEN : NaN)
  }
  return { stop, feed, judges, delayHours }
}

/** Folds one day of the stopped home. @returns whether anything remains to be folded. */
export function foldBranchDay(branch: Branch, day: number, contexts: readonly LifeContext[]): boolean {
  for (let row = takeRow(branch.feed, day); row !== null; row = takeRow(branch.feed, day)) {
    for (const [at, judge] of branch.judges.entries()) {
      const context = contexts[at]
      if (judge === null || context === undefined) continue
      const found = foldBacktestJudge(judge, row, context).find(
        ({ type, kind }) => type === 'raise' && kind === 'inactivity',
      )
      if (found === undefined) continue
      branch.delayHours[at] = (found.atMs - branch.stop.onsetMs) / HOUR_MS
      branch.judges[at] = null
    }
  }
  return nextDay(branch.feed) !== Infinity && branch.judges.some((judge) => judge !== null)
}

export function resultOf({ stop, delayHours }: Branch): StopResult {
  return {
    household: stop.household,
    round: stop.round,
    onsetMs: stop.onsetMs,
    delayHours: delayHours.map((hours) =>
      hours === ALREADY_OPEN
        ? null
        : Number.isNaN(hours)
          ? NEVER_FOUND_HOURS
          : Math.min(hours, NEVER_FOUND_HOURS),
    ),
  }
}

function emptyLike(series: Series | undefined): Series {
  if (series === undefined) throw new Error('a branch has as many meters as its home')
  const none = new Float64Array(0)
  return { ...series, length: 0, endMs: none, intervalMs: none, amount: new Float32Array(0) }
}
