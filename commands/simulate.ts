import fs from 'node:fs'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { timezoneSchema } from '../domain/household.ts'
import { DAY_MS, MINUTE_MS, type EpochMs } from '../domain/time.ts'
import type { Speed } from '../simulators/publish/pace.ts'
import { runSimulation } from '../simulators/simulate.ts'
import { INCIDENT_KINDS, type IncidentKind } from '../simulators/village/incident.ts'
import { usualCounts } from '../simulators/village/plan-incidents.ts'
import { TRANSPORT_FAULTS, type TransportFault } from '../simulators/village/transport.ts'

export interface SimulateOptions {
  readonly mqtt: string
  readonly households: number
  readonly days: number
  readonly seed: number
  readonly start?: EpochMs | 'now'
  readonly speed: Speed
  readonly step: '15' | '60'
  readonly incidents: ReadonlyMap<IncidentKind, number | null>
  readonly faults: ReadonlySet<TransportFault>
  readonly batch: number
  readonly homesPerGateway: number
  readonly timezone: string
  readonly out?: string
  readonly truth?: string
  readonly register?: string
  readonly username?: string
  readonly password?: string
  readonly credentials?: string
}

export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description(
      'Publish a simulated village over MQTT (or write it to files): homes with living rhythms, incidents with ground truth, faults. Seeded: the same seed gives the same village.',
    )
    .option('--mqtt <url>', 'broker to publish to', parseBroker, 'mqtt://127.0.0.1:1883')
    .option('--households <n>', 'homes, two meters each', wholeNumber(1, 100_000), 50)
    .option('--days <n>', 'days of life', wholeNumber(1, 3_660), 35)
    .option('--seed <n>', 'another seed is another village', wholeNumber(0, 4_294_967_295), 1)
    .option('--start <time>', 'ISO 8601 with a zone, or now; without it the days end now', parseStart)
    .option(
      '--speed <n>',
      'max, or simulated seconds a second; at 1 the past goes out at once and the present follows in real time',
      parseSpeed,
      'max' as Speed,
    )
    .addOption(
      new Option('--step <minutes>', 'how often meters are read').choices(['15', '60']).default('15'),
    )
    .addOption(
      new Option(
        '--incidents <list>',
        `all, none, or kinds with an optional count (fall:3,leak): ${INCIDENT_KINDS.join(', ')}`,
      )
        .argParser(parseIncidents)
        .default(parseIncidents('all'), 'all'),
    )
    .addOption(
      new Option(
        '--faults <list>',
        `of the way to the broker: none, all, or some of ${TRANSPORT_FAULTS.join(', ')}`,
      )
        .argParser(parseFaults)
        .default(parseFaults('none'), 'none'),
    )
    .option('--batch <n>', 'readings a message at most', wholeNumber(1, 1_000), 100)
    .option('--homes-per-gateway <n>', 'homes that share a gateway', wholeNumber(1, 1_000), 50)
    .addOption(
      new Option('--timezone <zone>', 'where the homes are')
        .env('HEARTHLINE_TIMEZONE')
        .argParser(parseZone)
        .default('Asia/Shanghai'),
    )
    .option('--out <dir>', 'write readings.csv.gz, households.csv and truth.ndjson there, publish nothing')
    .option('--truth <file>', 'write the ground truth there (NDJSON)')
    .option('--register <file>', 'write the households there, for `hearthline households import`')
    .option('--username <name>', 'the same credential for all gateways')
    .option('--password <text>', 'goes with --username')
    .option('--credentials <file>', 'lines "gateway,password": each gateway its own credential')
    .addHelpText('after', EXAMPLES)
    .action(async (options: SimulateOptions) => {
      const stop = new AbortController()
      process.once('SIGINT', () => stop.abort())
      process.once('SIGTERM', () => stop.abort())
      process.exitCode = await runSimulation({
        ...options,
        ...periodOf(options, Date.now()),
        stepMinutes: options.step === '60' ? 60 : 15,
        counts: countsOf(options),
        signal: stop.signal,
        say: (line) => process.stdout.write(`${line}\n`),
        readCredentials: (file) => fs.readFileSync(file, 'utf8'),
      })
    })
}

