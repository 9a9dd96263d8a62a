import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { addToSums, areSummed, bitsOfSums, SUM_WORDS } from '../../detector/core/area/hour-sums.ts'
import { hourOf } from '../../detector/core/area/outage.ts'
import { summarizeHour } from '../../detector/core/area/summarize-hour.ts'
import { newPackedWindow } from '../../detector/core/packed-window.ts'
import { newRewind, recentItems, take } from '../../detector/core/rewind.ts'
import { FLAG, type Item } from '../../detector/core/window.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { START_MS } from './feed.ts'
import { profileOf } from './life-timeline.ts'

const profile = profileOf(['water', 'electricity', 'water'])

/** Readings of a day at any quarter hour or odd minute, in any order, of usual and of strange lengths; some come again. */
const items = fc.array(
  fc.record({
    endMs: fc.oneof(
      fc.integer({ min: 1, max: 40 }).map((quarter) => START_MS + quarter * 15 * MINUTE_MS),
      fc.integer({ min: 1, max: 600 }).map((minute) => START_MS + minute * MINUTE_MS),
    ),
    meter: fc.nat(2),
    intervalMs: fc.constantFrom(0, 15 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 5 * HOUR_MS, 0.5),
    amount: fc.constantFrom(0, 0, 0, 1, NaN),
    flags: fc.constantFrom(FLAG.measured | FLAG.heard, FLAG.measured | FLAG.heard, FLAG.heard, 0, FLAG.fault),
  }),
  { maxLength: 60, size: 'max' },
)

it('tell of an hour, where they tell of it, what the items of the window tell', () => {
  let told = 0
  fc.assert(
    fc.property(items, fc.boolean(), (list: Item[], sorted) => {
      if (sorted) list.sort((one, other) => one.endMs - other.endMs || one.meter - other.meter)
      const folder = { clone: () => 0 }
      const rewind = newRewind<number, never>(0, folder, newPackedWindow(3))
      const sums = new Uint32Array(SUM_WORDS)
      for (const item of list) {
        const fate = take(rewind, item)
        if (fate === 'known' || fate === 'behind') continue
        const fromHour = hourOf(item.endMs - item.intervalMs)
        addToSums(sums, 0, profile, item, fate === 'taken', fromHour, hourOf(item.endMs - 1))
        const window = recentItems(rewind, -Infinity)
        for (let hour = hourOf(START_MS) - 6; hour <= hourOf(START_MS) + 12; hour++) {
          if (!areSummed(sums, 0, hour)) continue
          told++
          expect(bitsOfSums(sums, 0, profile, hour)).toBe(summarizeHour(window, profile, hour))
        }
      }
    }),
    { numRuns: 300 },
  )
  expect(told).toBeGreaterThan(1_000)
})
