import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import { NONE } from './none.ts'
import {
  append,
  columnsOf,
  comesLast,
  forgetFirst,
  glanceAfter,
  lastMsOf,
  packTail,
  unpackAll,
  unpackTail,
  type PackedWindow,
} from './packed-window.ts'
import {
  compareAt,
  findPlace,
  FLAG,
  insertAt,
  isSameAt,
  itemAt,
  MAX_ITEMS,
  writeAt,
  type Item,
  type Window,
} from './window.ts'

/**
 * Puts right what arrives late, twice or corrected: the fold sees its items in their own order, whatever the order of
 * their arrival. Items of the lateness window are kept (packed), and a ladder of copies of the fold's state to go back to:
 * one before the window and one in the course of it. A home that has lately had to go back is restless, and its ladder grows
 * ever denser towards the newest item, so that an item that comes a little late (another meter of the home, a quarter of an
 * hour) costs a few items of refolding, and one that comes days late a few times its depth.
 *
 * Items are first taken (`take`), as many as came together, then folded (`refold`), so that a batch costs one rewind. What
 * comes in order is folded without ever unpacking the window.
 */
export interface Rewind<State, Event> {
  readonly window: PackedWindow
  /** Taken behind the window's items, in their order, and not folded yet; empty while `open` is there. */
  fresh: Item[]
  /** Between a `take` out of order and its `refold`: the newest items in columns, in place of the window's. */
  open: Open | null
  /** Oldest first, never empty; the first is the state before the window. */
  ladder: Rung<State>[]
  /** Items left for which the ladder is kept dense. */
  restless: number
  head: State
  /** Items of the window that `head` has folded. */
  folded: number
  /** The first item that `head` has not seen as it now is, where that is before `folded`. */
  dirtyFrom: number
  /** The last item that was forgotten: what comes before it comes too late. */
  base: Item | null
  /** What the fold said, with the index of the item that made it say so; -1: an item before the window. */
  events: Said<Event>[]
}

export interface Rung<State> {
  /** Items of the window folded into `state`, and the end of the last of them. */
  index: number
  readonly endMs: EpochMs
  readonly state: State
}

export interface Said<Event> {
  index: number
  readonly event: Event
}

interface Open {
  /** Items of the window before these. */
  from: number
  window: Window
}

/** How to fold one item, how to copy a state, and that a copy is needed no more. */
export interface Folder<State, Event> {
  fold(state: State, item: Item, say: (event: Event) => void): void
  clone(state: State): State
  release(state: State): void
}

/** A home is restless for so many items after it had to go back: some days. */
const RESTLESS_ITEMS = 512
/** Items between the newest rungs of a home that is restless. */
const RUNG_ITEMS = 4
/** A step of the ladder is at most this many times its age: an item that comes late costs so many times its lateness. */
const STEP_PER_AGE = 31
/**
 * The oldest rungs stand at most this far apart, so that a window outgrows the lateness by no more than that. As far as the
 * lateness: when a rung leaves the window the next is due, and two are enough.
 */
const RUNG_SPAN_MS = 4 * DAY_MS
/** Nor more items, so that there is a rung to forget up to when the window is full. */
const RUNG_SPAN_ITEMS = MAX_ITEMS / 8
/** Enough for 96 h at a reading a minute; when full, the second oldest goes and late items there cost more. */
export const MAX_RUNGS = 24

export function newRewind<State, Event>(
  state: State,
  folder: Pick<Folder<State, Event>, 'clone'>,
  window: PackedWindow,
): Rewind<State, Event> {
  return {
    window,
    fresh: NONE,
    open: null,
    ladder: [{ index: 0, endMs: -Infinity, state }],
    restless: 0,
    head: folder.clone(state),
    folded: 0,
    dirtyFrom: Infinity,
    base: null,
    events: NONE,
  }
}

/** Whether nothing was ever taken; while the window is open its newest items lie beside it. */
export function holdsNothing<State, Event>({ base, window, fresh, open }: Rewind<State, Event>): boolean {
  return base === null && window.count === 0 && fresh.length === 0 && open === null
}

