import { beginReturn } from '../area/back.ts'
import { beginDevices } from '../devices/state.ts'
import { beginJudge } from '../judge.ts'
import type { Profile } from '../observation.ts'
import { fingerOn, judgeOf, kindsOf, point, type HomeState } from './home-state.ts'
import { newHeap, type Heap } from './heap.ts'
import { layoutOf, type Layout } from './layout.ts'
import { notesLayout, type NotesLayout } from './notes.ts'
import { beginRow, rowBytes } from './row.ts'
import { allocate, newSlab, type Slab } from './slab.ts'

/** All homes' records: a shelf for each layout, by judge and kinds of meters. */
export type Records = Map<string, Shelf>

export interface Shelf {
  readonly layout: Layout
  /** What is rewound (`layout.ts`): several records of a home, its newest and older ones to go back to. */
  readonly slab: Slab
  /** What is not (`row.ts`): one of each home. */
  readonly rows: Slab
  /** What the live detector keeps beside the fold (`notes.ts`): one of each home. */
  readonly notes: Slab
  readonly notesAt: NotesLayout
  /** The packed items of their lateness windows. */
  readonly items: Heap
  /** The one finger of the shelf: whoever asks for a home takes it from whoever asked before. */
  finger: HomeState | null
}

export function shelfFor(records: Records, profile: Profile): Shelf {
  const kinds = kindsOf(profile)
  const key = `${judgeOf(profile)}/${kinds.join()}`
  let shelf = records.get(key)
  if (shelf === undefined) {
    const meters = profile.meters.length
    const layout = layoutOf(kinds, judgeOf(profile))
    const notesAt = notesLayout(meters)
    shelf = {
      layout,
      slab: newSlab(layout.bytes),
      rows: newSlab(rowBytes(meters)),
      notes: newSlab(notesAt.bytes),
      notesAt,
      items: newHeap(),
      finger: null,
    }
    records.set(key, shelf)
  }
  return shelf
}

/** The state in a record, until the next time that the shelf is asked. */
export function stateIn(shelf: Shelf, record: number, profile: Profile): HomeState {
  if (shelf.finger === null) shelf.finger = fingerOn(shelf.layout, shelf.slab, record, profile)
  else point(shelf.finger, record, profile)
  return shelf.finger
}

/** A record of a home that nothing is known of. */
export function newRecord(shelf: Shelf, profile: Profile): number {
  const record = allocate(shelf.slab)
  begin(stateIn(shelf, record, profile))
  return record
}

export function begin(state: HomeState): void {
  if (state.layout.judge === 'rule') state.f64[state.measured] = -Infinity
  beginDevices(state)
  beginReturn(state)
  beginJudge(state)
}

export function newRow({ rows, layout }: Shelf): number {
  const row = allocate(rows)
  beginRow(rows, row, layout.kinds.length)
  return row
}
