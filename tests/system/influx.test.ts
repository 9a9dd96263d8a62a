import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import mqtt from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { realData } from '../real-data.ts'
import { requireProgram } from '../require-program.ts'
import { startInfluxd, type Influxd } from '../store/influxd.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import {
  DOOR,
  freePorts,
  listAll,
  type ServeProcess,
  startServe,
  until,
  untilWorked,
} from './serve-process.ts'

const run = promisify(execFile)
const DATABASE = 'hearthline'

async function ownInfluxd(): Promise<Influxd> {
  const influxd = await startInfluxd()
  onTestFinished(() => influxd.remove())
  return influxd
}

test('a replay of real registers gives the same answers from InfluxDB as from the embedded store', async (context) => {
  requireProgram(context, 'influxd')
  const file = realData(context, 'daiad_water_register.csv.gz')
  const influxd = await ownInfluxd()
  const embedded = await answers({})
  const fromInflux = await answers({
    HEARTHLINE_INFLUX_URL: influxd.url,
    HEARTHLINE_INFLUX_DATABASE: DATABASE,
  })
  expect(embedded.readings.size).toBeGreaterThan(40)
  expect(fromInflux).toEqual(embedded)

  async function answers(env: Record<string, string>) {
    const serve = await startServe(temporaryFolder(), await freePorts(2), env)
    const args = ['--readings', file, '--speed', 'max', '--mqtt', serve.mqtt, '--json']
    await run(process.execPath, [DOOR, 'replay', ...args])
    const { readings: counts } = await untilWorked(serve)
    const readings = new Map<string, unknown[]>()
    const consumption = new Map<string, unknown>()
    for (const { id } of await listAll(serve, '/api/v1/meters')) {
      readings.set(id, await listAll(serve, `/api/v1/meters/${id}/readings`))
      for (const step of ['1h', '1d', '1w', '1mo']) {
        const range = 'from=2016-03-01T00:00:00Z&to=2016-04-15T00:00:00Z'
        const answer = await serve.get(`/api/v1/households/${id}/consumption?${range}&step=${step}`)
        expect(answer.status).toBe(200)
        consumption.set(`${id} ${step}`, answer.body)
      }
    }
    await serve.stop()
    return { counts, readings, consumption }
  }
}, 300_000)

test('killed while InfluxDB is away: when both are back, every acked reading is there once', async (context) => {
  requireProgram(context, 'influxd')
  const influxd = await ownInfluxd()
  const data = temporaryFolder()
  const ports = await freePorts(2)
  const env = { HEARTHLINE_INFLUX_URL: influxd.url, HEARTHLINE_INFLUX_DATABASE: DATABASE }
  const meters = 20
  const perRound = 200

  async function publish(serve: ServeProcess, round: number): Promise<void> {
    const client = await mqtt.connectAsync(serve.mqtt, { reconnectPeriod: 0 })
    const sent: Promise<unknown>[] = []
    for (let index = round * perRound; index < (round + 1) * perRound; index++) {
      const time = Date.UTC(2026, 9, 1) + index * 900_000
      const batch = Array.from({ length: meters }, (_, meter) => ({
        meter: `M${meter}`,
        time,
        consumption: index % 10,
        intervalSeconds: 900,
        unit: 'L',
      }))
      sent.push(client.publishAsync('hearthline/v1/gw1/readings', JSON.stringify(batch), { qos: 1 }))
    }
    await Promise.all(sent)
    await client.endAsync()
  }

  const first = await startServe(data, ports, env)
  await publish(first, 0)
  await untilWorked(first)
  await influxd.kill()
  await publish(first, 1)
  const degraded = await until(
    () => first.get('/readyz'),
    ({ body }) => body.status === 'degraded',
  )
  expect(degraded.status).toBe(200)
  expect(JSON.stringify(degraded.body.reasons)).toContain('does not answer')
  await first.kill()

  const second = await startServe(data, ports, env)
  await publish(second, 2)
  await influxd.start()
  const overview = await untilWorked(second)
  expect(overview.readings).toMatchObject({ stored: 3 * perRound * meters, duplicates: 0, rejected: 0 })
  const { series } = await influxd.query(
    'SELECT count(quality), sum(consumption) FROM readings GROUP BY meter',
    DATABASE,
  )
  expect(series).toHaveLength(meters)
  for (const { values } of series) expect(values[0]?.slice(1)).toEqual([3 * perRound, 3 * perRound * 4.5])
  await second.stop()
}, 120_000)