/** `revised`: in the place of another; `known`: it was there, the same; `behind`: it comes before what is remembered. */
export type Fate = 'taken' | 'revised' | 'known' | 'behind'

/** Takes an item to its place. */
export function take<State, Event>(rewind: Rewind<State, Event>, item: Item): Fate {
  if (rewind.open === null && comesLast(rewind.window, item)) return takeFresh(rewind, item)
  const open = openFor(rewind, item)
  const { window } = open
  const local = findPlace(window, item.endMs, item.meter, item.flags)
  const index = open.from + local
  if (local < window.length && compareAt(window, local, item.endMs, item.meter, item.flags) === 0) {
    if (isSameAt(window, local, item)) return 'known'
    writeAt(window, local, item)
    if (index < rewind.folded) rewind.dirtyFrom = Math.min(rewind.dirtyFrom, index)
    return 'revised'
  }
  if (isBehind(rewind, item, index)) return 'behind'
  insertAt(window, local, item)
  if (index < rewind.folded) {
    rewind.folded++
    rewind.dirtyFrom = Math.min(rewind.dirtyFrom, index)
  }
  return 'taken'
}

/** An item behind all that the window holds: its place is among those that came with it. */
function takeFresh<State, Event>(rewind: Rewind<State, Event>, item: Item): Fate {
  const { fresh } = rewind
  let at = fresh.length
  let place = -1
  for (; at > 0; at--) {
    const before = fresh[at - 1]
    place = before === undefined ? -1 : compareItems(before, item)
    if (place <= 0) break
  }
  if (at > 0 && place === 0) {
    if (isSame(fresh[at - 1], item)) return 'known'
    fresh[at - 1] = item
    return 'revised'
  }
  if (at === 0 && rewind.window.count === 0 && isBehind(rewind, item, 0)) return 'behind'
  // Nearly always there are one or two, of the meters of the home.
  if (fresh.length === 0) rewind.fresh = [item]
  else fresh.splice(at, 0, item)
  return 'taken'
}

function isBehind<State, Event>({ base }: Rewind<State, Event>, item: Item, index: number): boolean {
  return index === 0 && base !== null && isBefore(item, base)
}

/** The newest items in columns, as far back as the place of this one. */
function openFor<State, Event>(rewind: Rewind<State, Event>, item: Item): Open {
  const { window: packed, fresh } = rewind
  if (rewind.open === null) {
    rewind.open = unpackTail(packed)
    for (const one of fresh) insertAt(rewind.open.window, rewind.open.window.length, one)
    rewind.fresh = NONE
  }
  const { open } = rewind
  if (open.from > 0 && findPlace(open.window, item.endMs, item.meter, item.flags) === 0) {
    const newer = open.window
    open.from = 0
    open.window = unpackAll(packed)
    for (let index = 0; index < newer.length; index++) {
      insertAt(open.window, open.window.length, itemAt(newer, index))
    }
  }
  return open
}

/** What is not told by items has changed: those that end at `fromMs` or later are to be folded again. */
export function openFrom<State, Event>(rewind: Rewind<State, Event>, fromMs: EpochMs): void {
  const open = openFor(rewind, { endMs: fromMs, meter: 0, intervalMs: 0, amount: NaN, flags: 0 })
  const index = open.from + findPlace(open.window, fromMs, 0, 0)
  rewind.dirtyFrom = Math.min(rewind.dirtyFrom, index)
}

/** Folds what was taken since. True where what the fold says has changed. */
export function refold<State, Event>(rewind: Rewind<State, Event>, folder: Folder<State, Event>): boolean {
  let changed = false
  const say = (event: Event): void => {
    const said = { index: rewind.folded, event }
    if (rewind.events.length === 0) rewind.events = [said]
    else rewind.events.push(said)
    changed = true
  }
  if (rewind.open === null) {
    const { fresh, window } = rewind
    if (fresh.length === 0) return false
    for (const item of fresh) {
      append(window, item)
      step(rewind, folder, item, say)
    }
    rewind.fresh = NONE
    return changed
  }
  if (rewind.dirtyFrom < rewind.folded) {
    rewind.restless = RESTLESS_ITEMS
    if (goBack(rewind, folder)) changed = true
  }
  rewind.dirtyFrom = Infinity
  const { from, window } = openDownTo(rewind, rewind.folded)
  for (let index = rewind.folded - from; index < window.length; index++) {
    step(rewind, folder, itemAt(window, index), say)
  }
  packTail(rewind.window, window)
  rewind.open = null
  return changed
}

