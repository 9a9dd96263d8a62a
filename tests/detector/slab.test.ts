import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MeterKind } from '../../domain/units.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { newMember } from '../../detector/core/area/member.ts'
import { newDetector, type Detector } from '../../detector/core/detector.ts'
import { foldHome } from '../../detector/core/fold-home.ts'
import type { HomeEvent } from '../../detector/core/home-event.ts'
import type { Profile } from '../../detector/core/observation.ts'
import { elementsOf, layoutOf, SECTIONS, type Judge, type Section } from '../../detector/core/state/layout.ts'
import { newRecord, newRow, shelfFor, stateIn, type Shelf } from '../../detector/core/state/records.ts'
import { encodeDelta, recordOfDelta } from '../../detector/core/state/delta.ts'
import { closeOnce } from '../../detector/core/state/row.ts'
import {
  allocate,
  copyRecord,
  newSlab,
  recordBytes,
  recordOf,
  recordsInUse,
  release,
} from '../../detector/core/state/slab.ts'
import { FLAG, type Item } from '../../detector/core/window.ts'
import { household, lived, play, readings, SETTINGS, START_MS } from './feed.ts'
import { noise, profileOf, usualLitres } from './life-timeline.ts'

const SIZE = { f64: 8, f32: 4, u32: 4, u16: 2, u8: 1 } as const

interface Tenant {
  readonly profile: Profile
  readonly record: number
  readonly row: number
  readonly said: HomeEvent[]
}

function moveIn(shelf: Shelf, profile: Profile): Tenant {
  return { profile, record: newRecord(shelf, profile), row: newRow(shelf), said: [] }
}

function fold({ context }: Detector, shelf: Shelf, { profile, record, row, said }: Tenant, item: Item): void {
  foldHome(stateIn(shelf, record, profile), shelf.rows, row, newMember(), item, context, (event) =>
    said.push(event),
  )
}

/** What a home of this seed lives through, hour by hour; some hours are not heard, some faulty, and life stops on day 20. */
function itemsOf(seed: number, meters: number, hours: number): Item[] {
  const items: Item[] = []
  for (let n = 0; n < hours; n++) {
    for (let meter = 0; meter < meters; meter++) {
      if (noise(n * meters + meter, seed + 3) < 0.03) continue
      const isFault = noise(n, seed + meter + 9) < 0.01
      const amount = n > 20 * 24 && seed % 2 === 0 ? 0 : usualLitres(n % 24, n, seed)
      items.push({
        endMs: START_MS + (n + 1) * HOUR_MS,
        meter,
        intervalMs: HOUR_MS,
        amount,
        flags: isFault ? FLAG.fault : FLAG.measured | FLAG.heard,
      })
    }
  }
  return items
}

function bytesIn(shelf: Shelf, { record, row }: Tenant): number[][] {
  return [[...recordBytes(shelf.slab, record)], [...recordBytes(shelf.rows, row)]]
}

const HOMES: MeterKind[][] = [
  ['water'],
  ['electricity'],
  ['water', 'electricity'],
  ['electricity', 'water', 'water'],
  ['water', 'water', 'water', 'electricity', 'electricity', 'water', 'electricity'],
]

describe('the layout of a record', () => {
  it('gives every section its own bytes, aligned to its elements, whatever the meters and the judge', () => {
    for (const judge of ['life', 'rule'] satisfies Judge[]) {
      for (const kinds of HOMES) {
        const layout = layoutOf(kinds, judge)
        const taken = new Uint8Array(layout.bytes)
        for (const [name, section] of Object.entries(SECTIONS) as [Section, (typeof SECTIONS)[Section]][]) {
          const size = SIZE[section.of]
          const from = layout.at[name] * size
          expect(Number.isInteger(layout.at[name])).toBe(true)
          const length = size * elementsOf(name, kinds, judge)
          for (let byte = from; byte < from + length; byte++) {
            expect(taken[byte]).toBe(0)
            taken[byte] = 1
          }
        }
        expect(layout.bytes % 8).toBe(0)
        expect(taken.filter((times) => times === 0).length).toBeLessThan(16)
      }
    }
  })

  it('is where a finger points, in every record of a slab', () => {
    const profile = profileOf(['water', 'electricity'])
    const shelf = shelfFor(newDetector(SETTINGS).records, profile)
    for (let n = 0; n < 600; n++) {
      const record = newRecord(shelf, profile)
      const state = stateIn(shelf, record, profile)
      const first = (record % 256) * shelf.slab.bytes
      for (const [name, { of }] of Object.entries(SECTIONS) as [Section, (typeof SECTIONS)[Section]][]) {
        expect([name, state[name] * SIZE[of]]).toEqual([name, first + shelf.layout.at[name] * SIZE[of]])
      }
      expect(state.u8).toBe(shelf.slab.chunks[Math.floor(record / 256)]?.u8)
    }
  })

  it('holds a home of a water and an electricity meter in about 640 B a meter, with its row', () => {
    const shelf = shelfFor(newDetector(SETTINGS).records, profileOf(['water', 'electricity']))
    expect((shelf.slab.bytes + shelf.rows.bytes) / 2).toBeLessThanOrEqual(640)
  })
})

