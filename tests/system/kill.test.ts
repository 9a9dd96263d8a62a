import mqtt, { type MqttClient } from 'mqtt'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { freePorts, listAll, type ServeProcess, startServe, untilWorked } from './serve-process.ts'
import { type SentReading, silentHomes } from './silent-homes.ts'

const KILLS = 20
const IN_FLIGHT = 200
const SEED = Number(process.env['HEARTHLINE_TEST_SEED'] ?? Date.now() % 100_000)

/** mulberry32: the kills of a seed come after the same counts of acks. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

async function connect(serve: ServeProcess): Promise<MqttClient> {
  return mqtt.connectAsync(serve.mqtt, { reconnectPeriod: 0, clientId: `load-${Date.now()}` })
}

/** Publishes what `pending` holds, in order, IN_FLIGHT at a time; resolves when all are acked or the connection is gone. */
function publishAll(
  client: MqttClient,
  pending: SentReading[],
  onAck: (reading: SentReading) => void,
): Promise<void> {
  return new Promise((resolve) => {
    let next = 0
    let flying = 0
    const state = { gone: false }
    const launch = (): void => {
      while (!state.gone && flying < IN_FLIGHT && next < pending.length) {
        const reading = pending[next++]!
        flying++
        client.publish('hearthline/v1/gw1/readings', JSON.stringify(reading), { qos: 1 }, (error) => {
          flying--
          if (error === undefined || error === null) onAck(reading)
          if (next >= pending.length && flying === 0) resolve()
          else launch()
        })
      }
    }
    client.once('close', () => {
      state.gone = true
      resolve()
    })
    client.on('error', () => {})
    launch()
  })
}

async function publishUndisturbed(serve: ServeProcess, readings: SentReading[]): Promise<void> {
  const client = await connect(serve)
  await publishAll(client, readings, () => {})
  await client.endAsync()
}

/** What must not differ between a quiet life and one with power cuts. */
async function standingAlerts(serve: ServeProcess): Promise<unknown[]> {
  await untilWorked(serve)
  // The desk takes findings a moment after the detector has said them.
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const alerts = await listAll(serve, '/api/v1/alerts')
  return alerts
    .filter((alert) => alert.condition !== 'retracted')
    .map(({ id, household, kind, onset, raisedAt, clearedAt, condition, severity }) => ({
      id,
      household,
      kind,
      onset,
      raisedAt,
      clearedAt,
      condition,
      severity,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

test(`after ${KILLS} SIGKILLs every acked reading is in the store exactly once, and the alerts are those of a quiet run`, async () => {
  const draw = random(SEED)
  console.info(`seed ${SEED} (HEARTHLINE_TEST_SEED)`)
  const readings = silentHomes(12)
  const data = temporaryFolder()
  const ports = await freePorts(2)
  const acked = new Set<SentReading>()
  let kills = 0

  while (acked.size < readings.length || kills < KILLS) {
    const serve = await startServe(data, ports)
    const client = await connect(serve)
    // All of it may be acked before the last kill: then what is sent again are repeats, which must change nothing.
    const pending = readings.filter((reading) => !acked.has(reading))
    const load = pending.length > 0 ? pending : readings
    let left = kills < KILLS ? 1 + Math.floor((draw() * readings.length * 2) / KILLS) : Infinity
    const finished = publishAll(client, load, (reading) => {
      acked.add(reading)
      if (--left === 0) serve.child.kill('SIGKILL')
    })
    await finished
    client.end(true)
    if (kills < KILLS) kills++
    await serve.kill()
  }

  const serve = await startServe(data, ports)
  await untilWorked(serve)
  for (let home = 0; home < 12; home++) {
    const stored = await listAll(serve, `/api/v1/meters/W-${home}/readings`)
    const sent = readings.filter(({ meter }) => meter === `W-${home}`)
    expect(stored.map(({ time, register }) => [Date.parse(time), register])).toEqual(
      sent.map(({ time, register }) => [time, register]),
    )
  }

  await publishUndisturbed(serve, readings)
  const disturbed = await standingAlerts(serve)
  await serve.stop()
  const quiet = await startServe(temporaryFolder(), await freePorts(2))
  await publishUndisturbed(quiet, readings)
  const expected = await standingAlerts(quiet)
  expect(disturbed).toEqual(expected)
  expect(expected.filter((alert: any) => alert.kind === 'inactivity').length).toBeGreaterThanOrEqual(4)
  await quiet.stop()
}, 300_000)
