import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GatewayId } from '../../domain/ids.ts'
import type { JournalEntry } from '../../domain/log-entry.ts'
import { FrameReader, FrameWriter } from '../../logs/journal/entry-codec.ts'

const publish = fc.record({
  type: fc.constant('publish' as const),
  receivedAtMs: fc.integer({ min: 0, max: 8.64e15 }),
  gateway: fc.string({ maxLength: 128, unit: 'grapheme' }).map((id) => id as GatewayId),
  topic: fc.string({ maxLength: 300, unit: 'grapheme' }),
  payload: fc.uint8Array({ maxLength: 3_000 }),
})
const tick = fc.record({ type: fc.constant('tick' as const), receivedAtMs: fc.nat() })
const entry: fc.Arbitrary<JournalEntry> = fc.oneof(publish, tick)

function encode(entries: readonly JournalEntry[]): Uint8Array {
  const frames = new FrameWriter(16)
  for (const one of entries) frames.add(one)
  expect(frames.count).toBe(entries.length)
  return new Uint8Array(frames.release(), 0, frames.bytes)
}

function plain(one: JournalEntry): JournalEntry {
  return one.type === 'publish' ? { ...one, payload: Uint8Array.from(one.payload) } : one
}

describe('the frames of a journal row', () => {
  it('give back what was written, payloads to the byte', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        const reader = new FrameReader(encode(entries))
        for (const one of entries) {
          const read = reader.next()
          expect(plain(read)).toEqual(one)
        }
        expect(reader.done).toBe(true)
      }),
    )
  })

  it('never read beyond a body that was cut', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 5 }), fc.nat(), (entries, at) => {
        const body = encode(entries)
        const reader = new FrameReader(body.slice(0, at % body.length))
        expect(() => {
          for (const _ of entries) reader.next()
        }).toThrow(/fit|range|outside|bounds/i)
      }),
    )
  })
})
