import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { registerJournal } from '../../commands/journal.ts'
import type { GatewayId } from '../../domain/ids.ts'
import type { JournalEntry } from '../../domain/log-entry.ts'
import { startOf } from '../../domain/place.ts'
import { DAY_MS } from '../../domain/time.ts'
import { appendDirectly } from '../../logs/journal/append-directly.ts'
import { openJournalFile } from '../../logs/journal/journal-file.ts'
import type { JournalWriter } from '../../logs/journal/journal.ts'
import { openJournalReader } from '../../logs/journal/read-journal.ts'
import { retain } from '../../logs/journal/retain.ts'
import { startJournal } from '../../logs/journal/start-journal.ts'
import { verifyJournal } from '../../logs/journal/verify-journal.ts'
import { writeGroup } from '../../logs/journal/write-group.ts'

let folder: string
let file: string
let writer: JournalWriter | null = null
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-journal-'))
  file = path.join(folder, 'journal.db')
})
afterEach(async () => {
  await writer?.close()
  writer = null
  fs.rmSync(folder, { recursive: true })
})

const tick = (n: number): JournalEntry => ({ type: 'tick', receivedAtMs: n })
const publish = (bytes: number): JournalEntry => ({
  type: 'publish',
  receivedAtMs: 1,
  gateway: 'g' as GatewayId,
  topic: 'hearthline/v1/g/readings',
  payload: Buffer.alloc(bytes, 7),
})

function offsets(): number[] {
  const reader = openJournalReader(file)
  try {
    return reader.read(startOf(0), 1e6).map(({ place }) => place.offset)
  } finally {
    reader.close()
  }
}

describe('appending beside a running writer', () => {
  it('gives every entry its own offset, without holes', async () => {
    const running = (writer = await startJournal({ file }))
    const appended: Promise<void>[] = []
    for (let i = 0; i < 30; i++) {
      appended.push(running.append(tick(i)), running.append(tick(i)))
      expect(appendDirectly(file, tick(1000 + i)).offset).toBeGreaterThan(0)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(appended)
    expect(offsets()).toEqual(Array.from({ length: 90 }, (_, i) => i + 1))
    expect(verifyJournal(file).damages).toEqual([])
  })

  it('works where no system has ever run', () => {
    expect(appendDirectly(file, tick(1))).toEqual({ partition: 0, offset: 1 })
    expect(offsets()).toEqual([1])
  })
})

describe('a journal that cannot write', () => {
  it('rejects, says why, and recovers by itself when there is room again', async () => {
    const said: (string | null)[] = []
    const full = (writer = await startJournal({
      file,
      limits: { maxFileBytes: 400 * 1024 },
      retention: { maxBytes: 100 * 1024, consumers: ['ingest'] },
      onFailure: (failure) => said.push(failure),
    }))
    let kept = 0
    const fill = async (): Promise<void> => {
      for (; kept < 100; kept++) await full.append(publish(20_000))
    }
    await expect(fill()).rejects.toMatchObject({ code: 'journal-unwritable', retry: true })
    expect(full.failure()).toContain('full')
    await expect(full.append(publish(1))).rejects.toMatchObject({ code: 'journal-unwritable' })
    expect(offsets()).toHaveLength(kept)

    full.passed('ingest', { partition: 0, offset: kept })
    await vi.waitFor(() => expect(full.failure()).toBeNull(), { timeout: 10_000 })
    await full.append(publish(20_000))
    expect(said).toEqual([expect.stringContaining('full'), null])
    expect(offsets().at(-1)).toBe(kept + 1)
    expect(verifyJournal(file).damages).toEqual([])
  })

  it('rejects everything that waits when a group fails, so that nothing overtakes it', async () => {
    const running = (writer = await startJournal({ file, limits: { maxFileBytes: 200 * 1024 } }))
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, async (_, i) => {
        if (i === 20) await new Promise((resolve) => setImmediate(resolve))
        await running.append(publish(i < 20 ? 60_000 : 10))
      }),
    )
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 'rejected'))
    expect(offsets()).toEqual([])
  })

  it('rejects with journal-full when its waiting room is full, and takes entries again afterwards', async () => {
    const running = (writer = await startJournal({ file, limits: { waitingBytes: 10_000 } }))
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => running.append(publish(1_000))))
    const rejected = results.filter((result) => result.status === 'rejected')
    expect(results.slice(0, 9).every(({ status }) => status === 'fulfilled')).toBe(true)
    expect(rejected.length).toBeGreaterThan(5)
    for (const { reason } of rejected) expect(reason).toMatchObject({ code: 'journal-full', retry: true })
    expect(running.failure()).toBeNull()
    await running.append(publish(1_000))
  })
})