/** Back to the newest state that has seen nothing of what has changed. True where something had been said since. */
function goBack<State, Event>(rewind: Rewind<State, Event>, folder: Folder<State, Event>): boolean {
  const { ladder, events } = rewind
  while (ladder.length > 1 && (ladder.at(-1)?.index ?? 0) > rewind.dirtyFrom) {
    const gone = ladder.pop()
    if (gone !== undefined) folder.release(gone.state)
  }
  const rung = ladder.at(-1)
  if (rung === undefined) throw new Error('a ladder has no rung')
  folder.release(rewind.head)
  rewind.head = folder.clone(rung.state)
  rewind.folded = rung.index
  let changed = false
  while ((events.at(-1)?.index ?? -1) >= rung.index) {
    events.pop()
    changed = true
  }
  return changed
}

/** A rung may stand before the items that were unpacked. */
function openDownTo<State, Event>(rewind: Rewind<State, Event>, index: number): Open {
  const { open } = rewind
  if (open === null) throw new Error('a window is not open')
  if (open.from <= index) return open
  const newer = open.window
  open.from = 0
  open.window = unpackAll(rewind.window)
  for (let at = 0; at < newer.length; at++) insertAt(open.window, open.window.length, itemAt(newer, at))
  return open
}

function step<State, Event>(
  rewind: Rewind<State, Event>,
  folder: Folder<State, Event>,
  item: Item,
  say: (event: Event) => void,
): void {
  folder.fold(rewind.head, item, say)
  const folded = ++rewind.folded
  const { ladder } = rewind
  const last = ladder[ladder.length - 1]
  if (last === undefined) throw new Error('a ladder has no rung')
  if (rewind.restless > 0) {
    rewind.restless--
    if (rewind.restless === 0) calmDown(rewind, folder)
    if (folded - last.index < RUNG_ITEMS) return
  } else {
    const sinceMs = item.endMs - (last.index === 0 ? firstMsOf(rewind) : last.endMs)
    if (sinceMs < RUNG_SPAN_MS && folded - last.index < RUNG_SPAN_ITEMS) return
  }
  ladder.push({ index: folded, endMs: item.endMs, state: folder.clone(rewind.head) })
  if (rewind.restless > 0) thin(rewind, folder)
  else if (ladder.length > MAX_RUNGS) dropRung(rewind, folder, 1)
}

/** From here on items are folded under other rules: what comes later need not go back before this. */
export function standHere<State, Event>(rewind: Rewind<State, Event>, folder: Folder<State, Event>): void {
  const { ladder, folded, window, head } = rewind
  if (window.count === 0 || ladder[ladder.length - 1]?.index === folded) return
  ladder.push({ index: folded, endMs: lastMsOf(window), state: folder.clone(head) })
  if (ladder.length > MAX_RUNGS) dropRung(rewind, folder, 1)
}

/** All items of the window in columns, while they stay. */
export function itemsOf<State, Event>(rewind: Rewind<State, Event>): Window {
  if (rewind.open !== null || rewind.fresh.length > 0) throw new Error('items were taken and not folded')
  return columnsOf(rewind.window)
}

/** When there will be something to forget: a horizon beyond this. */
export function forgettableMs<State, Event>(rewind: Rewind<State, Event>): EpochMs {
  return rewind.window.count >= MAX_ITEMS ? -Infinity : (rewind.ladder[1]?.endMs ?? Infinity)
}

/** Some of the newest items, folded or not, all that end after `afterMs` among them; they hold until the next such look. */
export function recentItems<State, Event>(rewind: Rewind<State, Event>, afterMs: EpochMs): Window {
  const { open, window, fresh } = rewind
  if (open !== null) {
    return (open.window.endMs[0] ?? Infinity) <= afterMs ? open.window : openDownTo(rewind, 0).window
  }
  const recent = glanceAfter(window, afterMs)
  for (const item of fresh) insertAt(recent, recent.length, item)
  return recent
}

