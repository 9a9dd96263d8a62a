import fs from 'node:fs'
import mqtt from 'mqtt'
import { expect, test } from 'vitest'
import { dataFiles } from '../../platform/data-folder.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { freePorts, listAll, type ServeProcess, startServe, until } from './serve-process.ts'

const START_MS = Date.UTC(2026, 5, 1)

async function publish(serve: ServeProcess, from: number, to: number): Promise<void> {
  const client = await mqtt.connectAsync(serve.mqtt, { reconnectPeriod: 0 })
  for (let n = from; n < to; n++) {
    const reading = { meter: 'W', time: START_MS + n * 900_000, register: 1_000 + n, unit: 'L' }
    await client.publishAsync('hearthline/v1/gw1/readings', JSON.stringify(reading), { qos: 1 })
    // One entry of the log each, or nearly: the place of its readers gets ahead of a log that begins anew.
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  await client.endAsync()
}

test.each(['journal', 'ingest'] as const)(
  'what is acknowledged after %s.db was lost is stored, not passed over in silence',
  async (name) => {
    const data = temporaryFolder()
    const first = await startServe(data, await freePorts(2))
    await publish(first, 0, 40)
    await until(
      () => listAll(first, '/api/v1/meters/W/readings'),
      (readings) => readings.length === 40,
    )
    await first.stop()
    const file = dataFiles(data)[name]
    for (const part of [file, `${file}-wal`, `${file}-shm`]) fs.rmSync(part, { force: true })
    // The journal keeps what ingest would read again: here the worst case, where it keeps none of it.
    if (name === 'ingest') {
      const journal = dataFiles(data).journal
      for (const part of [journal, `${journal}-wal`, `${journal}-shm`]) fs.rmSync(part, { force: true })
    }
    const second = await startServe(data, await freePorts(2))
    await publish(second, 40, 45)
    const readings = await until(
      () => listAll(second, '/api/v1/meters/W/readings'),
      (found) => found.length >= 45,
    )
    expect(readings).toHaveLength(45)
    expect(await second.stop()).toBe(0)
  },
  30_000,
)

test.each(['journal', 'ingest', 'store', 'detector', 'desk', 'keys'] as const)(
  '%s.db that is no database ends the start with one clear line',
  async (name) => {
    const data = temporaryFolder()
    fs.writeFileSync(dataFiles(data)[name], 'no database at all, '.repeat(200))
    const start = startServe(data, await freePorts(2))
    await expect(start).rejects.toThrow(
      /^serve ended with 1:\nhearthline: cannot (open|read) .*not a database/,
    )
  },
)