describe('retention', () => {
  it('removes what is too old or too much, never what a consumer has not passed, never the newest row', () => {
    const db = openJournalFile(file)
    const nowMs = 100 * DAY_MS
    const body = Buffer.alloc(10_000)
    for (let i = 0; i < 10; i++) writeGroup(db, 10, body, nowMs - (50 - i) * DAY_MS)
    const pass = (name: string, offset: number): void => {
      db.prepare('INSERT OR REPLACE INTO consumers VALUES (?, 0, ?)').run(name, offset)
    }
    const rows = (): number => Number(db.prepare('SELECT count(*) AS n FROM groups').get()?.['n'])
    const old = { maxAgeMs: 30 * DAY_MS, maxBytes: 1e9, consumers: ['ingest'] }

    expect(retain(db, old, nowMs)).toBe(0)
    pass('ingest', 35)
    expect(retain(db, old, nowMs)).toBe(3)
    pass('other', 5)
    pass('ingest', 100)
    expect(retain(db, old, nowMs)).toBe(0)
    pass('other', 100)
    expect(retain(db, { ...old, maxAgeMs: 1_000 * DAY_MS, maxBytes: 0 }, nowMs)).toBe(6)
    expect(rows()).toBe(1)
    expect(retain(db, old, nowMs)).toBe(0)
    expect(writeGroup(db, 1, body, nowMs).offset).toBe(101)
    db.close()
  })

  it('lets a reader begin at the oldest row that is left', async () => {
    for (let i = 0; i < 4; i++) appendDirectly(file, tick(i))
    change('DELETE FROM groups WHERE first_offset <= 2')
    expect(offsets()).toEqual([3, 4])
    expect(verifyJournal(file)).toMatchObject({ firstOffset: 3, lastOffset: 4, damages: [] })
  })
})

function change(sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}

describe('a damaged journal', () => {
  beforeEach(async () => {
    const filled = await startJournal({ file })
    for (let group = 0; group < 4; group++) {
      await Promise.all(Array.from({ length: 5 }, (_, i) => filled.append(tick(group * 5 + i))))
    }
    await filled.close()
  })

  it.each([
    [
      'a changed byte',
      "UPDATE groups SET body = CAST(X'00' || substr(body, 2) AS BLOB) WHERE first_offset = 11",
      11,
      'checksum',
    ],
    ['a changed count', 'UPDATE groups SET count = 4 WHERE first_offset = 11', 11, 'checksum'],
    ['a changed time', 'UPDATE groups SET written_at_ms = 5 WHERE first_offset = 11', 11, 'checksum'],
    ['a missing row', 'DELETE FROM groups WHERE first_offset = 11', 16, '11 to 15'],
  ])('%s is named by verify and by the reader, which gives out what lies before it', (_, sql, row, words) => {
    change(sql)
    expect(verifyJournal(file).damages).toContainEqual({ row, message: expect.stringContaining(words) })

    const reader = openJournalReader(file)
    expect(reader.read(startOf(0), 1_000)).toHaveLength(10)
    expect(() => reader.read({ partition: 0, offset: 10 }, 10)).toThrow(
      expect.objectContaining({ code: 'journal-damaged', message: expect.stringContaining(`row ${row}`) }),
    )
    reader.close()
  })

  it('is reported by "journal verify", with exit code 1; a sound one with 0', async () => {
    const written: string[] = []
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => written.push(String(text)) > 0)
    const verify = async (): Promise<string> => {
      written.length = 0
      const program = new Command()
      registerJournal(program)
      await program.parseAsync(['node', 'hearthline', 'journal', 'verify', '--data', folder])
      return written.join('')
    }
    try {
      expect(await verify()).toContain('20 entries in 4 rows (offsets 1 to 20)\nsound')
      expect(process.exitCode ?? 0).toBe(0)
      change("UPDATE groups SET body = CAST(X'00' || substr(body, 2) AS BLOB) WHERE first_offset = 6")
      expect(await verify()).toContain('row 6: its checksum does not match')
      expect(process.exitCode).toBe(1)
    } finally {
      process.exitCode = 0
      write.mockRestore()
    }
  })

  it('that is no database any more is named, not half read', () => {
    const bytes = fs.readFileSync(file)
    bytes.fill(0xff, 4096)
    fs.writeFileSync(file, bytes)
    const report = verifyJournal(file)
    expect(report.damages.length).toBeGreaterThan(0)
  })
})
