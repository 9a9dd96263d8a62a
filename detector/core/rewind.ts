import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import {
  compareAt,
  dropFirst,
  findPlace,
  insertAt,
  isSameAt,
  itemAt,
  MAX_ITEMS,
  newWindow,
  writeAt,
  type Item,
  type Window,
} from './window.ts'

/**
 * Puts right what arrives late, twice or corrected: the fold sees its items in their own order, whatever the order of
 * their arrival. Items of the lateness window are kept, and a ladder of clones of the fold's state: one before the
 * window, then ever denser towards the newest item, so that an item that comes a little late (another meter of the home,
 * a quarter of an hour) costs a few items of refolding and one that comes days late costs at most about twice its depth.
 *
 * Items are first taken (`take`), as many as came together, then folded (`refold`), so that a batch costs one rewind.
 */
export interface Rewind<State, Event> {
  readonly window: Window
  /** Oldest first, never empty; the first is the state before the window. */
  ladder: Rung<State>[]
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
  /** Items of the window folded into `state`. */
  index: number
  readonly state: State
}

export interface Said<Event> {
  index: number
  readonly event: Event
}

/** How to fold one item, and how to copy a state. */
export interface Folder<State, Event> {
  fold(state: State, window: Window, index: number, say: (event: Event) => void): void
  clone(state: State): State
}

/** Items between the newest rungs. */
const RUNG_ITEMS = 4
/** The oldest rungs stand at most this far apart, so that a window outgrows the lateness by no more than that. */
const RUNG_SPAN_MS = DAY_MS
/** Enough for 96 h at a reading a minute; when full, the second oldest goes and late items there cost more. */
export const MAX_RUNGS = 24

export function newRewind<State, Event>(state: State, folder: Folder<State, Event>): Rewind<State, Event> {
  return {
    window: newWindow(),
    ladder: [{ index: 0, state }],
    head: folder.clone(state),
    folded: 0,
    dirtyFrom: Infinity,
    base: null,
    events: [],
  }
}

/** Takes an item to its place. `known`: it was there, the same; `behind`: it comes before what is remembered. */
export function take<State, Event>(rewind: Rewind<State, Event>, item: Item): 'taken' | 'known' | 'behind' {
  const { window, base } = rewind
  const index = findPlace(window, item.endMs, item.meter, item.flags)
  if (index === window.length) {
    if (index === 0 && base !== null && isBefore(item, base)) return 'behind'
    insertAt(window, index, item)
    return 'taken'
  }
  if (compareAt(window, index, item.endMs, item.meter, item.flags) === 0) {
    if (isSameAt(window, index, item)) return 'known'
    writeAt(window, index, item)
  } else {
    if (index === 0 && base !== null && isBefore(item, base)) return 'behind'
    insertAt(window, index, item)
    if (index < rewind.folded) rewind.folded++
  }
  if (index < rewind.folded) rewind.dirtyFrom = Math.min(rewind.dirtyFrom, index)
  return 'taken'
}

/** Folds what was taken since. True where what the fold says has changed. */
export function refold<State, Event>(rewind: Rewind<State, Event>, folder: Folder<State, Event>): boolean {
  const { window, events } = rewind
  let changed = false
  if (rewind.dirtyFrom < rewind.folded) {
    const { ladder } = rewind
    while (ladder.length > 1 && (ladder.at(-1)?.index ?? 0) > rewind.dirtyFrom) ladder.pop()
    const rung = ladder.at(-1)
    if (rung === undefined) throw new Error('a ladder has no rung')
    rewind.head = folder.clone(rung.state)
    rewind.folded = rung.index
    while ((events.at(-1)?.index ?? -1) >= rung.index) {
      events.pop()
      changed = true
    }
  }
  rewind.dirtyFrom = Infinity
  let index = rewind.folded
  const say = (event: Event): void => {
    events.push({ index, event })
    changed = true
  }
  for (; index < window.length; index++) {
    folder.fold(rewind.head, window, index, say)
    rewind.folded = index + 1
    if (rewind.folded - (rewind.ladder.at(-1)?.index ?? 0) >= RUNG_ITEMS) {
      rewind.ladder.push({ index: rewind.folded, state: folder.clone(rewind.head) })
      thin(rewind)
    }
  }
  return changed
}

/**
 * Forgets what nothing can change any more: items at or before `horizonMs`, up to a rung. A window that is full forgets
 * its oldest quarter even within the lateness; what comes for it then is `behind`.
 */
export function forget<State, Event>(rewind: Rewind<State, Event>, horizonMs: EpochMs): void {
  const { window, ladder } = rewind
  let rung = 0
  for (let next = 1; next < ladder.length; next++) {
    const last = (ladder[next]?.index ?? 0) - 1
    if ((window.endMs[last] ?? Infinity) > horizonMs) break
    rung = next
  }
  if (rung === 0 && window.length >= MAX_ITEMS) {
    rung = ladder.findIndex((candidate) => candidate.index >= MAX_ITEMS / 4)
  }
  if (rung <= 0) return
  const count = ladder[rung]?.index ?? 0
  rewind.base = itemAt(window, count - 1)
  dropFirst(window, count)
  rewind.ladder = ladder.slice(rung)
  for (const kept of rewind.ladder) kept.index -= count
  rewind.folded -= count
  for (const said of rewind.events) said.index = Math.max(-1, said.index - count)
}

/** Merges steps of the ladder that are no longer than their age. */
function thin<State, Event>(rewind: Rewind<State, Event>): void {
  const { ladder, window, folded } = rewind
  for (let at = ladder.length - 2; at >= 1; at--) {
    const below = ladder[at - 1]
    const above = ladder[at + 1]
    if (below === undefined || above === undefined) continue
    const span = (window.endMs[above.index - 1] ?? 0) - (window.endMs[below.index] ?? 0)
    if (above.index - below.index <= folded - above.index && span <= RUNG_SPAN_MS) ladder.splice(at, 1)
  }
  if (ladder.length > MAX_RUNGS) ladder.splice(1, 1)
}

function isBefore(item: Item, other: Item): boolean {
  if (item.endMs !== other.endMs) return item.endMs < other.endMs
  return item.meter <= other.meter
}
