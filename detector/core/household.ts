import type { Explanation, Finding } from '../../domain/finding.ts'
import { DAY_MS, LATENESS_MS, type EpochMs } from '../../domain/time.ts'
import { newMember, noteHours, type Member } from './area/member.ts'
import { hourOf } from './area/outage.ts'
import { addDay, CLOSED_AFTER_DAYS, type Pool } from './area/pool.ts'
import { foldReturn, newReturn, type ReturnState } from './area/return-to-life.ts'
import { isSupplyGone } from './area/supply.ts'
import { tellBlindness } from './devices/blind.ts'
import { foldDevices } from './devices/fold.ts'
import { offlineSince } from './devices/offline.ts'
import { COLUMN, get, newDevices, type DeviceState } from './devices/state.ts'
import { holdOutcome, rememberReturn, type HomeAbsence } from './holds.ts'
import type { HomeEvent } from './home-event.ts'
import { cloneJudge, foldJudge, newJudge, reachedOnDay, silentSinceOf, type JudgeState } from './judge.ts'
import type { LifeContext } from './life/fold.ts'
import type { Hole } from './listening.ts'
import { gatherMatters, matterKey, sayDifference, type Matters } from './matters.ts'
import type { Profile } from './observation.ts'
import { reasonNeighboursMoved } from './retract-reasons.ts'
import { forget, newRewind, refold, take, type Folder, type Rewind } from './rewind.ts'
import { foldTrend } from './trend/fold-trend.ts'
import { dropEnded, newHomeTrend, settleTrend, type HomeTrend } from './trend/home-trend.ts'
import { newTrendState, type TrendState } from './trend/state.ts'
import type { VillageIndex } from './trend/village-index.ts'
import { findPlace, FLAG, MAX_ITEMS, type Item, type Window } from './window.ts'

/** What is rewound: everything that follows from the readings in their order. */
export interface HomeState {
  readonly judge: JudgeState
  readonly devices: DeviceState
  readonly trend: TrendState
  /** The newest measured interval's end; -Infinity before the first. */
  measuredMs: EpochMs
  readonly back: ReturnState
}

/** A clock ahead, which has no place in event time: told by receipt. */
export interface Skew {
  readonly meter: number
  readonly onsetMs: EpochMs
  lastMs: EpochMs
}

/** One home: its fold with what it needs to put late data right, and what has been said of it. */
export interface Home {
  readonly key: string
  readonly profile: Profile
  /** Its time zone is the installation's and moves with it. */
  readonly followsZone: boolean
  readonly rewind: Rewind<HomeState, HomeEvent>
  /** Newest reading of any kind, per meter; -Infinity before the first. */
  readonly newestMs: Float64Array
  /** Onset of the silence that the clock called `meter-offline`, per meter; NaN: none. */
  readonly offlineMs: Float64Array
  readonly absences: HomeAbsence[]
  readonly skews: Skew[]
  /** What of it concerns its areas. */
  readonly member: Member
  /** Events that hang on receipt, not on event time; kept until their matter is over. */
  loose: HomeEvent[]
  readonly trend: HomeTrend
  said: Matters
  /** UTC days (since 1970) that this home has added to the area's budget: the last few, and the newest of all. */
  readonly closedDays: Float64Array
  /** The matters may change without an event once measured data reaches this time. */
  wakeMs: EpochMs
}

/** What a home is folded with. */
export interface HomeContext {
  readonly life: LifeContext
  readonly pool: Pool
  readonly village: VillageIndex
  readonly holes: readonly Hole[]
}

/** More days than late readings can be spread over. */
export const CLOSED_DAYS = 16

export function newHome(key: string, profile: Profile, followsZone: boolean): Home {
  const meters = profile.meters.length
  const state: HomeState = {
    judge: newJudge(profile),
    devices: newDevices(meters),
    trend: newTrendState(meters),
    measuredMs: -Infinity,
    back: newReturn(),
  }
  return {
    key,
    profile,
    followsZone,
    rewind: newRewind(state, { fold() {}, clone: cloneHomeState }),
    newestMs: new Float64Array(meters).fill(-Infinity),
    offlineMs: new Float64Array(meters).fill(NaN),
    absences: [],
    skews: [],
    member: newMember(),
    loose: [],
    trend: newHomeTrend(meters),
    said: new Map(),
    closedDays: new Float64Array(CLOSED_DAYS + 1),
    wakeMs: Infinity,
  }
}