/**
 * Forgets what nothing can change any more: items at or before `horizonMs`, up to a rung. A window that is full forgets
 * its oldest quarter even within the lateness; what comes for it then is `behind`.
 */
export function forget<State, Event>(
  rewind: Rewind<State, Event>,
  horizonMs: EpochMs,
  folder: Pick<Folder<State, Event>, 'release'>,
): void {
  const { window: packed, ladder } = rewind
  let rung = 0
  while ((ladder[rung + 1]?.endMs ?? Infinity) <= horizonMs) rung++
  if (rung === 0 && packed.count >= MAX_ITEMS) {
    rung = ladder.findIndex((candidate) => candidate.index >= MAX_ITEMS / 4)
  }
  if (rung <= 0) return
  const count = ladder[rung]?.index ?? 0
  rewind.base = forgetFirst(packed, count)
  for (const gone of ladder.slice(0, rung)) folder.release(gone.state)
  rewind.ladder = ladder.slice(rung)
  for (const kept of rewind.ladder) kept.index -= count
  rewind.folded -= count
  for (const said of rewind.events) said.index = Math.max(-1, said.index - count)
}

/** Merges steps of the ladder that are short for their age. */
function thin<State, Event>(rewind: Rewind<State, Event>, folder: Folder<State, Event>): void {
  const { ladder, folded } = rewind
  for (let at = ladder.length - 2; at >= 1; at--) {
    const below = ladder[at - 1]
    const above = ladder[at + 1]
    if (below === undefined || above === undefined) continue
    const isShort = above.index - below.index <= STEP_PER_AGE * (folded - above.index)
    if (isShort && isWithinSpan(rewind, below, above)) dropRung(rewind, folder, at)
  }
  if (ladder.length > MAX_RUNGS) dropRung(rewind, folder, 1)
}

/** Lately everything came in order: the ladder needs no more steps than there are spans in the window. */
function calmDown<State, Event>(rewind: Rewind<State, Event>, folder: Folder<State, Event>): void {
  const { ladder } = rewind
  for (let at = 1; at < ladder.length - 1;) {
    const below = ladder[at - 1]
    const above = ladder[at + 1]
    if (below === undefined || above === undefined) return
    if (isWithinSpan(rewind, below, above)) dropRung(rewind, folder, at)
    else at++
  }
}

function isWithinSpan<State, Event>(
  rewind: Rewind<State, Event>,
  below: Rung<State>,
  above: Rung<State>,
): boolean {
  const belowMs = below.index === 0 ? firstMsOf(rewind) : below.endMs
  return above.endMs - belowMs <= RUNG_SPAN_MS && above.index - below.index <= RUNG_SPAN_ITEMS
}

function dropRung<State, Event>(
  { ladder }: Rewind<State, Event>,
  folder: Pick<Folder<State, Event>, 'release'>,
  at: number,
): void {
  const [gone] = ladder.splice(at, 1)
  if (gone !== undefined) folder.release(gone.state)
}

function firstMsOf<State, Event>({ open, window }: Rewind<State, Event>): EpochMs {
  return open !== null && open.from === 0 ? (open.window.endMs[0] ?? -Infinity) : window.firstMs
}

function isBefore(item: Item, other: Item): boolean {
  if (item.endMs !== other.endMs) return item.endMs < other.endMs
  return item.meter <= other.meter
}

/** The order of items: time, meter, fault behind reading. 0: they are one and the same. */
function compareItems(one: Item, other: Item): number {
  return (
    one.endMs - other.endMs ||
    one.meter - other.meter ||
    (one.flags & FLAG.fault) - (other.flags & FLAG.fault)
  )
}

function isSame(one: Item | undefined, other: Item): boolean {
  return (
    one !== undefined &&
    Object.is(one.amount, other.amount) &&
    one.intervalMs === other.intervalMs &&
    one.flags === other.flags
  )
}
