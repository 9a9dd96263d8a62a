import fs from 'node:fs'
import { styleText } from 'node:util'
import { Command } from 'commander'
import { OperationalError } from '../domain/operational-error.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { showProgress } from '../platform/progress.ts'
import { openDatabase, transact } from '../platform/sqlite.ts'
import { copyToInflux, type CopyReport } from '../store/copy/copy-to-influx.ts'
import { embeddedProgress, handOver } from '../store/copy/hand-over.ts'
import { createEmbeddedStore } from '../store/embedded/embedded-store.ts'
import { STORE_MIGRATIONS } from '../store/embedded/schema.ts'
import { countReadings } from '../store/embedded/walk-store.ts'
import { influxConfigOf, type InfluxConfig } from '../store/influx/config.ts'
import { connectInflux } from '../store/influx/connection.ts'
import { addConfigOptions, readConfig } from './config.ts'

/** Of the settings of `serve`, those that say from where and to where. */
const NEEDED: ReadonlySet<string> = new Set([
  'data',
  'influxUrl',
  'influxToken',
  'influxOrg',
  'influxDatabase',
])

export function registerStore(program: Command): void {
  const store = program.command('store').description('look after the store of readings')
  const copy = store
    .command('copy')
    .description('copy the readings of the embedded store into InfluxDB and compare both, reading by reading')
    .addHelpText(
      'after',
      `
Works beside a running serve, and may be broken off and started again: what is there already is only compared.
To move: copy while serve runs on, stop serve, copy once more, start serve with HEARTHLINE_INFLUX_URL set.

Exit code: 0 all readings are in InfluxDB, 1 not all.

Example:
  hearthline store copy --influx-url http://127.0.0.1:8086 --influx-database hearthline`,
    )
    .action(async (options: Record<string, unknown>) => {
      const config = readConfig(options, process.env)
      const influx = influxConfigOf(config)
      if (influx === null) {
        throw new OperationalError(
          'influx-not-named',
          'where to copy to is not said: give --influx-url, or set HEARTHLINE_INFLUX_URL',
        )
      }
      await copyStore(config.data, influx)
    })
  for (const option of addConfigOptions(new Command()).options) {
    if (NEEDED.has(option.attributeName())) copy.addOption(option)
  }
}

async function copyStore(dataDir: string, influx: InfluxConfig): Promise<void> {
  const file = dataFiles(dataDir).store
  if (!fs.existsSync(file)) {
    throw new OperationalError(
      'store-not-found',
      `there is no embedded store at ${file}. Name its folder with --data.`,
    )
  }
  const db = openDatabase({ file, synchronous: 'FULL', migrations: STORE_MIGRATIONS })
  try {
    const connection = connectInflux(influx)
    await connection.check()
    // Before the first row is read: whatever comes later is behind this place in the readings log.
    const progress = embeddedProgress(db)
    transact(db, () => createEmbeddedStore(db).spread())
    const bar = showProgress('copying', countReadings(db), 'readings')
    const report = await copyToInflux(db, connection, influx, (compared, written) =>
      bar.update(compared, `${written} written`),
    ).finally(() => bar.finish())
    print(report)
    const whole = report.refused.length === 0 && differing(report) === 0
    if (!whole) process.exitCode = 1
    if (progress === null) return
    process.stdout.write(
      handOver(db, progress)
        ? 'serve goes on from here when it is started with HEARTHLINE_INFLUX_URL\n'
        : 'serve has written to InfluxDB before and goes on from its own place\n',
    )
  } finally {
    db.close()
  }
}

const SHOWN_REFUSALS = 20

function print(report: CopyReport): void {
  const { compared, written, refused, meters } = report
  process.stdout.write(`compared ${compared} readings of ${meters.size} meters, wrote ${written}\n`)
  for (const { reading, message } of refused.slice(0, SHOWN_REFUSALS)) {
    process.stdout.write(`refused: ${reading.meter} ${new Date(reading.timeMs).toISOString()}: ${message}\n`)
  }
  for (const [meter, { embedded, influx }] of meters) {
    if (embedded.count === influx.count && embedded.sum === influx.sum) continue
    process.stdout.write(
      `differs: ${meter}: ${embedded.count} readings, sum ${embedded.sum} here; ${influx.count}, ${influx.sum} in InfluxDB\n`,
    )
  }
  const differ = differing(report)
  const verdict =
    differ === 0
      ? styleText('green', `counts and sums of all ${meters.size} meters agree`)
      : styleText('red', `${differ} of ${meters.size} meters differ, ${refused.length} readings were refused`)
  process.stdout.write(`${verdict}\n`)
}

function differing({ meters }: CopyReport): number {
  let differ = 0
  for (const { embedded, influx } of meters.values()) {
    if (embedded.count !== influx.count || embedded.sum !== influx.sum) differ++
  }
  return differ
}
