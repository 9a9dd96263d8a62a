import type { Explanation, Finding } from '../../domain/finding.ts'
import { LATENESS_MS, type EpochMs } from '../../domain/time.ts'
import { speakerOf } from './area/leave-together.ts'
import { newMember, noteItem, type Member } from './area/member.ts'
import { tellAway } from './area/tell-away.ts'
import { calledOffline, callOffline } from './called-offline.ts'
import { gapEvent } from './data-gap.ts'
import { tellBlindness } from './devices/blind.ts'
import { offlineSince } from './devices/offline.ts'
import { COLUMN, get } from './devices/state.ts'
import { foldHome, measuredMsIn, type HomeContext } from './fold-home.ts'
import { holdOutcome, rememberReturn, type HomeAbsence } from './holds.ts'
import { headOf } from './head.ts'
import type { HomeEvent } from './home-event.ts'
import { gatherMatters, matterKey, NO_MATTERS, sayDifference, type Matters, type Said } from './matters.ts'
import { NONE } from './none.ts'
import type { Profile } from './observation.ts'
import { clear, endWindow, windowOn, type PackedWindow } from './packed-window.ts'
import { reasonNeighboursMoved } from './retract-reasons.ts'
import {
  forget,
  forgettableMs,
  newRewind,
  openFrom,
  refold,
  standHere,
  take,
  type Fate,
  type Folder,
  type Rewind,
} from './rewind.ts'
import { newRecord, newRow, shelfFor, stateIn, type Records, type Shelf } from './state/records.ts'
import { newestIn, setNewest } from './state/row.ts'
import { allocate, copyRecord, release, startOfRecord, type Chunk } from './state/slab.ts'
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
  /** Names it among all that were ever kept; -1: not kept yet (`keepHome`). */
  number: number
  readonly key: string
  readonly profile: Profile
  /** Its time zone is the installation's and moves with it. */
  readonly followsZone: boolean
  /** Where the records of homes like it lie: its own are those of its rewind, and its row. */
  readonly shelf: Shelf
  readonly rewind: Rewind<number, HomeEvent>
  readonly row: number
  readonly notes: Notes
  absences: readonly HomeAbsence[]
  skews: readonly Skew[]
  /** What of it concerns its areas. */
  readonly member: Member
  /** Events that hang on receipt, not on event time; kept until their matter is over. */
  loose: readonly HomeEvent[]
  readonly trend: HomeTrend
  said: Said
  /** The matters may change without an event once measured data reaches this time. */
  wakeMs: EpochMs
  /** It has been given something and is not settled yet. */
  isTouched: boolean
  /** It is other than it was saved. */
  isDirty: boolean
}

function copying({ slab }: Shelf): Pick<Folder<number, HomeEvent>, 'clone'> {
  return { clone: (record) => copyRecord(slab, record) }
}

/** The home's stretch of what is kept beside the fold (`state/notes.ts`). */
export interface Notes {
  readonly record: number
  readonly chunk: Chunk
  readonly byte: number
}

export function newHome(key: string, profile: Profile, followsZone: boolean, records: Records): Home {
  const shelf = shelfFor(records, profile)
  const notes = notesIn(shelf, allocate(shelf.notes))
  const window = windowIn(shelf, notes)
  clear(window)
  for (let meter = 0; meter < profile.meters.length; meter++) {
    notes.chunk.f64[(notes.byte >>> 3) + meter] = NaN
  }
  const rewind = newRewind(newRecord(shelf, profile), copying(shelf), window)
  return assemble(key, profile, followsZone, shelf, newRow(shelf), notes, rewind)
}

export function notesIn({ notes }: Shelf, record: number): Notes {
  const { chunk, byte } = startOfRecord(notes, record)
  return { record, chunk, byte }
}

/** A window whose marks are among the home's notes, as they stand there. */
export function windowIn({ layout, items, notesAt }: Shelf, { chunk, byte }: Notes): PackedWindow {
  return windowOn(layout.kinds.length, items, chunk.f64, (byte >>> 3) + notesAt.marks)
}

/** A home of what is kept in records, and of nothing else. */
export function assemble(
  key: string,
  profile: Profile,
  followsZone: boolean,
  shelf: Shelf,
  row: number,
  notes: Notes,
  rewind: Home['rewind'],
): Home {
  const { notesAt, layout } = shelf
  const { chunk, byte } = notes
  return {
    number: -1,
    key,
    profile,
    followsZone,
    shelf,
    rewind,
    row,
    notes,
    absences: NONE,
    skews: NONE,
    member: newMember(chunk.u8, byte + notesAt.hours, chunk.u32, (byte >>> 2) + notesAt.sums),
    loose: NONE,
    trend: newHomeTrend(layout.kinds.length, chunk.u16, (byte >>> 1) + notesAt.told),
    said: NO_MATTERS,
    wakeMs: Infinity,
    isTouched: false,
    isDirty: true,
  }
}

/** A home that is no more gives its records back. */
export function endHome({ shelf, rewind, row, notes }: Home): void {
  for (const { state } of rewind.ladder) release(shelf.slab, state)
  release(shelf.slab, rewind.head)
  release(shelf.rows, row)
  release(shelf.notes, notes.record)
  endWindow(rewind.window)
  rewind.ladder = []
  rewind.head = NO_RECORD
}

const NO_RECORD = -1

export function isEnded({ rewind }: Home): boolean {
  return rewind.head === NO_RECORD
}

/** Takes an item; `settle` works what was taken. */
export function takeItem(home: Home, item: Item): Fate {
  const fate = take(home.rewind, item)
  if (fate === 'known' || fate === 'behind') return fate
  const isNewest = item.endMs > newestMsOf(home, item.meter)
  noteItem(home.member, home.profile, item, fate === 'taken', isNewest)
  if (isNewest) setNewest(home.shelf.rows, home.row, item.meter, item.endMs)
  return fate
}