const EXAMPLES = `
Examples:
  hearthline simulate --households 200 --days 60 --register homes.csv --truth truth.ndjson
  hearthline simulate --speed 1                       five weeks at once, then live until stopped
  hearthline simulate --out ./village --incidents fall:5,holiday:5 --faults duplicates,out-of-order
`

function countsOf({ incidents, households }: SimulateOptions): Map<IncidentKind, number> {
  const usual = usualCounts(households, [...incidents.keys()])
  return new Map([...incidents].map(([kind, count]) => [kind, count ?? usual.get(kind) ?? 1]))
}

/** Without a start the days end now; in real time without a start they never end. */
function periodOf(
  { start, days, speed, step }: SimulateOptions,
  nowMs: EpochMs,
): { fromMs: EpochMs; toMs: EpochMs; incidentsUntilMs: EpochMs; anchorMs: EpochMs } {
  const stepMs = (step === '60' ? 60 : 15) * MINUTE_MS
  const lengthMs = days * DAY_MS
  const begin = start === undefined ? nowMs - lengthMs : start === 'now' ? nowMs : start
  const fromMs = Math.floor(begin / stepMs) * stepMs
  const live = speed === 1 && start === undefined
  return {
    fromMs,
    toMs: live ? Infinity : begin + lengthMs,
    incidentsUntilMs: live ? nowMs + DAY_MS : begin + lengthMs,
    anchorMs: speed === 1 ? nowMs : fromMs,
  }
}

export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`)
    }
    return value
  }
}

export function parseSpeed(text: string): Speed {
  if (text === 'max') return 'max'
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) {
    throw new InvalidArgumentError('Give max, or a number above 0: 1 is real time, 3600 is an hour a second.')
  }
  return value
}

const BROKER_PROTOCOLS: ReadonlySet<string> = new Set([
  'mqtt:',
  'tcp:',
  'mqtts:',
  'ssl:',
  'tls:',
  'ws:',
  'wss:',
])

export function parseBroker(text: string): string {
  const { protocol, hostname } = URL.parse(text) ?? { protocol: '', hostname: '' }
  if (BROKER_PROTOCOLS.has(protocol) && hostname !== '') return text
  throw new InvalidArgumentError(
    'Give mqtt://, mqtts://, ws:// or wss:// with host and port, such as mqtt://127.0.0.1:1883.',
  )
}

function parseStart(text: string): EpochMs | 'now' {
  if (text === 'now') return 'now'
  const timeMs = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(timeMs)) {
    throw new InvalidArgumentError('Give now, or ISO 8601 with a zone such as 2026-11-20T08:00:00+08:00.')
  }
  return timeMs
}

function parseIncidents(text: string): Map<IncidentKind, number | null> {
  if (text === 'none') return new Map()
  if (text === 'all') return new Map(INCIDENT_KINDS.map((kind) => [kind, null]))
  const counts = new Map<IncidentKind, number | null>()
  for (const item of text.split(',')) {
    const [name = '', count] = item.trim().split(':')
    const kind = INCIDENT_KINDS.find((known) => known === name)
    if (kind === undefined) {
      throw new InvalidArgumentError(`"${name}" is none of ${INCIDENT_KINDS.join(', ')}.`)
    }
    counts.set(kind, count === undefined ? null : wholeNumber(1, 100_000)(count))
  }
  return counts
}

function parseFaults(text: string): Set<TransportFault> {
  if (text === 'none') return new Set()
  if (text === 'all') return new Set(TRANSPORT_FAULTS)
  return new Set(
    text.split(',').map((item) => {
      const fault = TRANSPORT_FAULTS.find((known) => known === item.trim())
      if (fault === undefined) {
        throw new InvalidArgumentError(`"${item}" is none of ${TRANSPORT_FAULTS.join(', ')}.`)
      }
      return fault
    }),
  )
}

function parseZone(text: string): string {
  if (!timezoneSchema.safeParse(text).success) {
    throw new InvalidArgumentError('Give an IANA name such as Asia/Shanghai.')
  }
  return text
}
