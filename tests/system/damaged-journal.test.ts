import { execFile } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import mqtt from 'mqtt'
import { expect, test } from 'vitest'
import { dataFiles } from '../../platform/data-folder.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { DOOR, freePorts, listAll, startServe, until, type ServeProcess } from './serve-process.ts'

const START_MS = Date.UTC(2026, 5, 1)
const mend = (data: string) =>
  promisify(execFile)(process.execPath, [DOOR, 'journal', 'mend', '--data', data])

async function publish(serve: ServeProcess, from: number, to: number): Promise<void> {
  const client = await mqtt.connectAsync(serve.mqtt, { reconnectPeriod: 0 })
  for (let n = from; n < to; n++) {
    const reading = { meter: 'W', time: START_MS + n * 900_000, register: 1_000 + n, unit: 'L' }
    await client.publishAsync('hearthline/v1/gw1/readings', JSON.stringify(reading), { qos: 1 })
  }
  await client.endAsync()
}

test('a damaged journal stops ingest, is mended, and what was lost is listed in the rejects', async () => {
  const data = temporaryFolder()
  const broker = await startServe(data, await freePorts(2), { HEARTHLINE_ROLES: 'broker' })
  await publish(broker, 0, 6)
  await expect(mend(data)).rejects.toMatchObject({
    stdout: '',
    stderr: expect.stringContaining('already runs the role'),
  })
  await broker.stop()
  const db = new DatabaseSync(dataFiles(data).journal)
  const row = db.prepare('SELECT max(first_offset) AS damaged FROM groups WHERE first_offset < 5').get()
  db.prepare("UPDATE groups SET body = CAST(X'00' || substr(body, 2) AS BLOB) WHERE first_offset = ?").run(
    Number(row?.['damaged']),
  )
  db.close()

  const stuck = await startServe(data, await freePorts(2))
  await until(
    () => stuck.get('/readyz'),
    ({ body }) => JSON.stringify(body).includes('journal mend'),
  )
  await stuck.stop()
  expect((await mend(data)).stdout).toMatch(/set aside 1 damaged row\(s\); \d+ entries are lost/)

  const mended = await startServe(data, await freePorts(2))
  await publish(mended, 6, 8)
  const readings = await until(
    () => listAll(mended, '/api/v1/meters/W/readings'),
    (found) => found.some((reading) => reading.register === 1_007),
  )
  const rejects = await listAll(mended, '/api/v1/rejects')
  expect(rejects.length).toBeGreaterThan(0)
  expect(rejects).toEqual(rejects.map(() => expect.objectContaining({ code: 'journal-damaged' })))
  expect(readings.length + rejects.length).toBeGreaterThanOrEqual(8)
  expect(await mended.stop()).toBe(0)
}, 120_000)
