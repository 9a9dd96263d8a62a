import { InvalidArgumentError, type Command } from 'commander'
import { gatewayIdSchema, type GatewayId } from '../domain/ids.ts'
import type { Speed } from '../simulators/publish/pace.ts'
import { replayFile, type ReplayReport } from '../simulators/replay/replay-file.ts'
import { parseBroker, parseSpeed, wholeNumber } from './simulate.ts'

interface ReplayOptions {
  readonly readings: string
  readonly speed: Speed
  readonly mqtt: string
  readonly gateway: GatewayId
  readonly inFlight: number
  readonly connections: number
  readonly username?: string
  readonly password?: string
  readonly json?: boolean
}

/** Bad lines named one by one; beyond it they are only counted. */
const BAD_LINES_SHOWN = 10

export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description(
      'Publish a reading file (timestamp,meter_id,kind,value,unit; plain or gzip) over MQTT as if live: one reading a message, QoS 1.',
    )
    .requiredOption('--readings <file>', 'the reading file')
    .option(
      '--speed <n>',
      'max (as fast as acks allow), or file seconds a second: 3600 plays an hour in a second',
      parseSpeed,
      'max' as Speed,
    )
    .option('--mqtt <url>', 'broker to publish to', parseBroker, 'mqtt://127.0.0.1:1883')
    .option('--gateway <id>', 'gateway to publish as', parseGateway, 'gw-replay' as GatewayId)
    .option('--in-flight <n>', 'unacknowledged messages at most', wholeNumber(1, 65_000), 1_000)
    .option(
      '--connections <n>',
      'MQTT connections; each meter keeps to one, in order',
      wholeNumber(1, 100),
      4,
    )
    .option('--username <name>', 'MQTT user name (the gateway id, for a Hearthline broker)')
    .option('--password <text>', 'MQTT password')
    .option('--json', 'also print the report as one JSON line')
    .action(async (options: ReplayOptions) => {
      const stop = new AbortController()
      process.once('SIGINT', () => stop.abort())
      process.once('SIGTERM', () => stop.abort())
      let shown = 0
      const report = await replayFile({
        ...options,
        signal: stop.signal,
        onBadLine: ({ line, message }) => {
          if (++shown <= BAD_LINES_SHOWN) process.stderr.write(`line ${line}: ${message}\n`)
        },
      })
      process.stdout.write(`${inWords(report)}\n`)
      if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`)
      process.exitCode = exitCodeOf(report)
    })
}

function inWords(report: ReplayReport): string {
  const { published, acked, badLines, seconds, messagesPerSecond } = report
  const words = `published ${published}, acked ${acked}, bad lines ${badLines}, in ${seconds.toFixed(1)} s (${messagesPerSecond} messages/s)`
  if (report.failure !== null) return `${words}; stopped: ${report.failure}`
  if (report.interrupted) return `${words}; interrupted`
  return acked === published ? words : `${words}; ${published - acked} were not acknowledged in time`
}

function exitCodeOf({ interrupted, failure, published, acked }: ReplayReport): number {
  // 130 is what shells give to a program that ended on SIGINT.
  if (interrupted) return 130
  return failure === null && published === acked ? 0 : 1
}

function parseGateway(text: string): GatewayId {
  const parsed = gatewayIdSchema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError(parsed.error.issues.map((issue) => issue.message).join('; '))
}