/** Folds what was taken and says what has changed by it, no more. `why`: the reason of retractions, where it is known. */
export function settle(home: Home, context: HomeContext, why?: Explanation): readonly Finding[] {
  folder.home = home
  folder.context = context
  const changed = refold(home.rewind, folder)
  const head = headOf(home)
  const isAwake = measuredMsIn(head) >= home.wakeMs
  tellAway(home.member, head)
  const trend = settleTrend(home, head, context.village)
  const isNew = changed || isAwake || hasReturned(home) || hearsOfAway(home)
  const reason = !isNew && trend === 'neighbours' ? reasonNeighboursMoved() : why
  const findings = isNew || trend !== null ? restate(home, context, reason) : NONE
  const ended = dropEnded(home.trend)
  if (ended.length > 0) home.said = without(home.said, ended)
  forgetSettled(home)
  return findings
}

/** Settings hold from here on: the home keeps a state of before them to go back to. */
export function keepBefore(home: Home): void {
  folder.home = home
  standHere(home.rewind, folder)
  home.isDirty = true
}

/** What is not told by items (an outage of its area) has changed: the home is folded again from there. */
export function refoldFrom(home: Home, fromMs: EpochMs): void {
  openFrom(home.rewind, fromMs)
  wake(home)
}

/** Compares what was said with what is so. */
export function restate(home: Home, context: HomeContext, why?: Explanation): Finding[] {
  const now = currentMatters(home, context)
  home.member.awayRevision = awayRevisionOf(home.member)
  const findings = sayDifference(home.said, now, newestOf(home), why)
  home.said = now.size === 0 ? NO_MATTERS : now
  dropFinished(home)
  return findings
}

/** One for all homes, pointed at each in its turn: nothing is made for a home that is folded. */
class HomeFolder implements Folder<number, HomeEvent> {
  home: Home | null = null
  context: HomeContext | null = null

  fold(record: number, item: Item, say: (event: HomeEvent) => void): void {
    const { home, context } = this
    if (home === null || context === null) throw new Error('no home to fold')
    const { shelf, row, profile, member } = home
    foldHome(stateIn(shelf, record, profile), shelf.rows, row, member, item, context, say)
  }

  clone(record: number): number {
    if (this.home === null) throw new Error('no home to copy a state of')
    return copyRecord(this.home.shelf.slab, record)
  }

  release(record: number): void {
    if (this.home === null) throw new Error('no home to give a state back of')
    release(this.home.shelf.slab, record)
  }
}

const folder = new HomeFolder()

function without(said: Said, keys: Iterable<string>): Said {
  const left: Matters = new Map(said)
  for (const key of keys) left.delete(key)
  return left.size === 0 ? NO_MATTERS : left
}

function currentMatters(home: Home, context: HomeContext): Matters {
  const events: HomeEvent[] = [...clockEvents(home, context), ...home.loose]
  for (const said of home.rewind.events) events.push(said.event)
  for (const said of home.trend.events) events.push(said.event)
  const matters = gatherMatters(events)
  home.wakeMs = Infinity
  tellBlindness(home, matters)
  const nowMs = measuredMsIn(headOf(home))
  for (const [key, outcome] of matters) matters.set(key, holdOutcome(home, outcome, matters, nowMs))
  return matters
}

/** Silences that the clock has called offline and that no reading has ended or filled since. */
function clockEvents(home: Home, context: HomeContext): HomeEvent[] {
  const events: HomeEvent[] = []
  const head = headOf(home)
  for (let meter = 0; meter < home.profile.meters.length; meter++) {
    const onsetMs = calledOffline(home, meter)
    if (Number.isNaN(onsetMs)) continue
    const raise =
      get(head, meter, COLUMN.lastMs) === onsetMs
        ? offlineSince(head, meter, home.profile, context.holes)
        : null
    if (raise === null) callOffline(home, meter, NaN)
    else events.push(raise)
  }
  const gap = events.length === 0 ? null : gapEvent(home, context)
  return gap === null ? events : [...events, gap]
}

/** A meter that the clock called offline has a newer reading (or fewer) than it had then. */
function hasReturned(home: Home): boolean {
  for (let meter = 0; meter < home.profile.meters.length; meter++) {
    const onsetMs = calledOffline(home, meter)
    if (Number.isNaN(onsetMs)) continue
    if (get(headOf(home), meter, COLUMN.lastMs) !== onsetMs) return true
  }
  return false
}

/** Something was said of the home, and its neighbours' long silences are others than they were then. */
export function hearsOfAway({ said, member }: Home): boolean {
  return said.size > 0 && awayRevisionOf(member) !== member.awayRevision
}

function awayRevisionOf({ groups }: Member): number {
  return speakerOf(groups)?.away.revision ?? 0
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
  const horizonMs = Math.max(slowestMs, newestMs - LATENESS_MS) - LATENESS_MS
  if (forgettableMs(home.rewind) > horizonMs) return
  folder.home = home
  forget(home.rewind, horizonMs, folder)
  if ((home.rewind.events[0]?.index ?? 0) < 0) dropFinished(home)
}

/** Lets go of matters that are over and that nothing can change any more. */
function dropFinished(home: Home): void {
  const { rewind } = home
  if (home.loose.length === 0 && rewind.events.length === 0) return
  const all = [...home.loose, ...rewind.events.map(({ event }) => event)]
  const pending = new Set<string>()
  for (const { index, event } of rewind.events) {
    if (index >= 0) pending.add(keyOf(event))
  }
  for (let meter = 0; meter < home.profile.meters.length; meter++) {
    const onsetMs = calledOffline(home, meter)
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
  home.said = without(home.said, finished)
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
