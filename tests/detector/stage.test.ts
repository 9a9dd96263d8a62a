import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import { openFindingsReader } from '../../detector/findings/read-findings.ts'
import { startDetector, type DetectorCalls, type DetectorEvent } from '../../detector/start.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import type { StageThread } from '../../platform/thread.ts'
import { SETTINGS } from './feed.ts'
import { appendToLog } from './readings-log.ts'
import { standing } from './standing.ts'
import { villageLog } from './village.ts'

const folders: string[] = []
const running: StageThread<DetectorCalls, DetectorEvent>[] = []

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-detector-'))
  folders.push(made)
  return made
}

async function start(
  dataDir: string,
  more: { snapshotEveryMs?: number } = {},
): Promise<StageThread<DetectorCalls, DetectorEvent>> {
  const stage = await startDetector({ dataDir, ...SETTINGS, ...more }, (error) => {
    throw error
  })
  running.push(stage)
  return stage
}

async function foldAll(dataDir: string, offset: number): Promise<void> {
  const stage = await start(dataDir)
  await until(async () => (await stage.call('status')).place.offset === offset)
  await stage.stop()
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20)
}

interface Kept {
  readonly findings: readonly Record<string, unknown>[]
  readonly homes: readonly Record<string, unknown>[]
  readonly common: Record<string, unknown> | undefined
}

function keptIn(dataDir: string): Kept {
  const db = new DatabaseSync(dataFiles(dataDir).detector, { readOnly: true })
  const kept = {
    findings: db.prepare('SELECT log_offset, idx, json FROM findings ORDER BY log_offset, idx').all(),
    homes: db.prepare('SELECT number, state FROM homes ORDER BY number').all(),
    common: db.prepare('SELECT place_offset, state FROM detector').get(),
  }
  db.close()
  return kept
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((stage) => stage.stop()))
  for (const made of folders.splice(0)) fs.rmSync(made, { recursive: true, force: true })
})

/** As a full disk does it: what writes to `table` fails. */
function fillDisk(dataDir: string, table: string): { free(): void } {
  const db = new DatabaseSync(dataFiles(dataDir).detector)
  db.exec(
    `CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`,
  )
  return {
    free() {
      db.exec('DROP TRIGGER full')
      db.close()
    },
  }
}

describe('a disk that is full', () => {
  for (const table of ['findings', 'homes']) {
    it(`stops the detector, not the process (${table}): it says so, and goes on without a word lost or doubled`, async () => {
      const entries = villageLog(6, 26)
      const quiet = folder()
      await foldAll(quiet, appendToLog(quiet, entries))

      const dataDir = folder()
      await foldAll(dataDir, 0)
      const disk = fillDisk(dataDir, table)
      const stage = await start(dataDir, { snapshotEveryMs: 0 })
      appendToLog(dataDir, entries)
      await until(async () => (await stage.call('status')).failure !== null)
      expect((await stage.call('status')).failure).toContain('database or disk is full')
      disk.free()
      await until(async () => (await stage.call('status')).place.offset === entries.length)
      await until(async () => (await stage.call('status')).failure === null)
      await stage.stop()
      expect(keptIn(dataDir)).toEqual(keptIn(quiet))
    })
  }

  it('is still full when the stage stops: the next start folds again what was not kept', async () => {
    const entries = villageLog(6, 26)
    const quiet = folder()
    await foldAll(quiet, appendToLog(quiet, entries))
    const dataDir = folder()
    await foldAll(dataDir, 0)
    const disk = fillDisk(dataDir, 'findings')
    const stage = await start(dataDir)
    appendToLog(dataDir, entries)
    await until(async () => (await stage.call('status')).failure !== null)
    await stage.stop()
    disk.free()
    await foldAll(dataDir, entries.length)
    expect(keptIn(dataDir)).toEqual(keptIn(quiet))
  })
})

describe('the detector stage', () => {
  it('folds the log, keeps what it says where the desk reads it, and says nothing twice after a restart', async () => {
    const dataDir = folder()
    const entries = villageLog(6, 26)
    const reader = openFindingsReader(dataDir)
    expect(reader.read(0, 10)).toEqual([])
    const half = Math.floor(entries.length / 2)
    await foldAll(dataDir, appendToLog(dataDir, entries.slice(0, half)))
    await foldAll(dataDir, appendToLog(dataDir, entries.slice(half)))
    await foldAll(dataDir, entries.length)

    const detector = newDetector(SETTINGS)
    const expected = entries.flatMap((entry, index) =>
      foldEntry(detector, entry).map((finding, number) => [index + 1, number, finding]),
    )
    const kept = reader.read(0, 100_000)
    reader.close()
    expect(kept.map(({ logOffset, index, finding }) => [logOffset, index, finding])).toEqual(
      JSON.parse(JSON.stringify(expected)),
    )
    expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1))
    expect(standing(kept.map(({ finding }) => finding)).length).toBeGreaterThan(3)
  })

  it('waits for a log that is not there yet, and tells how far it is', async () => {
    const dataDir = folder()
    const stage = await start(dataDir)
    expect(await stage.call('status')).toMatchObject({
      place: { offset: 0 },
      backlogReadings: 0,
      households: 0,
    })
    const advanced: DetectorEvent[] = []
    stage.onEvent((event) => advanced.push(event))
    const entries = villageLog(3, 5)
    const offset = appendToLog(dataDir, entries)
    stage.tell('nudge')
    await until(async () => (await stage.call('status')).place.offset === offset)
    expect(await stage.call('status')).toMatchObject({
      meters: 4,
      households: 3,
      backlogSeconds: 0,
      unjudged: 0,
    })
    expect(await stage.call('household', 'H0')).toMatchObject({
      household: 'H0',
      meters: [{ id: 'W0' }, { id: 'E0' }],
    })
    expect(await stage.call('household', 'nobody')).toBeNull()
    await stage.stop()
    expect(advanced.at(-1)).toEqual({ type: 'saved', place: { partition: 0, offset } })
  })

  it('after kill -9 at any moment, comes to the same findings and the same state to the last byte', async () => {
    const entries = villageLog(40, 26)
    const undisturbed = folder()
    await foldAll(undisturbed, appendToLog(undisturbed, entries))
    const dataDir = folder()
    const offset = appendToLog(dataDir, entries)
    const script = path.join(import.meta.dirname, 'run-detector.ts')
    let unfinished = 0
    for (let kill = 0; kill < 6; kill++) {
      const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      await sleep(kill * 25)
      child.kill('SIGKILL')
      await once(child, 'exit')
      if (Number(keptIn(dataDir).common?.['place_offset'] ?? 0) < offset) unfinished++
    }
    await foldAll(dataDir, offset)
    expect(keptIn(dataDir)).toEqual(keptIn(undisturbed))
    // A kill that always comes too late would prove nothing.
    expect(unfinished).toBeGreaterThan(0)
  })
})

it('refuses a state of another version in words that say how to go on, and learns anew without it', async () => {
  const dataDir = folder()
  const offset = appendToLog(dataDir, villageLog(1, 1))
  await foldAll(dataDir, offset)
  const file = dataFiles(dataDir).detector
  const db = new DatabaseSync(file)
  const { changes } = db.prepare(`UPDATE detector SET state = json_set(state, '$.version', 0)`).run()
  db.close()
  expect(changes).toBe(1)
  await expect(start(dataDir)).rejects.toMatchObject({
    code: 'detector-state-of-another-version',
    message: expect.stringContaining('out of the data folder'),
  })
  for (const part of [file, `${file}-wal`, `${file}-shm`]) fs.rmSync(part, { force: true })
  await foldAll(dataDir, offset)
})