export function cloneHomeState(state: HomeState): HomeState {
  return {
    judge: cloneJudge(state.judge),
    devices: state.devices.slice(),
    trend: state.trend.slice(),
    measuredMs: state.measuredMs,
    back: state.back.slice(),
  }
}

/** Takes an item; `settle` works what was taken. */
export function takeItem(home: Home, item: Item): 'taken' | 'known' | 'behind' {
  const fate = take(home.rewind, item)
  if (fate === 'taken') noteHours(home.member, hourOf(item.endMs - item.intervalMs), hourOf(item.endMs - 1))
  if (fate === 'taken' && item.endMs > (home.newestMs[item.meter] ?? Infinity)) {
    home.newestMs[item.meter] = item.endMs
  }
  return fate
}

/** Folds what was taken and says what has changed by it, no more. `why`: the reason of retractions, where it is known. */
export function settle(home: Home, context: HomeContext, why?: Explanation): Finding[] {
  const changed = refold(home.rewind, folderOf(home, context))
  const isAwake = home.rewind.head.measuredMs >= home.wakeMs
  const trend = settleTrend(home, home.rewind.head.trend, 0, context.village)
  const isNew = changed || isAwake || hasReturned(home)
  const reason = !isNew && trend === 'neighbours' ? reasonNeighboursMoved() : why
  const findings = isNew || trend !== null ? restate(home, context, reason) : []
  for (const key of dropEnded(home.trend)) home.said.delete(key)
  forgetSettled(home)
  return findings
}

/** What is not told by items (an outage of its area) has changed: the home is folded again from there. */
export function refoldFrom(home: Home, fromMs: EpochMs): void {
  const { rewind } = home
  const index = findPlace(rewind.window, fromMs, 0, 0)
  rewind.dirtyFrom = Math.min(rewind.dirtyFrom, index)
  wake(home)
}

/** Compares what was said with what is so. */
export function restate(home: Home, context: HomeContext, why?: Explanation): Finding[] {
  const now = currentMatters(home, context)
  const findings = sayDifference(home.said, now, newestOf(home), why)
  home.said = now
  dropFinished(home)
  return findings
}

function folderOf(home: Home, context: HomeContext): Folder<HomeState, HomeEvent> {
  return {
    fold: (state, window, index, say) => foldItem(home, state, window, index, context, say),
    clone: cloneHomeState,
  }
}

function foldItem(
  home: Home,
  state: HomeState,
  window: Window,
  index: number,
  context: HomeContext,
  say: (event: HomeEvent) => void,
): void {
  foldDevices(state.devices, window, index, home.profile, context.holes, say)
  const flags = window.flags[index] ?? 0
  if ((flags & FLAG.fault) !== 0) return
  const endMs = window.endMs[index] ?? 0
  const amount = window.amount[index] ?? NaN
  const measured = (flags & FLAG.measured) !== 0
  if (measured) {
    state.measuredMs = endMs
    closeDayOf(home, state, Math.floor(endMs / DAY_MS) - CLOSED_AFTER_DAYS, context.pool)
  }
  const observation = {
    meter: window.meter[index] ?? 0,
    endMs,
    intervalMs: window.intervalMs[index] ?? 0,
    amount: Number.isNaN(amount) ? null : amount,
    // What cannot flow is no evidence that nobody was there.
    measured: measured && !isSupplyGone(home, window, index),
  }
  for (const finding of foldJudge(state.judge, observation, context.life)) {
    if (finding.type !== 'retract') say({ meter: -1, finding })
  }
  foldReturn(state.back, state.judge, home, endMs, say)
  if (!measured) return
  const silentSinceMs = silentSinceOf(state.judge)
  const sign = silentSinceMs === null ? null : silentSinceMs === endMs
  foldTrend(state.trend, 0, home.profile, observation, sign, say)
}

/**
 * Adds a day of this home to the area's budget, with the first measured item that arrives of the day on which nothing can
 * change it any more. A day that has no such item (the home had a gap) is not made up for: others have gone by without it.
 */
