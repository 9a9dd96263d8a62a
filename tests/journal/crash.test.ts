import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startOf } from '../../domain/place.ts'
import { openJournalReader } from '../../logs/journal/read-journal.ts'
import { verifyJournal } from '../../logs/journal/verify-journal.ts'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-crash-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

it(
  'an entry whose append has resolved survives kill -9 at a random moment',
  { timeout: 60_000 },
  async () => {
    const file = path.join(folder, 'journal.db')
    const acked = new Set<number>()
    const kills = 8
    for (let kill = 0; kill < kills; kill++) {
      const child = spawn(process.execPath, [
        path.join(import.meta.dirname, 'append-loop.ts'),
        file,
        String(kill * 1e6),
      ])
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
      await sleep(Math.random() * 150)
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
      // The last line may be cut: it counts only when it is whole.
      const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n')
      for (const line of lines) if (line !== '') acked.add(Number(line))
    }

    expect(acked.size).toBeGreaterThan(kills)
    expect(verifyJournal(file).damages).toEqual([])
    const reader = openJournalReader(file)
    const kept = reader
      .read(startOf(0), 1e9)
      .map(({ entry }) => (entry.type === 'publish' ? Number(Buffer.from(entry.payload).toString()) : -1))
    reader.close()
    const keptSet = new Set(kept)
    expect([...acked].filter((number) => !keptSet.has(number))).toEqual([])
    expect(kept.length).toBe(keptSet.size)
  },
)
