import { fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import { parseArgs } from 'node:util'
import type { LoadOptions, LoadResult } from './mqtt-load.ts'
import { count, LIVE_LOAD, load, say, untilWorked, withSystem } from './system.ts'

const QUARTER_HOUR_MS = 900_000
const START_MS = Date.UTC(2024, 0, 1)

interface Case {
  readonly name: string
  readonly load: Pick<LoadOptions, 'connections' | 'inFlight' | 'rate' | 'readingsPerMessage'>
}

const CASES: readonly Case[] = [
  {
    name: 'peak, 1 reading a message',
    load: { connections: 100, inFlight: 20, rate: null, readingsPerMessage: 1 },
  },
  {
    name: 'peak, 50 readings a message',
    load: { connections: 100, inFlight: 4, rate: null, readingsPerMessage: 50 },
  },
  {
    name: '12,000/s, 500 connections',
    load: { ...LIVE_LOAD, rate: 12_000 },
  },
]

/** Each case runs on a fresh data folder, against a yardstick: the bare broker library under the same load. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '10' },
      meters: { type: 'string', default: '20000' },
      only: { type: 'string', default: '' },
    },
  })
  const seconds = Number(values.seconds)
  const meters = Number(values.meters)
  say(
    `${os.availableParallelism()} cores shared by load, broker and stages; ${meters} meters; ${seconds} s a case\n`,
  )
  for (const { name, load } of CASES.filter((each) => each.name.includes(values.only))) {
    const options = { ...load, seconds, meters, startMs: START_MS, stepMs: QUARTER_HOUR_MS }
    const bare = await measureBare(options)
    const whole = await measureHearthline(options)
    report(name, options, bare, whole)
  }
}

async function measureBare(options: Omit<LoadOptions, 'port'>): Promise<LoadResult> {
  const broker = fork(new URL('./bare-broker.ts', import.meta.url))
  const [port] = (await once(broker, 'message')) as [number]
  try {
    return await load({ ...options, port })
  } finally {
    broker.kill('SIGKILL')
  }
}

interface WholeResult extends LoadResult {
  /** From the first publish until every reading was stored and judged. */
  readonly workedSeconds: number
  readonly stored: number
  /** Bytes handed to the disk meanwhile; null where the system does not tell. */
  readonly written: number | null
}

function measureHearthline(options: Omit<LoadOptions, 'port'>): Promise<WholeResult> {
  return withSystem(async ({ child, mqttPort, http }) => {
    await warmUp({ ...options, port: mqttPort }, http)
    const before = (await untilWorked(http)).readings.stored
    const writtenBefore = bytesWritten(child.pid)
    const begin = performance.now()
    const result = await load({ ...options, port: mqttPort })
    const { readings } = await untilWorked(http)
    const workedSeconds = (performance.now() - begin) / 1_000
    const writtenAfter = bytesWritten(child.pid)
    const written = writtenBefore === null || writtenAfter === null ? null : writtenAfter - writtenBefore
    return { ...result, workedSeconds, stored: readings.stored - before, written }
  })
}

/** What Linux has counted of a process. */
function bytesWritten(pid: number | undefined): number | null {
  try {
    const [, bytes] = /^write_bytes: (\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/io`, 'utf8')) ?? []
    return bytes === undefined ? null : Number(bytes)
  } catch {
    return null
  }
}

const WARM_UP_ROUNDS = 3
const WARM_UP_PER_MESSAGE = 100

/** A system in service knows its meters: a few readings of each come first, and are not measured. */
async function warmUp(options: LoadOptions, http: string): Promise<void> {
  await load({
    ...options,
    // One connection, so that each meter gets just so many rounds.
    connections: 1,
    inFlight: 20,
    rate: null,
    seconds: 600,
    messages: (options.meters * WARM_UP_ROUNDS) / WARM_UP_PER_MESSAGE,
    readingsPerMessage: WARM_UP_PER_MESSAGE,
    startMs: options.startMs - WARM_UP_ROUNDS * options.stepMs,
  })
  await untilWorked(http)
}

function report(
  name: string,
  options: Omit<LoadOptions, 'port'>,
  bare: LoadResult,
  whole: WholeResult,
): void {
  const readings = whole.acked * options.readingsPerMessage
  const rate = (result: LoadResult): number => result.acked / result.seconds
  const ms = ({ ackMs }: LoadResult): string =>
    `PUBACK p50 ${ackMs.p50.toFixed(1)} ms, p99 ${ackMs.p99.toFixed(1)} ms`
  say(name)
  say(`  bare aedes (yardstick)  ${count(rate(bare))} messages/s, ${ms(bare)}`)
  say(`  hearthline, acked       ${count(rate(whole))} messages/s, ${ms(whole)}`)
  say(
    `  hearthline, readings    ${count(readings / whole.seconds)}/s acked, ${count(readings / whole.workedSeconds)}/s stored and judged`,
  )
  if (whole.written !== null) say(`  written to disk         ${count(whole.written / readings)} B a reading`)
  say(
    `  ratio                   ${(rate(whole) / rate(bare)).toFixed(2)} of the bare broker; ${whole.stored === readings ? 'all' : `${whole.stored} of ${readings}`} stored\n`,
  )
}
