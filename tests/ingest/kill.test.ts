import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../domain/log-entry.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { openRegistryReader } from '../../ingest/open-registry-reader.ts'
import { startIngest, type IngestEvent } from '../../ingest/start.ts'
import { appendDirectly } from '../../logs/journal/append-directly.ts'
import { startJournal } from '../../logs/journal/start-journal.ts'
import { openReadingsLogReader } from '../../logs/readings/open-readings-log-reader.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { publish } from './journal-of.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const KILLS = 10
/** Received now: rejects older than their retention would be removed at a moment of its own. */
const RECEIVED_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
const METERS = 200
const ROUNDS = 100

/** Every kind of effect in one feed: readings, late ones, duplicates, rejects, spikes, ticks. */
function feed(): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const time = RECEIVED_MS - (ROUNDS - round) * HOUR_MS
    for (let first = 0; first < METERS; first += 50) {
      const batch = Array.from({ length: 50 }, (_, i) => {
        const spike = (round + first + i) % 37 === 0 ? 5_000_000 : 0
        return { meter: `W${first + i}`, time, register: 1_000 + round * 3 + spike, unit: 'L' }
      })
      entries.push(publish(batch, `gw${first}`, RECEIVED_MS))
      if (round % 10 === 9)
        entries.push(
          publish(
            batch.map((one) => ({ ...one, time: time - 15 * 60_000, register: 999 + round * 3 })),
            'gw1',
            RECEIVED_MS,
          ),
        )
      if (round % 7 === 0) entries.push(publish([...batch.slice(0, 5), { bad: true }], 'gw1', RECEIVED_MS))
    }
    entries.push({ type: 'tick', receivedAtMs: time })
  }
  return entries
}

function start(dir: string): ChildProcess {
  return spawn(process.execPath, [path.join(root, 'tests/ingest/run-ingest.ts'), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function untilWorked(dir: string): Promise<void> {
  const registry = openRegistryReader(dir)
  while (registry.counters().received === 0 || registry.counters().backlogEntries > 0) await pause(50)
  registry.close()
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** All that ingest has said and counted, in order. */
function whatItSaid(dir: string): object {
  const log = openReadingsLogReader(dir)
  const registry = openRegistryReader(dir)
  try {
    const said = log
      .read({ partition: 0, offset: 0 }, Infinity)
      .flatMap(({ entry }): unknown[] => (entry.type === 'readings' ? [...entry.readings] : [entry]))
    return { said, counters: registry.counters(), rejects: registry.rejects({}, null, 10_000) }
  } finally {
    log.close()
    registry.close()
  }
}

describe('ingest on its thread', () => {
  it('goes on exactly after kill -9 at any moment', async () => {
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-kill-'))
    const [killed, calm] = [path.join(parent, 'killed'), path.join(parent, 'calm')]
    const seed = Date.now()
    const entries = feed()
    const journal = await startJournal({ file: dataFiles(killed).journal })
    // The journal grows while ingest is being killed, so that it dies in batches of every size.
    const growing = (async () => {
      for (let i = 0; i < entries.length; i += 40) {
        await Promise.all(entries.slice(i, i + 40).map((entry) => journal.append(entry)))
        await pause(20)
      }
    })()
    for (let i = 0; i < KILLS; i++) {
      const child = start(killed)
      const exited = once(child, 'exit')
      await once(child.stdout!, 'data')
      await pause((seed * (i + 1) * 7_919) % 150)
      child.kill('SIGKILL')
      await exited
    }
    await growing
    await journal.close()
    fs.mkdirSync(calm)
    for (const file of fs.readdirSync(killed).filter((name) => name.startsWith('journal.db'))) {
      fs.copyFileSync(path.join(killed, file), path.join(calm, file))
    }
    for (const dir of [killed, calm]) {
      const child = start(dir)
      const exited = once(child, 'exit')
      await untilWorked(dir)
      child.kill('SIGTERM')
      await exited
    }
    expect({ seed, ...whatItSaid(killed) }).toEqual({ seed, ...whatItSaid(calm) })
    const registry = openRegistryReader(killed)
    const { received, kept, duplicates, rejected, backlogEntries } = registry.counters()
    registry.close()
    expect(received).toBe(kept + duplicates + rejected)
    expect(kept).toBe(METERS * ROUNDS + METERS * Math.floor(ROUNDS / 10))
    expect(backlogEntries).toBe(0)
    fs.rmSync(parent, { recursive: true })
  }, 60_000)

  it('is woken by a nudge, finds work by itself, and starts before there is a journal', async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-thread-'))
    const ingest = await startIngest({ dataDir: dir }, (error) => {
      throw error
    })
    const worked = (offset: number): Promise<IngestEvent> =>
      new Promise((resolve) => {
        ingest.onEvent((event) => {
          if (event.type === 'advanced' && event.journal.offset === offset) resolve(event)
        })
      })
    const first = worked(1)
    appendDirectly(
      dataFiles(dir).journal,
      publish({ meter: 'W1', time: RECEIVED_MS, register: 1, unit: 'L' }),
    )
    expect(await first).toEqual({
      type: 'advanced',
      place: { partition: 0, offset: 1 },
      journal: { partition: 0, offset: 1 },
    })
    const second = worked(2)
    appendDirectly(dataFiles(dir).journal, { type: 'tick', receivedAtMs: 1 })
    ingest.tell('nudge')
    await second
    await ingest.call('passed', 'store', { partition: 0, offset: 2 })
    expect(await ingest.call('failure')).toBeNull()
    await ingest.stop()
    fs.rmSync(dir, { recursive: true })
  })
})