describe('homes in one slab', () => {
  it('live as each would live alone, in any order, and say the same', () => {
    const kinds: MeterKind[] = ['water', 'electricity']
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 6 }),
        fc.constantFrom(1, 2),
        fc.infiniteStream(fc.nat(1_000)),
        (seeds, meters, dice) => {
          const profile = profileOf(kinds.slice(0, meters))
          const detector = newDetector(SETTINGS)
          const shelf = shelfFor(detector.records, profile)
          const tenants = seeds.map(() => moveIn(shelf, profile))
          const feeds = seeds.map((seed) => itemsOf(seed, meters, 24 * 24))
          const left = feeds.map((feed) => feed.length)
          while (left.some((count) => count > 0)) {
            const home = (dice.next().value as number) % seeds.length
            for (let n = 0; n < 40 && left[home]! > 0; n++) {
              fold(detector, shelf, tenants[home]!, feeds[home]![feeds[home]!.length - left[home]!--]!)
            }
          }
          seeds.forEach((_, home) => {
            const own = newDetector(SETTINGS)
            const aloneShelf = shelfFor(own.records, profile)
            const alone = moveIn(aloneShelf, profile)
            for (const item of feeds[home]!) fold(own, aloneShelf, alone, item)
            expect(bytesIn(shelf, tenants[home]!)).toEqual(bytesIn(aloneShelf, alone))
            expect(tenants[home]!.said).toEqual(alone.said)
          })
        },
      ),
      { numRuns: 12 },
    )
  })

  it('are left alone by the copy, the end and the successor of another', () => {
    const profile = profileOf(['water', 'electricity'])
    const detector = newDetector(SETTINGS)
    const shelf = shelfFor(detector.records, profile)
    const [one, other] = [moveIn(shelf, profile), moveIn(shelf, profile)]
    for (const item of itemsOf(4, 2, 500)) fold(detector, shelf, one, item)
    for (const item of itemsOf(5, 2, 500)) fold(detector, shelf, other, item)
    const before = bytesIn(shelf, other)
    const copy = copyRecord(shelf.slab, one.record)
    expect([...recordBytes(shelf.slab, copy)]).toEqual([...recordBytes(shelf.slab, one.record)])
    const kept = [...recordBytes(shelf.slab, one.record)]
    for (const item of itemsOf(9, 2, 30)) {
      fold(detector, shelf, { ...one, record: copy }, { ...item, endMs: item.endMs + 500 * HOUR_MS })
    }
    expect([...recordBytes(shelf.slab, one.record)]).toEqual(kept)
    expect([...recordBytes(shelf.slab, copy)]).not.toEqual(kept)
    release(shelf.slab, one.record)
    const successor = newRecord(shelf, profile)
    expect(successor).toBe(one.record)
    const fresh = newRecord(shelf, profile)
    expect([...recordBytes(shelf.slab, successor)]).toEqual([...recordBytes(shelf.slab, fresh)])
    expect(bytesIn(shelf, other)).toEqual(before)
  })

  it('keep their bytes when the slab grows by many chunks', () => {
    const slab = newSlab(16, 4)
    const first = allocate(slab)
    recordBytes(slab, first).fill(7)
    for (let n = 0; n < 1_000; n++) copyRecord(slab, first)
    expect([...recordBytes(slab, first)]).toEqual(Array.from({ length: 16 }, () => 7))
    expect(slab.chunks.length).toBe(Math.ceil(1_001 / 4))
    expect(() => release(slab, 5_000)).toThrow(/never given/)
  })
})

