import { DAY_MS, HOUR_MS } from '../../../domain/time.ts'
import type { LifeContext } from '../../core/life/fold.ts'
import type { Profile } from '../../core/observation.ts'
import { newFeed, nextDay, takeRow, type Feed } from '../feed.ts'
import { foldOnward } from '../areas/go-back.ts'
import { cloneSilence, type BacktestHome } from '../home.ts'
import { passTime } from '../pass-time.ts'
import type { Series } from '../series.ts'
import { HORIZON_DAYS, type Stop } from './plan-stops.ts'
import { silenceMeter } from './silence-meter.ts'

/** A home whose life has stopped, beside the same home that lives on: the same past, another future. */
export interface Branch {
  readonly stop: Stop
  readonly feed: Feed
  /** Per contender, as far as its silence goes; null once it has found the stop, or where an alert stood open when life stopped. */
  readonly homes: (BacktestHome | null)[]
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
  const isOpen = homes.map(({ alerts }) =>
    alerts.some(({ kind, clearedAtMs }) => kind === 'inactivity' && clearedAtMs === null),
  )
  return {
    stop,
    feed,
    homes: homes.map((home, at) => (isOpen[at] === true ? null : cloneSilence(home))),
    delayHours: isOpen.map((open) => (open ? ALREADY_OPEN : NaN)),
  }
}

/** Folds one day of the stopped home. @returns whether anything remains to be folded. */
export function foldBranchDay(branch: Branch, day: number, contexts: readonly LifeContext[]): boolean {
  for (let row = takeRow(branch.feed, day); row !== null; row = takeRow(branch.feed, day)) {
    for (const [at, home] of branch.homes.entries()) {
      const context = contexts[at]
      if (home === null || context === undefined) continue
      passTime(home, row.endMs, context)
      foldOnward(home, row, context)
    }
  }
  for (const [at, home] of branch.homes.entries()) {
    const context = contexts[at]
    if (home === null || context === undefined) continue
    passTime(home, (day + 1) * DAY_MS + 1, context)
    const found = home.alerts.find(({ kind }) => kind === 'inactivity')
    if (found === undefined) continue
    branch.delayHours[at] = (found.raisedAtMs - branch.stop.onsetMs) / HOUR_MS
    branch.homes[at] = null
  }
  return nextDay(branch.feed) !== Infinity && branch.homes.some((home) => home !== null)
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
