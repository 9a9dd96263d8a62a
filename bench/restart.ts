import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import mqtt from 'mqtt'
import { MINUTE_MS } from '../domain/time.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { METERS, newVillage } from './detector-village.ts'
import { ask, count, say } from './system.ts'
import { BUDGET, growCounty, TIMEZONE } from './grow-county.ts'

const DOOR = fileURLToPath(new URL('../hearthline.ts', import.meta.url))
const WEEKS = 3
/** It is started as it was stopped: with other settings every home is saved anew. */
const SETTINGS = { HEARTHLINE_BUDGET: `${BUDGET}`, HEARTHLINE_TIMEZONE: TIMEZONE }

/** How long a system that was stopped takes until it acknowledges again, and until its detector judges again. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      meters: { type: 'string', default: '1000000' },
      weeks: { type: 'string', default: `${WEEKS}` },
    },
  })
  const homes = Math.ceil(Number(values.meters) / METERS)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-bench-'))
  try {
    const empty = path.join(folder, 'empty')
    fs.mkdirSync(empty)
    const full = path.join(folder, 'full')
    fs.mkdirSync(full)
    const begin = performance.now()
    const village = newVillage(Number(values.weeks), 15 * MINUTE_MS)
    const nextMs = growCounty(full, homes, village) + village.stepMs
    const bytes = fs.statSync(dataFiles(full).detector).size
    say(
      `${count(homes * METERS)} meters of state, ${(bytes / homes / METERS).toFixed(0)} B a meter on disk, made in ${seconds(performance.now() - begin)}\n`,
    )
    report('an empty folder (yardstick)', await startOn(empty, nextMs))
    report('the state of all meters', await startOn(full, nextMs))
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

interface Start {
  readonly ackMs: number
  readonly readyMs: number
  readonly judgedMs: number
  readonly rssBytes: number
}

/** @param nextMs time of the next reading of a meter */
async function startOn(data: string, nextMs: number): Promise<Start> {
  const mqttPort = await freePort()
  const httpPort = await freePort()
  const begin = performance.now()
  const child = spawn(
    process.execPath,
    [DOOR, 'serve', '--data', data, '--mqtt-port', `${mqttPort}`, '--http-port', `${httpPort}`],
    {
      env: { ...process.env, ...SETTINGS, HEARTHLINE_AUTH: 'off', HEARTHLINE_LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  try {
    const ackMs = await untilAcked(mqttPort, begin, nextMs)
    const http = `http://127.0.0.1:${httpPort}`
    await untilAnswered(child, http)
    const readyMs = performance.now() - begin
    while (Object.values((await ask(http)).backlog).some((left) => left > 0)) await sleep(20)
    return { ackMs, readyMs, judgedMs: performance.now() - begin, rssBytes: memoryOf(child) }
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

/** A gateway that was there before: it tries to connect until somebody answers, and publishes at once. */
async function untilAcked(port: number, begin: number, timeMs: number): Promise<number> {
  const client = mqtt.connect({ port, host: '127.0.0.1', clientId: 'bench', reconnectPeriod: 20 })
  client.on('error', () => {})
  const reading = { meter: 'W1', time: timeMs, consumption: 1, intervalSeconds: 900, unit: 'L' }
  await client.publishAsync('hearthline/v1/bench/readings', JSON.stringify(reading), { qos: 1 })
  const ackMs = performance.now() - begin
  await client.endAsync(true)
  return ackMs
}

/** The API opens when every stage has its state. */
async function untilAnswered(child: ChildProcess, http: string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}`)
    try {
      await fetch(`${http}/healthz`)
      return
    } catch {
      await sleep(20)
    }
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** What the process holds, where the system tells. */
function memoryOf({ pid }: ChildProcess): number {
  try {
    const [, kB] = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kB ?? NaN) * 1024
  } catch {
    return NaN
  }
}

function report(name: string, { ackMs, readyMs, judgedMs, rssBytes }: Start): void {
  say(name)
  say(`  first PUBACK    ${seconds(ackMs)}`)
  say(
    `  detector ready  ${seconds(readyMs)} (the API answers), the first reading judged after ${seconds(judgedMs)}`,
  )
  say(`  memory          ${(rssBytes / 1e9).toFixed(2)} GB\n`)
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`
}
