import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import {
  forget,
  MAX_RUNGS,
  newRewind,
  refold,
  standHere,
  take,
  type Folder,
  type Rewind,
} from '../../detector/core/rewind.ts'
import { newPackedWindow } from '../../detector/core/packed-window.ts'
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
  const rewind = newRewind<Trace, string>({ hash: 1 }, folder, newPackedWindow(3))
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
        const rewind = newRewind<Trace, string>({ hash: 1 }, folder, newPackedWindow(3))
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
    const rewind = newRewind<Trace, string>({ hash: 1 }, folder, newPackedWindow(3))
    const items = Array.from({ length: 2_000 }, (_, hour) => item((hour + 1) * 60, 0))
    for (const one of items) {
      take(rewind, one)
      refold(rewind, folder)
      forget(rewind, one.endMs - 96 * HOUR_MS, folder)
      // Twice the lateness is remembered, with two states to go back to: nothing came out of its order.
      expect(rewind.window.count).toBeLessThanOrEqual(2 * 96 + 1)
      expect(rewind.ladder.length).toBeLessThanOrEqual(2)
    }
    expect(seen(rewind)).toEqual(folded(items))
    expect(take(rewind, item(3 * 60, 1))).toBe('behind')
    expect(take(rewind, item(1_990 * 60, 1))).toBe('taken')
    expect(take(rewind, item(1_990 * 60, 1))).toBe('known')
    refold(rewind, folder)
    const orderly = [...items, item(1_990 * 60, 1)].sort((a, b) => a.endMs - b.endMs || a.meter - b.meter)
    expect(seen(rewind)).toEqual(folded(orderly))
  })

  it('keeps a state of before a change of the rules, and folds nothing before it again', () => {
    const rewind = newRewind<Trace, string>({ hash: 1 }, folder, newPackedWindow(3))
    for (let hour = 1; hour <= 50; hour++) take(rewind, item(hour * 60, 0))
    refold(rewind, folder)
    standHere(rewind, folder)
    for (let hour = 51; hour <= 60; hour++) take(rewind, item(hour * 60, 0))
    refold(rewind, folder)
    folds = 0
    take(rewind, item(55 * 60, 1))
    refold(rewind, folder)
    expect(folds).toBeLessThanOrEqual(11)
  })

  it('needs no more states than before once a home that was restless has calmed down', () => {
    const rewind = newRewind<Trace, string>({ hash: 1 }, folder, newPackedWindow(3))
    const feed = (from: number, to: number): void => {
      for (let hour = from; hour <= to; hour++) {
        take(rewind, item(hour * 60, 0))
        refold(rewind, folder)
        forget(rewind, (hour - 96) * HOUR_MS, folder)
      }
    }
    feed(1, 200)
    take(rewind, item(190 * 60, 1))
    refold(rewind, folder)
    feed(201, 220)
    expect(rewind.ladder.length).toBeGreaterThan(3)
    feed(221, 1_000)
    expect(rewind.ladder.length).toBeLessThanOrEqual(2)
  })

  it('folds little again for another meter that comes a step behind', () => {
    const rewind = newRewind<Trace, string>({ hash: 1 }, folder, newPackedWindow(3))
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
    const rewind = newRewind<Trace, string>({ hash: 1 }, folder, newPackedWindow(3))
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
