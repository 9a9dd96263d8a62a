import type { Explanation, Finding } from '../../domain/finding.ts'
import { LATENESS_MS, type EpochMs } from '../../domain/time.ts'
import { newMember, noteItem, type Member } from './area/member.ts'
import { gapEvent } from './data-gap.ts'
import { tellBlindness } from './devices/blind.ts'
import { offlineSince } from './devices/offline.ts'
import { COLUMN, get } from './devices/state.ts'
import { foldHome, measuredMsIn, type HomeContext } from './fold-home.ts'
import { holdOutcome, rememberReturn, type HomeAbsence } from './holds.ts'
import { headOf } from './head.ts'
import type { HomeEvent } from './home-event.ts'
import { gatherMatters, matterKey, sayDifference, type Matters } from './matters.ts'
import type { Profile } from './observation.ts'
import { reasonNeighboursMoved } from './retract-reasons.ts'
import {
  forget,
  forgettableMs,
  newRewind,
  openFrom,
  refold,
  take,
  type Folder,
  type Rewind,
} from './rewind.ts'
import { newRecord, newRow, shelfFor, stateIn, type Records, type Shelf } from './state/records.ts'
import { newestIn, setNewest } from './state/row.ts'
import { copyRecord, release } from './state/slab.ts'
import { dropEnded, newHomeTrend, settleTrend, type HomeTrend } from './trend/home-trend.ts'
import type { Item } from './window.ts'

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
  /** Where the records of homes like it lie: its own are those of its rewind, and its row. */
  readonly shelf: Shelf
  readonly rewind: Rewind<number, HomeEvent>
  readonly row: number
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
  /** The matters may change without an event once measured data reaches this time. */
  wakeMs: EpochMs
}

export function newHome(key: string, profile: Profile, followsZone: boolean, records: Records): Home {
  const meters = profile.meters.length
  const shelf = shelfFor(records, profile)
  return {
    key,
    profile,
    followsZone,
    shelf,
    rewind: newRewind(newRecord(shelf, profile), meters, { fold() {}, ...copying(shelf) }),
    row: newRow(shelf),
    offlineMs: new Float64Array(meters).fill(NaN),
    absences: [],
    skews: [],
    member: newMember(),
    loose: [],
    trend: newHomeTrend(meters),
    said: new Map(),
    wakeMs: Infinity,
  }
}

/** A home that is no more gives its records back. */
export function endHome({ shelf, rewind, row }: Home): void {
  for (const { state } of rewind.ladder) release(shelf.slab, state)
  release(shelf.slab, rewind.head)
  release(shelf.rows, row)
  rewind.ladder = []
  rewind.head = -1
}

function copying({ slab }: Shelf): Pick<Folder<number, HomeEvent>, 'clone' | 'release'> {
  return { clone: (record) => copyRecord(slab, record), release: (record) => release(slab, record) }
}

/** Takes an item; `settle` works what was taken. */
export function takeItem(home: Home, item: Item): 'taken' | 'known' | 'behind' {
  const fate = take(home.rewind, item)
  if (fate !== 'taken') return fate
  const isNewest = item.endMs > newestMsOf(home, item.meter)
  noteItem(home.member, home.profile, item, isNewest)
  if (isNewest) setNewest(home.shelf.rows, home.row, item.meter, item.endMs)
  return fate
}

/** Folds what was taken and says what has changed by it, no more. `why`: the reason of retractions, where it is known. */
export function settle(home: Home, context: HomeContext, why?: Explanation): Finding[] {
  const changed = refold(home.rewind, folderOf(home, context))
  const head = headOf(home)
  const isAwake = measuredMsIn(head) >= home.wakeMs
  const trend = settleTrend(home, head, context.village)
  const isNew = changed || isAwake || hasReturned(home)
  const reason = !isNew && trend === 'neighbours' ? reasonNeighboursMoved() : why
  const findings = isNew || trend !== null ? restate(home, context, reason) : []
  for (const key of dropEnded(home.trend)) home.said.delete(key)
  forgetSettled(home)
  return findings
}

/** What is not told by items (an outage of its area) has changed: the home is folded again from there. */
export function refoldFrom(home: Home, fromMs: EpochMs): void {
  openFrom(home.rewind, fromMs)
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

function folderOf(home: Home, context: HomeContext): Folder<number, HomeEvent> {
  const { shelf, row, profile, member } = home
  return {
    fold: (record, item, say) =>
      foldHome(stateIn(shelf, record, profile), shelf.rows, row, member.outages, item, context, say),
    ...copying(shelf),
  }
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
  const head = headOf(home)
  for (let meter = 0; meter < home.offlineMs.length; meter++) {
    const onsetMs = home.offlineMs[meter] ?? NaN
    if (Number.isNaN(onsetMs)) continue
    const raise =
      get(head, meter, COLUMN.lastMs) === onsetMs
        ? offlineSince(head, meter, home.profile, context.holes)
        : null
    if (raise === null) home.offlineMs[meter] = NaN
    else events.push(raise)
  }
  const gap = events.length === 0 ? null : gapEvent(home, context)
  return gap === null ? events : [...events, gap]
}

/** A meter that the clock called offline has a newer reading (or fewer) than it had then. */
function hasReturned(home: Home): boolean {
  for (let meter = 0; meter < home.offlineMs.length; meter++) {
    const onsetMs = home.offlineMs[meter] ?? NaN
    if (Number.isNaN(onsetMs)) continue
    if (get(headOf(home), meter, COLUMN.lastMs) !== onsetMs) return true
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
  for (let meter = 0; meter < home.profile.meters.length; meter++) {
    const meterMs = newestMsOf(home, meter)
    if (meterMs === -Infinity) continue
    if (meterMs < slowestMs) slowestMs = meterMs
    if (meterMs > newestMs) newestMs = meterMs
  }
  if (newestMs === -Infinity) return
  const { events } = home.rewind
  const horizonMs = Math.max(slowestMs, newestMs - LATENESS_MS) - LATENESS_MS
  if (forgettableMs(home.rewind) > horizonMs) return
  forget(home.rewind, horizonMs, copying(home.shelf))
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

/** Newest reading of any kind of a meter; -Infinity before the first. */
export function newestMsOf({ shelf, row }: Home, meter: number): EpochMs {
  return newestIn(shelf.rows, row, meter)
}

export function newestOf(home: Home): EpochMs {
  let newestMs = -Infinity
  for (let meter = 0; meter < home.profile.meters.length; meter++) {
    newestMs = Math.max(newestMs, newestMsOf(home, meter))
  }
  return newestMs
}
