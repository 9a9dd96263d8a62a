import { DatabaseSync } from 'node:sqlite'
import mqtt from 'mqtt'
import { expect, test } from 'vitest'
import { dataFiles } from '../../platform/data-folder.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { freePorts, listAll, type ServeProcess, startServe, until, untilWorked } from './serve-process.ts'
import { silentHomes } from './silent-homes.ts'

/** The table that each file's stage writes its effect to, and the words of its reason in /readyz. */
const FILES = [
  ['ingest', 'history_fresh', 'ingest stands still'],
  ['store', 'readings_fresh', 'store.db cannot be written'],
  ['detector', 'findings', 'the detector stands still'],
  ['desk', 'alerts', 'the desk cannot take findings'],
] as const

/** As a full disk does it: what writes to `table` fails, for every connection of every process. */
function fillDisk(file: string, table: string): { free(): void } {
  const db = new DatabaseSync(file, { timeout: 5_000 })
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

async function publishAll(serve: ServeProcess, readings: readonly unknown[]): Promise<void> {
  const client = await mqtt.connectAsync(serve.mqtt, { reconnectPeriod: 0 })
  for (let at = 0; at < readings.length; at += 500) {
    await client.publishAsync('hearthline/v1/gw1/readings', JSON.stringify(readings.slice(at, at + 500)), {
      qos: 1,
    })
  }
  await client.endAsync()
}

async function alertsOf(serve: ServeProcess): Promise<unknown> {
  await untilWorked(serve)
  await until(
    () => listAll(serve, '/api/v1/alerts'),
    (alerts) => alerts.some(({ kind }) => kind === 'inactivity'),
  )
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const alerts = await listAll(serve, '/api/v1/alerts')
  return alerts
    .map(({ id, condition, severity, raisedAt }) => ({ id, condition, severity, raisedAt }))
    .sort(byId)
}

const byId = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1)

test.each(FILES)(
  'a disk that is full for %s stops no acknowledgement and no process; nothing is lost when space is back',
  async (name, table, reason) => {
    const readings = silentHomes(4)
    const quiet = await startServe(temporaryFolder(), await freePorts(2))
    await publishAll(quiet, readings)
    const expected = await alertsOf(quiet)
    await quiet.stop()

    const data = temporaryFolder()
    const serve = await startServe(data, await freePorts(2))
    const disk = fillDisk(dataFiles(data)[name], table)
    await publishAll(serve, readings)
    const { status, body } = await until(
      () => serve.get('/readyz'),
      ({ body: answer }) => answer.status === 'degraded',
    )
    expect(status).toBe(200)
    expect(body.reasons.join()).toContain(reason)
    disk.free()
    expect(await alertsOf(serve)).toEqual(expected)
    const { readings: counted } = (await serve.get('/api/v1/overview')).body
    expect(counted).toEqual({
      received: readings.length,
      stored: readings.length,
      duplicates: 0,
      rejected: 0,
    })
    await until(
      () => serve.get('/readyz'),
      ({ body: answer }) => answer.status === 'ok',
    )
    expect(await serve.stop()).toBe(0)
  },
  60_000,
)
