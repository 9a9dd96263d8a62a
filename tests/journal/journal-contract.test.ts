import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GatewayId } from '../../domain/ids.ts'
import type { JournalEntry } from '../../domain/log-entry.ts'
import { startOf } from '../../domain/place.ts'
import type { JournalReader, JournalWriter } from '../../logs/journal/journal.ts'
import { createMemoryJournal } from '../../logs/journal/memory-journal.ts'
import { openJournalReader } from '../../logs/journal/read-journal.ts'
import { startJournal } from '../../logs/journal/start-journal.ts'

interface Backend {
  readonly writer: JournalWriter
  readonly reader: JournalReader
  close(): Promise<void>
}

const backends: Record<string, () => Promise<Backend>> = {
  async memory() {
    const { writer, reader } = createMemoryJournal()
    return { writer, reader, close: () => writer.close() }
  },
  async sqlite() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-journal-'))
    const file = path.join(folder, 'journal.db')
    const writer = await startJournal({ file })
    const reader = openJournalReader(file)
    return {
      writer,
      reader,
      async close() {
        reader.close()
        await writer.close()
        fs.rmSync(folder, { recursive: true })
      },
    }
  },
}

function publish(i: number, payload: Uint8Array = Buffer.from(`payload ${i}`)): JournalEntry {
  const gateway = '网关-1' as GatewayId
  return {
    type: 'publish',
    receivedAtMs: 1_000 + i,
    gateway,
    topic: `hearthline/v1/${gateway}/readings`,
    payload,
  }
}

function plain(entry: JournalEntry | undefined): unknown {
  return entry?.type === 'publish' ? { ...entry, payload: [...entry.payload] } : entry
}

describe.each(Object.keys(backends))('the journal (%s)', (name) => {
  let backend: Backend
  beforeEach(async () => {
    backend = await backends[name]!()
  })
  afterEach(() => backend.close())

  it('is empty at first', () => {
    expect(backend.reader.read(startOf(0), 10)).toEqual([])
    expect(backend.reader.head()).toEqual({ partition: 0, offset: 0 })
  })

  it('gives back every form of entry as it was appended', async () => {
    const entries: JournalEntry[] = [
      publish(1),
      publish(2, Buffer.alloc(0)),
      publish(3, Buffer.from([0, 255, 10, 13])),
      {
        type: 'refusal',
        receivedAtMs: 5,
        gateway: 'g' as GatewayId,
        topic: '',
        code: 'packet-too-large',
        message: 'zu groß',
      },
      { type: 'tick', receivedAtMs: 6 },
      { type: 'settings', receivedAtMs: 7, budget: 0.05, timezone: 'Asia/Shanghai' },
    ]
    await Promise.all(entries.map((entry) => backend.writer.append(entry)))
    const read = backend.reader.read(startOf(0), 100)
    expect(read.map(({ entry }) => plain(entry))).toEqual(entries.map(plain))
    expect(read.map(({ place }) => place.offset)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('resolves appends in the order of the calls, and only what has resolved is counted on', async () => {
    const resolved: number[] = []
    const all = Array.from({ length: 500 }, async (_, i) => {
      await backend.writer.append(publish(i))
      resolved.push(i)
    })
    await Promise.all(all)
    expect(resolved).toEqual(Array.from({ length: 500 }, (_, i) => i))
    expect(backend.reader.head().offset).toBe(500)
  })

  it('is read in bites of any size, from any place, without a gap or a repeat', async () => {
    for (let group = 0; group < 5; group++) {
      await Promise.all(Array.from({ length: 40 }, (_, i) => backend.writer.append(publish(group * 40 + i))))
    }
    for (const bite of [1, 7, 40, 41, 1_000]) {
      let after = startOf(0)
      const offsets: number[] = []
      for (;;) {
        const entries = backend.reader.read(after, bite)
        if (entries.length === 0) break
        expect(entries.length).toBeLessThanOrEqual(bite)
        for (const { place, entry } of entries) {
          offsets.push(place.offset)
          expect(entry.receivedAtMs).toBe(1_000 + place.offset - 1)
        }
        after = entries.at(-1)!.place
      }
      expect(offsets).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
    }
    expect(backend.reader.read({ partition: 0, offset: 57 }, 2).map(({ place }) => place.offset)).toEqual([
      58, 59,
    ])
  })

  it('sees what is appended after it has been read to its end', async () => {
    await backend.writer.append(publish(0))
    expect(backend.reader.read({ partition: 0, offset: 1 }, 10)).toEqual([])
    await backend.writer.append(publish(1))
    expect(backend.reader.read({ partition: 0, offset: 1 }, 10)).toHaveLength(1)
  })

  it('finishes what was appended before it closes, and takes nothing afterwards', async () => {
    const last = backend.writer.append(publish(1))
    await backend.writer.close()
    await expect(last).resolves.toBeUndefined()
    expect(backend.reader.read(startOf(0), 10)).toHaveLength(1)
    await expect(backend.writer.append(publish(2))).rejects.toMatchObject({ code: 'journal-unwritable' })
  })
})