describe('records of homes', () => {
  it('are given back by homes that are claimed, registered anew or split, and used again', () => {
    const feed = ['A', 'B', 'C'].flatMap((meter) => lived(meter, START_MS, START_MS + 8 * DAY_MS))
    const { detector } = play([readings(...feed)])
    const registered = (...meters: [string, MeterKind][]) => ({
      type: 'households' as const,
      receivedAtMs: START_MS,
      households: [household('H', meters)],
    })
    for (let round = 0; round < 5; round++) {
      play([registered(['A', 'water'], ['B', 'water'])], detector)
      play([registered(['A', 'water'])], detector)
      play([registered(['A', 'water'], ['B', 'water'], ['C', 'water'])], detector)
      play([{ type: 'settings', receivedAtMs: START_MS, budget: 0.5, timezone: ZONES[round % 2]! }], detector)
      expect(inUse(detector)).toEqual(ownedBy(detector))
    }
    for (const { slab, rows } of detector.records.values()) {
      expect(slab.given).toBeLessThan(60)
      expect(rows.given).toBeLessThan(8)
    }
  })
})

const ZONES = ['Asia/Shanghai', 'UTC']

function inUse(detector: Detector): Record<string, number[]> {
  const used: Record<string, number[]> = {}
  for (const [key, { slab, rows }] of detector.records) {
    if (recordsInUse(rows) > 0) used[key] = [recordsInUse(slab), recordsInUse(rows)]
    else expect(recordsInUse(slab)).toBe(0)
  }
  return used
}

function ownedBy(detector: Detector): Record<string, number[]> {
  const owned: Record<string, number[]> = {}
  for (const { profile, rewind } of detector.homes.values()) {
    const counts = (owned[`life/${profile.meters.map(({ kind }) => kind).join()}`] ??= [0, 0])
    counts[0]! += rewind.ladder.length + 1
    counts[1]!++
  }
  return owned
}

/** What a delta makes of a record with these bytes; as it lies in a file, on no word's place. */
function patched(delta: Uint8Array, reference: Uint8Array): Uint8Array {
  const slab = newSlab(reference.length, 2)
  const file = new Uint8Array(delta.length + 1)
  file.set(delta, 1)
  const record = recordOfDelta(slab, file.subarray(1), recordOf(slab, reference))
  return new Uint8Array(recordBytes(slab, record))
}

describe('a record as what differs from another', () => {
  it('gives the record back to the last bit, and is small where little differs', () => {
    const words = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 300, maxLength: 300 })
    const changes = fc.array(fc.tuple(fc.nat(299), fc.nat(2 ** 32 - 1)), { maxLength: 40 })
    fc.assert(
      fc.property(words, changes, (reference, changed) => {
        const other = [...reference]
        for (const [at, word] of changed) other[at] = word
        const [from, to] = [reference, other].map((list) => new Uint8Array(Uint32Array.from(list).buffer))
        const delta = encodeDelta(to!, from!)
        expect(patched(delta, from!)).toEqual(to)
        expect(delta.length).toBeLessThanOrEqual(8 * changed.length + 4)
      }),
    )
    const [long, zeros] = [new Uint8Array(400_000).fill(1), new Uint8Array(400_000)]
    expect(patched(encodeDelta(long, zeros), zeros)).toEqual(long)
    expect(patched(encodeDelta(long, long), long)).toEqual(long)
    expect(() => patched(encodeDelta(long, zeros), new Uint8Array(4_000))).toThrow(/covers/)
  })
})

describe('the days that a home has closed', () => {
  it('are closed once each, in any order within sixteen of the newest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 20_000, max: 20_080 }), { maxLength: 200 }), (days) => {
        const rows = newSlab(24)
        const row = allocate(rows)
        const closed = new Set<number>()
        for (const day of days) {
          const newest = Math.max(0, ...closed)
          const isNew = !closed.has(day) && day > newest - 16
          expect(closeOnce(rows, row, day)).toBe(isNew)
          if (isNew) closed.add(day)
        }
      }),
    )
  })
})
