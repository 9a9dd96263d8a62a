import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { type Command } from 'commander'
import type { ControlEntry } from '../domain/log-entry.ts'
import { OperationalError } from '../domain/operational-error.ts'
import { createLog } from '../platform/log.ts'
import type { DemoSystem } from '../simulators/demo/demo-system.ts'
import { runDemo } from '../simulators/demo/run-demo.ts'
import { FEWEST_HOUSEHOLDS } from '../simulators/demo/write-script.ts'
import { readConfig, type Config } from './config.ts'
import { wholeNumber } from './simulate.ts'
import { startSystem } from './start-system.ts'

interface DemoCommand {
  readonly households: number
  readonly seed: number
  readonly data?: string
  readonly mqttPort?: string
  readonly httpPort?: string
  readonly logLevel: string
}

const TIMEZONE = 'Asia/Shanghai'
const HOST = '127.0.0.1'

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'Run a full system beside a simulated village: five weeks of history within seconds, then two days in which things go wrong, then live.',
    )
    .option('--households <n>', 'homes of the village', wholeNumber(FEWEST_HOUSEHOLDS, 2_000), 40)
    .option('--seed <n>', 'another seed is another village', wholeNumber(0, 4_294_967_295), 1)
    .option('--data <dir>', 'keep the data there (a new folder); without it, it is thrown away at the end')
    .option('--mqtt-port <port>', 'MQTT; without it 1883, or a free one where that is taken')
    .option('--http-port <port>', 'HTTP API; without it 8080, or a free one where that is taken')
    .option('--log-level <level>', 'what the system says of itself beside the story', 'error')
    .action(demonstrate)
}

async function demonstrate(options: DemoCommand): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  const folder = dataFolder(options.data)
  try {
    const system = await startOnPorts(options, folder.path, say, (error) => {
      process.stderr.write(`hearthline: a part of the system has crashed: ${error.message}\n`)
      process.exitCode = 1
      stop.abort()
    })
    try {
      await runDemo(system, {
        households: options.households,
        seed: options.seed,
        timezone: TIMEZONE,
        nowMs: Date.now(),
        signal: stop.signal,
        write: say,
        colours: process.stdout.isTTY,
      })
    } catch (error) {
      // Stopped before its gateways were connected: that is how it ends, too.
      if (!stop.signal.aborted || !(error instanceof OperationalError)) throw error
    } finally {
      await system.close()
    }
  } finally {
    folder.remove()
  }
}

/** @throws OperationalError `demo-folder-used`: a story told twice in one journal would contradict itself. */
function dataFolder(given: string | undefined): { path: string; remove: () => void } {
  if (given === undefined) {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-demo-'))
    return { path: made, remove: () => fs.rmSync(made, { recursive: true, force: true }) }
  }
  if (fs.existsSync(given) && fs.readdirSync(given).length > 0) {
    throw new OperationalError(
      'demo-folder-used',
      `${given} is not empty. Give the demonstration a new folder (--data), or leave --data out.`,
    )
  }
  return { path: given, remove: () => {} }
}

const ATTEMPTS = 3

/** Between the look at a port and its use another program may take it: two demonstrations started together. Then look again. */
async function startOnPorts(
  options: DemoCommand,
  data: string,
  say: (line: string) => void,
  onCrash: (error: Error) => void,
): Promise<DemoSystem> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await configOf(options, data, say), onCrash)
    } catch (error) {
      const isTaken = error instanceof OperationalError && error.code === 'port-in-use'
      const isAsked = options.mqttPort !== undefined && options.httpPort !== undefined
      if (!isTaken || isAsked || attempt === ATTEMPTS) throw error
    }
  }
}

async function configOf(options: DemoCommand, data: string, say: (line: string) => void): Promise<Config> {
  const { mqttPort, httpPort } = options
  return readConfig(
    {
      data,
      host: HOST,
      auth: 'off',
      timezone: TIMEZONE,
      logLevel: options.logLevel,
      mqttPort: await portFor('MQTT', mqttPort ?? process.env['HEARTHLINE_MQTT_PORT'], 1883, say),
      httpPort: await portFor('HTTP', httpPort ?? process.env['HEARTHLINE_HTTP_PORT'], 8080, say),
    },
    {},
  )
}

/** A port that was asked for is taken or is an error; the usual one gives way to a free one. */
async function portFor(
  what: string,
  given: string | undefined,
  usual: number,
  say: (line: string) => void,
): Promise<string> {
  if (given !== undefined && given !== '') return given
  if (await isFree(usual)) return String(usual)
  say(`Port ${usual} is taken: ${what} takes a free one.`)
  return '0'
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: HOST, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

async function start(config: Config, onCrash: (error: Error) => void): Promise<DemoSystem> {
  const log = createLog(config.logLevel, process.stderr.isTTY)
  const system = await startSystem(config, log, onCrash)
  const { mqtt, http } = system
  if (mqtt === null || http === null) throw new Error('a demonstration runs every role')
  return {
    mqttUrl: `mqtt://${HOST}:${mqtt.mqtt}`,
    httpUrl: http,
    append: (entry: ControlEntry) => system.append(entry),
    close: () => system.close(),
  }
}