function closeDayOf(home: Home, state: HomeState, day: number, pool: Pool): void {
  if (home.closedDays[day % CLOSED_DAYS] === day || day <= (home.closedDays[CLOSED_DAYS] ?? 0) - CLOSED_DAYS)
    return
  home.closedDays[day % CLOSED_DAYS] = day
  home.closedDays[CLOSED_DAYS] = Math.max(day, home.closedDays[CLOSED_DAYS] ?? 0)
  const reached = reachedOnDay(state.judge, day)
  if (reached !== null) addDay(pool, day, reached)
}

function currentMatters(home: Home, context: HomeContext): Matters {
  const events: HomeEvent[] = [...clockEvents(home, context), ...home.loose]
  for (const said of home.rewind.events) events.push(said.event)
  for (const said of home.trend.events) events.push(said.event)
  const matters = gatherMatters(events)
  home.wakeMs = Infinity
  tellBlindness(home, matters)
  for (const [key, outcome] of matters) matters.set(key, holdOutcome(home, outcome, matters))
  return matters
}

/** Silences that the clock has called offline and that no reading has ended or filled since. */
function clockEvents(home: Home, context: HomeContext): HomeEvent[] {
  const events: HomeEvent[] = []
  const { devices } = home.rewind.head
  for (let meter = 0; meter < home.offlineMs.length; meter++) {
    const onsetMs = home.offlineMs[meter] ?? NaN
    if (Number.isNaN(onsetMs)) continue
    const raise =
      get(devices, meter, COLUMN.lastMs) === onsetMs
        ? offlineSince(devices, meter, home.profile, context.holes)
        : null
    if (raise === null) home.offlineMs[meter] = NaN
    else events.push(raise)
  }
  return events
}

/** A meter that the clock called offline has a newer reading (or fewer) than it had then. */
function hasReturned(home: Home): boolean {
  for (let meter = 0; meter < home.offlineMs.length; meter++) {
    const onsetMs = home.offlineMs[meter] ?? NaN
    if (Number.isNaN(onsetMs)) continue
    if (get(home.rewind.head.devices, meter, COLUMN.lastMs) !== onsetMs) return true
  }
  return false
}

/**
 * Lateness is counted against each meter's own newest time, so a home remembers as far back as its slowest meter needs;
 * but one that has been mute for longer than the lateness itself is not waited for.
 */
function forgetSettled(home: Home): void {
  let slowestMs = Infinity
  let newestMs = -Infinity
  for (const meterMs of home.newestMs) {
    if (meterMs === -Infinity) continue
    if (meterMs < slowestMs) slowestMs = meterMs
    if (meterMs > newestMs) newestMs = meterMs
  }
  if (newestMs === -Infinity) return
  const { window, events } = home.rewind
  const horizonMs = Math.max(slowestMs, newestMs - LATENESS_MS) - LATENESS_MS
  if ((window.endMs[0] ?? Infinity) > horizonMs && window.length < MAX_ITEMS) return
  forget(home.rewind, horizonMs)
  if ((events[0]?.index ?? 0) < 0) dropFinished(home)
}

/** Lets go of matters that are over and that nothing can change any more. */
function dropFinished(home: Home): void {
  const { rewind } = home
  const all = [...home.loose, ...rewind.events.map(({ event }) => event)]
  if (all.length === 0 && home.said.size === 0) return
  const pending = new Set<string>()
  for (const { index, event } of rewind.events) {
    if (index >= 0) pending.add(keyOf(event))
  }
  for (const onsetMs of home.offlineMs) {
    if (!Number.isNaN(onsetMs)) pending.add(matterKey('meter-offline', onsetMs))
  }
  const finished = new Set<string>()
  for (const [key, outcome] of gatherMatters(all)) {
    if (outcome.clear === null || pending.has(key)) continue
    rememberReturn(home, outcome)
    finished.add(key)
  }
  if (finished.size === 0) return
  rewind.events = rewind.events.filter(({ event }) => !finished.has(keyOf(event)))
  home.loose = home.loose.filter((event) => !finished.has(keyOf(event)))
  for (const key of finished) home.said.delete(key)
}

function keyOf({ finding }: HomeEvent): string {
  return matterKey(finding.kind, finding.onsetMs)
}

/** Whatever hangs on receipt has changed: compare at the next `settle`, whatever the readings say. */
export function wake(home: Home): void {
  home.wakeMs = -Infinity
}

export function newestOf(home: Home): EpochMs {
  return home.newestMs.reduce((newest, meterMs) => Math.max(newest, meterMs), -Infinity)
}
