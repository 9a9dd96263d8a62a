import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { MeterId } from '../../domain/ids.ts'
import { createStoreStage } from '../../store/stage.ts'
import { skipInfluxd, startInfluxd, type Influxd } from './influxd.ts'
import { createMemoryLog } from './memory-log.ts'
import { reading } from './readings.ts'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '../..')
const database = 'copied'

describe.skipIf(skipInfluxd)('hearthline store copy', { timeout: 60_000 }, () => {
  let influxd: Influxd
  let dataDir: string
  const log = createMemoryLog()
  const meters = ['W-1', 'a,b=c d', '电表\\', "it's"]
  beforeAll(async () => {
    influxd = await startInfluxd()
    dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-store-'))
    const readings = meters.flatMap((meter) =>
      Array.from({ length: 3_000 }, (_, index) =>
        reading({
          meter,
          timeMs: index * 3_600_000,
          register: index + 0.1,
          consumption: index % 7 === 0 ? null : 0.1,
        }),
      ),
    )
    log.append({ type: 'readings', readings })
    await storeEmbedded()
  })
  afterAll(async () => {
    await influxd.remove()
    fs.rmSync(dataDir, { recursive: true })
  })

  async function storeEmbedded(): Promise<void> {
    const stage = await createStoreStage({ dataDir, influx: null }, log, () => {})
    await vi.waitFor(() => expect(stage.calls.status().backlogReadings).toBe(0))
    await stage.stop()
  }

  async function copy(...args: string[]) {
    const script =
      'import { Command } from "commander"; import { registerStore } from "./commands/store.ts"; const p = new Command(); registerStore(p); await p.parseAsync()'
    const all = [
      '--input-type=module',
      '-e',
      script,
      'store',
      'copy',
      '--data',
      dataDir,
      '--influx-url',
      influxd.url,
      '--influx-database',
      database,
      ...args,
    ]
    return (await run(path.join(root, 'node_modules/.bin/node'), all, { cwd: root })).stdout
  }

  test('copies every reading, says that counts and sums agree, and only compares the second time', async () => {
    const first = await copy()
    expect(first).toContain('compared 12000 readings of 4 meters, wrote 12000')
    expect(first).toContain('counts and sums of all 4 meters agree')
    expect(await copy()).toContain('compared 12000 readings of 4 meters, wrote 0')
  })

  test('a copy that was broken off is resumed: what is missing or different is written, the rest is not', async () => {
    await influxd.query(`DELETE FROM readings WHERE meter = 'W-1' AND time > 100h AND time <= 200h`, database)
    await influxd.writeLines(`readings,kind=water,meter=W-1 consumption=9 3600000`, database)
    expect(await copy()).toContain('compared 12000 readings of 4 meters, wrote 101')
  })

  test('what came in meanwhile follows with the next copy, and serve on InfluxDB goes on behind it', async () => {
    log.append({
      type: 'readings',
      readings: [reading({ meter: 'W-1', timeMs: 1, consumption: null, revision: false })],
    })
    await storeEmbedded()
    expect(await copy()).toContain('wrote 1')
    log.append({ type: 'readings', readings: [reading({ meter: 'W-1', timeMs: 2 })] })
    const stage = await createStoreStage({ dataDir, influx: { url: influxd.url, database } }, log, () => {})
    await expect.poll(() => stage.calls.status()).toMatchObject({ stored: 12_002, backlogReadings: 0 })
    const range = { fromMs: 0, toMs: 3 }
    expect(await stage.calls.readings('W-1' as MeterId, range, 10)).toHaveLength(2)
    await stage.stop()
    expect(await copy()).toContain('serve has written to InfluxDB before')
  })
})
