import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import mqtt from 'mqtt'
import { openSse, type SseClient } from '../tests/api/sse-client.ts'
import { HOUR_MS } from '../domain/time.ts'
import { count, importHomes, LIVE_LOAD, load, quantile, say, untilWorked, withSystem } from './system.ts'

/** Hours of a home before the reading that raises its alert: two days of use, then a day without. */
const LIVED_HOURS = 48
const SILENT_HOURS = 24

/**
 * From handing a reading to the socket until the alert that it raises has come over the live stream. The homes are judged by a
 * city's rule, because with that everybody knows which reading raises: the way is the same for all.
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '40' },
      rate: { type: 'string', default: '12000' },
      meters: { type: 'string', default: '20000' },
      alerts: { type: 'string', default: '400' },
    },
  })
  const [seconds, rate, meters] = [Number(values.seconds), Number(values.rate), Number(values.meters)]
  const alerts = Number(values.alerts)
  await withSystem(async ({ data, mqttPort, http }) => {
    const lastMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
    await settle(data, http, mqttPort, alerts, lastMs)
    const stream = await openSse(`${http}/api/v1/alerts/stream`)
    await stream.until(() => stream.lastEventId !== '')
    const half = alerts >> 1
    const quiet = await raise(stream, mqttPort, { from: 0, to: half, lastMs, everyMs: 25 })
    report('nothing else to do (yardstick)', quiet, half)
    const loading = load({
      port: mqttPort,
      ...LIVE_LOAD,
      rate,
      seconds,
      meters,
      startMs: Date.UTC(2024, 0, 1),
      stepMs: 900_000,
    })
    await sleep(5_000)
    const everyMs = ((seconds - 10) * 1_000) / (alerts - half)
    const loaded = await raise(stream, mqttPort, { from: half, to: alerts, lastMs, everyMs })
    const { acked, seconds: spent } = await loading
    report(`beside ${count(acked / spent)} readings/s`, loaded, alerts - half)
    say(
      `  ratio       ${(quantile(loaded.alertMs, 0.99) / quantile(quiet.alertMs, 0.99)).toFixed(1)} of the yardstick's p99`,
    )
    stream.cut()
  })
}

/** Registers the homes, and gives each all readings but the one that raises its alert. */
async function settle(
  data: string,
  http: string,
  port: number,
  homes: number,
  lastMs: number,
): Promise<void> {
  const rows = Array.from(
    { length: homes },
    (_, home) => `${homeId(home)},W-${homeId(home)},water,high,silent-by-tier`,
  )
  await importHomes(data, ['household,meter,kind,tier,rule', ...rows])
  const client = await mqtt.connectAsync({ port, host: '127.0.0.1', clientId: 'history' })
  const hours = LIVED_HOURS + SILENT_HOURS
  for (let home = 0; home < homes; home++) {
    const readings = Array.from({ length: hours - 1 }, (_, hour) =>
      reading(home, lastMs - (hours - 1 - hour) * HOUR_MS, hour < LIVED_HOURS ? 20 : 0),
    )
    await client.publishAsync('hearthline/v1/bench/readings', JSON.stringify(readings), { qos: 1 })
  }
  await client.endAsync()
  await untilWorked(http)
}

interface Raising {
  readonly from: number
  readonly to: number
  readonly lastMs: number
  /** Between two alerts. */
  readonly everyMs: number
}

interface Latencies {
  readonly ackMs: readonly number[]
  readonly alertMs: readonly number[]
}

async function raise(stream: SseClient, port: number, raising: Raising): Promise<Latencies> {
  const { from, to, lastMs, everyMs } = raising
  const client = await mqtt.connectAsync({ port, host: '127.0.0.1', clientId: `raise-${from}` })
  const sentAt = new Map<string, number>()
  const alertMs: number[] = []
  const ackMs: number[] = []
  let seen = stream.events.length
  const all = stream.until(() => {
    for (; seen < stream.events.length; seen++) {
      const event = stream.events[seen]
      const begun = sentAt.get(event?.data?.household)
      if (event?.data?.change === 'raised' && begun !== undefined) alertMs.push(performance.now() - begun)
    }
    return alertMs.length === to - from
  })
  for (let home = from; home < to; home++) {
    const begun = performance.now()
    sentAt.set(homeId(home), begun)
    const payload = JSON.stringify(reading(home, lastMs, 0))
    void client
      .publishAsync('hearthline/v1/bench/readings', payload, { qos: 1 })
      .then(() => ackMs.push(performance.now() - begun))
    await sleep(everyMs)
  }
  await Promise.race([all, sleep(30_000)])
  await client.endAsync()
  return { ackMs, alertMs }
}

function reading(home: number, time: number, litres: number) {
  return { meter: `W-${homeId(home)}`, time, consumption: litres, intervalSeconds: 3_600, unit: 'L' }
}

function homeId(home: number): string {
  return `H${home}`
}

function report(name: string, { ackMs, alertMs }: Latencies, alerts: number): void {
  say(name)
  say(`  PUBACK      ${quantiles(ackMs)}`)
  say(`  alert       ${quantiles(alertMs)}; ${alerts - alertMs.length} of ${alerts} missing`)
}

function quantiles(ms: readonly number[]): string {
  const text = (q: number): string => `${quantile(ms, q).toFixed(0)} ms`
  return `p50 ${text(0.5)}, p99 ${text(0.99)}, at most ${text(1)}`
}
