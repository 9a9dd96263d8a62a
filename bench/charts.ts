import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { DAY_MS } from '../domain/time.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { meterId } from './mqtt-load.ts'
import { count, importHomes, LIVE_LOAD, load, quantile, say, untilWorked, withSystem } from './system.ts'

const STEP_MS = 900_000
const DAYS = 30
const METERS_PER_HOME = 2

/** The chart of a home's last 30 days while readings come in, and what a reading takes in the embedded store. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '30' },
      rate: { type: 'string', default: '12000' },
      homes: { type: 'string', default: '1000' },
      // Who ask one chart after the other, without a pause.
      desks: { type: 'string', default: '1' },
    },
  })
  const [seconds, rate, homes] = [Number(values.seconds), Number(values.rate), Number(values.homes)]
  const desks = Number(values.desks)
  await withSystem(async ({ data, mqttPort, http }) => {
    await register(data, homes)
    const meters = homes * METERS_PER_HOME
    const startMs = Date.UTC(2024, 0, 1)
    const lived = { meters, startMs, stepMs: STEP_MS, connections: 100, rate: null, port: mqttPort }
    const rounds = (DAYS * DAY_MS) / STEP_MS
    // A meter speaks through one connection: each has the same share of messages.
    await load({
      ...lived,
      inFlight: 4,
      readingsPerMessage: 20,
      seconds: 3_600,
      messages: (rounds * meters) / 20,
    })
    const { stored } = (await untilWorked(http)).readings
    say(
      `${count(homes)} homes of ${METERS_PER_HOME} meters, ${DAYS} days every 15 min: ${count(stored)} readings, ${(sizeOf(data) / stored).toFixed(1)} B a reading in the store\n`,
    )
    report('nothing else to do', await ask30Days(http, homes, desks, seconds * 500))
    const loading = load({
      ...lived,
      ...LIVE_LOAD,
      startMs: startMs + rounds * STEP_MS,
      rate,
      seconds,
    })
    await sleep(2_000)
    const asked = await ask30Days(http, homes, desks, (seconds - 4) * 1_000)
    const loaded = await loading
    report(`beside ${count(loaded.acked / loaded.seconds)} readings/s`, asked)
  })
}

function register(data: string, homes: number): Promise<void> {
  const rows = Array.from(
    { length: homes * METERS_PER_HOME },
    (_, meter) => `H${meter % homes},${meterId(meter)},water`,
  )
  return importHomes(data, ['household,meter,kind', ...rows])
}

interface Asked {
  readonly chartMs: number[]
  /** A request that does nothing, in between: what HTTP costs here. */
  readonly idleMs: number[]
  points: number
}

/** The consumption of one home after the other by the hour, by several people at a time. */
async function ask30Days(http: string, homes: number, desks: number, forMs: number): Promise<Asked> {
  const asked: Asked = { chartMs: [], idleMs: [], points: 0 }
  const end = performance.now() + forMs
  let next = 0
  const desk = async (): Promise<void> => {
    while (performance.now() < end) {
      // Homes far from one another, so that nobody finds the pages of the one before.
      const home = (next++ * 617) % homes
      const begun = performance.now()
      const response = await fetch(`${http}/api/v1/households/H${home}/consumption`)
      const { meters } = (await response.json()) as { meters: { items: unknown[] }[] }
      asked.chartMs.push(performance.now() - begun)
      asked.points += meters.reduce((sum, { items }) => sum + items.length, 0)
      const idleFrom = performance.now()
      await (await fetch(`${http}/healthz`)).text()
      asked.idleMs.push(performance.now() - idleFrom)
    }
  }
  await Promise.all(Array.from({ length: desks }, desk))
  return asked
}

function report(name: string, { chartMs, idleMs, points }: Asked): void {
  const quantiles = (ms: readonly number[]): string =>
    `p50 ${quantile(ms, 0.5).toFixed(1)} ms, p95 ${quantile(ms, 0.95).toFixed(1)} ms, p99 ${quantile(ms, 0.99).toFixed(1)} ms`
  say(name)
  say(`  GET /healthz (yardstick)  ${quantiles(idleMs)}`)
  say(
    `  30 days of a home         ${quantiles(chartMs)}; ${count(chartMs.length)} charts of ${(points / chartMs.length).toFixed(0)} hours`,
  )
  say(
    `  ratio                     ${(quantile(chartMs, 0.95) / quantile(idleMs, 0.95)).toFixed(1)} of the yardstick's p95\n`,
  )
}

/** With what is not yet folded into the file. */
function sizeOf(data: string): number {
  const { store } = dataFiles(data)
  return [store, `${store}-wal`].reduce(
    (sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}
