import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MeterId } from '../../domain/ids.ts'
import { createStoreStage, type StoreEvent } from '../../store/stage.ts'
import { createMemoryLog } from './memory-log.ts'
import { reading } from './readings.ts'

let dataDir: string
beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-store-'))
})
afterEach(() => {
  fs.rmSync(dataDir, { recursive: true, force: true })
})

const everything = { fromMs: -Infinity, toMs: Infinity }
const m1 = 'M1' as MeterId

test('a reading of the log is stored, counted once, and the place of the log is told', async () => {
  const log = createMemoryLog()
  const events: StoreEvent[] = []
  log.append({ type: 'tick', receivedAtMs: 1 })
  log.append({ type: 'readings', readings: [reading(), reading({ timeMs: Date.UTC(2026, 10, 20, 9) })] })
  log.append({
    type: 'readings',
    readings: [reading({ revision: true, consumption: null, intervalMs: null })],
  })
  const stage = await createStoreStage({ dataDir, influx: null }, log, (event) => events.push(event))
  await expect.poll(() => stage.calls.status().backlogReadings).toBe(0)
  expect(stage.calls.status()).toMatchObject({ stored: 2, revised: 1, refused: 0, degraded: null })
  expect(events.at(-1)).toEqual({ type: 'advanced', place: { partition: 0, offset: 3 } })
  const stored = await stage.calls.readings(m1, everything, 10)
  expect(stored.map(({ consumption }) => consumption)).toEqual([null, 12])
  expect(await stage.calls.last(m1)).toMatchObject({ timeMs: Date.UTC(2026, 10, 20, 9) })
  await stage.stop()
})

test('a stage that was stopped goes on behind its place and counts nothing twice', async () => {
  const log = createMemoryLog()
  for (let run = 1; run <= 3; run++) {
    log.append({ type: 'readings', readings: [reading({ timeMs: run * 900_000 })] })
    const stage = await createStoreStage({ dataDir, influx: null }, log, () => {})
    stage.calls.nudge()
    await expect.poll(() => stage.calls.status().stored).toBe(run)
    await stage.stop()
  }
})

test('what is older than the retention is deleted at the next start, and stays counted; without one all is kept', async () => {
  const day = 86_400_000
  const old = Date.now() - 40 * day
  const log = createMemoryLog()
  log.append({
    type: 'readings',
    readings: [reading({ timeMs: old }), reading({ timeMs: Date.now() - 20 * day })],
  })
  const run = async (retentionDays: number | null): Promise<number[]> => {
    const stage = await createStoreStage({ dataDir, influx: null, retentionDays }, log, () => {})
    await expect.poll(() => stage.calls.status().stored).toBe(2)
    const kept = await stage.calls.readings(m1, everything, 10)
    await stage.stop()
    return kept.map(({ timeMs }) => timeMs)
  }
  expect(await run(null)).toHaveLength(2)
  const kept = await run(30)
  expect(kept).toHaveLength(1)
  expect(kept[0]).toBeGreaterThan(old)
})
