import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import {
  forget,
  MAX_RUNGS,
  newRewind,
  refold,
  take,
  type Folder,
  type Rewind,
} from '../../detector/core/rewind.ts'
import { MAX_ITEMS, type Item } from '../../detector/core/window.ts'

/** A fold that remembers everything in its order: any item out of its place shows. */
interface Trace {
  hash: number
}

let folds = 0
/** Copies made and not released. */
let held = 0
const folder: Folder<Trace, string> = {
  clone: ({ hash }) => {
    held++
    return { hash }
  },
  release() {
    held--
  },
  fold(state, { endMs, meter, amount }, say) {
    folds++
    state.hash = (Math.imul(state.hash, 31) + endMs / MINUTE_MS + meter * 7 + amount) | 0
    if (state.hash % 5 === 0) say(`${endMs}/${meter}`)
  },
}

function item(minute: number, meter: number, amount = 1): Item {
  return { endMs: minute * MINUTE_MS, meter, intervalMs: MINUTE_MS, amount, flags: 1 }
}

function seen({ head, events }: Rewind<Trace, string>): unknown {
  return { hash: head.hash, events: events.map(({ event }) => event) }
}

function folded(items: readonly Item[]): unknown {
  const rewind = newRewind<Trace, string>({ hash: 1 }, 3, folder)
  for (const one of items) take(rewind, one)
  refold(rewind, folder)
  return seen(rewind)
}

describe('rewinding', () => {
  it('leaves the state and the words of the orderly feed, whatever the order, the batches and the revisions', () => {
    const arrival = fc.record({
      minute: fc.integer({ min: 1, max: 300 }),
      meter: fc.integer({ min: 0, max: 2 }),
      amount: fc.integer({ min: 0, max: 9 }),
      refoldAfter: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 300, size: 'max' }), (arrivals) => {
        const before = held
        const rewind = newRewind<Trace, string>({ hash: 1 }, 3, folder)
        const newest = new Map<string, Item>()
        for (const { minute, meter, amount, refoldAfter } of arrivals) {
          const one = item(minute, meter, amount)
          take(rewind, one)
          newest.set(`${minute}/${meter}`, one)
          if (refoldAfter) refold(rewind, folder)
        }
        refold(rewind, folder)
        expect(held - before).toBe(rewind.ladder.length)
        const orderly = [...newest.values()].sort((a, b) => a.endMs - b.endMs || a.meter - b.meter)
        expect(seen(rewind)).toEqual(folded(orderly))
      }),
    )
  })

  it('goes on from what it has forgotten, and refuses what comes before it', () => {
    const rewind = newRewind<Trace, string>({ hash: 1 }, 3, folder)
    const items = Array.from({ length: 2_000 }, (_, minute) => item(minute + 1, 0))
    for (const one of items) {
      take(rewind, one)
      refold(rewind, folder)
      forget(rewind, one.endMs - 2 * HOUR_MS, folder)
    }
    expect(rewind.window.count).toBeLessThan(1_900)
    expect(seen(rewind)).toEqual(folded(items))
    expect(take(rewind, item(3, 1))).toBe('behind')
    expect(take(rewind, item(1_990, 1))).toBe('taken')
    expect(take(rewind, item(1_990, 1))).toBe('known')
    refold(rewind, folder)
    const orderly = [...items, item(1_990, 1)].sort((a, b) => a.endMs - b.endMs || a.meter - b.meter)
    expect(seen(rewind)).toEqual(folded(orderly))
  })

  it('folds little again for another meter that comes a step behind', () => {
    const rewind = newRewind<Trace, string>({ hash: 1 }, 3, folder)
    folds = 0
    for (let minute = 1; minute <= 1_000; minute++) {
      take(rewind, item(minute + 1, 0))
      refold(rewind, folder)
      take(rewind, item(minute, 1))
      refold(rewind, folder)
    }
    expect(folds / 2_000).toBeLessThan(5)
  })

  it('keeps its bounds, whatever is asked to be remembered', () => {
    const before = held
    const rewind = newRewind<Trace, string>({ hash: 1 }, 3, folder)
    let rungs = 0
    for (let minute = 1; minute <= MAX_ITEMS + 5_000; minute++) {
      take(rewind, item(minute * 60, 0))
      refold(rewind, folder)
      forget(rewind, 0, folder)
      rungs = Math.max(rungs, rewind.ladder.length)
    }
    expect(rungs).toBeLessThanOrEqual(MAX_RUNGS)
    // What is released is used again: a copy that is forgotten is lost for good.
    expect(held - before).toBe(rewind.ladder.length)
    expect(rewind.window.count).toBeLessThanOrEqual(MAX_ITEMS)
  })
})
