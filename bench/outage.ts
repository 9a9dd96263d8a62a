import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startInfluxd, type Influxd } from '../tests/store/influxd.ts'
import { ask, count, LIVE_LOAD, load, say, untilWorked, withSystem } from './system.ts'
import { type LoadResult, meterId } from './mqtt-load.ts'

const DATABASE = 'hearthline'
/** What a meter of the load uses from one reading to the next, in L. */
const USE_L = 7

interface Sample {
  readonly atS: number
  readonly stored: number
  readonly backlog: number
}

/**
 * A live load into InfluxDB, which is killed for a third of it and started again. Then the acked set is compared with
 * the stored set in InfluxQL, count and sum per meter.
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '60' },
      rate: { type: 'string', default: '12000' },
      meters: { type: 'string', default: '20000' },
    },
  })
  const [seconds, rate, meters] = [Number(values.seconds), Number(values.rate), Number(values.meters)]
  const influxd = await startInfluxd()
  const watching = new AbortController()
  try {
    await withSystem(
      async ({ http, mqttPort }) => {
        const samples: Sample[] = []
        const begin = performance.now()
        void watch(http, begin, samples, watching.signal)
        const loading = load({
          port: mqttPort,
          ...LIVE_LOAD,
          rate,
          seconds,
          meters,
          startMs: Date.UTC(2024, 0, 1),
          stepMs: 900_000,
        })
        await sleep((seconds * 1_000) / 4)
        await influxd.kill()
        const killedS = (performance.now() - begin) / 1_000
        await sleep((seconds * 1_000) / 3)
        await influxd.start()
        const backS = (performance.now() - begin) / 1_000
        const loaded = await loading
        await untilWorked(http)
        watching.abort()
        report({ rate, killedS, backS, loaded, samples })
        say(await compare(influxd, loaded, meters))
      },
      { HEARTHLINE_INFLUX_URL: influxd.url, HEARTHLINE_INFLUX_DATABASE: DATABASE },
    )
  } finally {
    watching.abort()
    await influxd.remove()
  }
}

async function watch(http: string, begin: number, samples: Sample[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { readings, backlog } = await ask(http)
    const atS = (performance.now() - begin) / 1_000
    samples.push({ atS, stored: readings.stored, backlog: backlog['store'] ?? 0 })
    await sleep(250, undefined, { signal }).catch(() => {})
  }
}

interface Outcome {
  readonly rate: number
  readonly killedS: number
  readonly backS: number
  readonly loaded: LoadResult
  readonly samples: readonly Sample[]
}

function report({ rate, killedS, backS, loaded, samples }: Outcome): void {
  const { sent, acked, ackMs } = loaded
  const before = samples.findLast(({ atS }) => atS < backS)
  const resumed = samples.find(({ atS, stored }) => atS > backS && stored > (before?.stored ?? 0))
  const drained = samples.find(({ atS, backlog }) => atS > backS + 1 && backlog === 0) ?? samples.at(-1)
  const drainS = (drained?.atS ?? 0) - (resumed?.atS ?? 0)
  const drainRate = ((drained?.stored ?? 0) - (resumed?.stored ?? 0)) / drainS
  say(
    `${count(acked / loaded.seconds)} readings/s for ${loaded.seconds.toFixed(0)} s, asked for ${count(rate)}/s`,
  )
  say(
    `  PUBACK                  ${sent - acked} of ${count(sent)} missing; p50 ${ackMs.p50.toFixed(1)} ms, p99 ${ackMs.p99.toFixed(1)} ms`,
  )
  say(
    `  influxd away            from ${killedS.toFixed(1)} s to ${backS.toFixed(1)} s; largest backlog ${count(Math.max(...samples.map(({ backlog }) => backlog)))}`,
  )
  say(`  first batch after       ${((resumed?.atS ?? 0) - backS).toFixed(1)} s`)
  say(
    `  drained in              ${drainS.toFixed(1)} s, while the load went on: ${count(drainRate)}/s stored, ${(drainRate / rate).toFixed(1)} of the live rate`,
  )
}

/** Each meter of a connection was sent in turn, and all but its first reading have a use of USE_L. */
async function compare(influxd: Influxd, { acked, sentBy }: LoadResult, meters: number): Promise<string> {
  const { series } = await influxd.query(
    'SELECT count(quality), sum(consumption) FROM readings GROUP BY meter',
    DATABASE,
  )
  const stored = new Map(series.map(({ tags, values }) => [tags?.['meter'], values[0] ?? []]))
  let readings = 0
  let differing = 0
  for (let index = 0; index < meters; index++) {
    const connection = index % sentBy.length
    const sent = sentBy[connection] ?? 0
    const served = Math.ceil((meters - connection) / sentBy.length)
    const turn = Math.floor(index / sentBy.length)
    const expected = Math.floor(sent / served) + (turn < sent % served ? 1 : 0)
    const [, found = 0, sum] = stored.get(meterId(index)) ?? []
    readings += Number(found)
    if (found !== expected || (sum ?? 0) !== Math.max(0, expected - 1) * USE_L) differing++
  }
  return `  in InfluxDB             ${count(readings)} of ${count(acked)} acked readings; ${differing} of ${count(meters)} meters differ in count or sum`
}
