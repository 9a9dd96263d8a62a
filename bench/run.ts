import { OperationalError } from '../domain/operational-error.ts'

/** Benchmarks by name: `npm run bench -- end-to-end`. Each prints what it measured, as numbers and against a yardstick. */
const BENCHMARKS: Record<
  string,
  { what: string; load: () => Promise<{ run: (args: string[]) => Promise<void> }> }
> = {
  'end-to-end': {
    what: 'MQTT in, fsync, PUBACK, stored, judged: rates and latencies, one and fifty readings a message',
    load: () => import('./end-to-end.ts'),
  },
  stages: {
    what: 'ingest, store and detector, each alone over the same readings: processor time a reading',
    load: () => import('./stages.ts'),
  },
  alerts: {
    what: 'from a reading to its alert on the live stream, alone and beside 12,000 readings/s',
    load: () => import('./alerts.ts'),
  },
  charts: {
    what: '30 days of a home over HTTP, alone and beside 12,000 readings/s; bytes a reading in the embedded store',
    load: () => import('./charts.ts'),
  },
  outage: {
    what: 'the same into InfluxDB, which is killed and started again: what is acked, kept, and how fast it drains',
    load: () => import('./outage.ts'),
  },
  detector: {
    what: 'readings folded a second on one core, bytes a meter, all meters of a country held at once, snapshot and restore',
    load: () => import('./detector.ts'),
  },
  restart: {
    what: 'a system with the state of --meters N is started: seconds to the first PUBACK, and until its detector judges',
    load: () => import('./restart.ts'),
  },
  trend: {
    what: 'what the trends cost and find on a file of real readings: --readings FILE [--timezone ZONE] [--rounds N]',
    load: () => import('./trend.ts'),
  },
}

const [name, ...args] = process.argv.slice(2)
const benchmark = name === undefined ? undefined : BENCHMARKS[name]
if (benchmark === undefined) {
  const list = Object.entries(BENCHMARKS).map(
    ([key, { what }]) => `  npm run bench -- ${key.padEnd(12)} ${what}`,
  )
  process.stderr.write(`Which benchmark?\n${list.join('\n')}\n`)
  process.exitCode = 1
} else {
  try {
    await (await benchmark.load()).run(args)
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error
    process.stderr.write(`bench: ${error.message}\n`)
    process.exitCode = 1
  }
}
