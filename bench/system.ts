import { execFile, fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { LoadOptions, LoadResult } from './mqtt-load.ts'

const DOOR = fileURLToPath(new URL('../hearthline.ts', import.meta.url))

/** What gateways of a whole programme send: each reading in a message of its own. */
export const LIVE_LOAD = { connections: 500, inFlight: 100, readingsPerMessage: 1 } as const

/** A system of its own on free ports, without access control. */
async function serve(
  data: string,
  more: Record<string, string> = {},
): Promise<{ child: ChildProcess; mqttPort: number; http: string }> {
  const child = spawn(
    process.execPath,
    [DOOR, 'serve', '--data', data, '--mqtt-port', '0', '--http-port', '0'],
    {
      env: { ...process.env, HEARTHLINE_AUTH: 'off', HEARTHLINE_LOG_LEVEL: 'warn', ...more },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let out = ''
  for await (const chunk of child.stdout) {
    out += String(chunk)
    if (out.includes('API ')) break
  }
  const [, mqttPort] = /mqtt:\/\/[^:]+:(\d+)/.exec(out) ?? []
  const [http] = /http:\/\/[^/]+/.exec(out) ?? []
  if (mqttPort === undefined || http === undefined) throw new Error(`serve did not announce itself:\n${out}`)
  return { child, mqttPort: Number(mqttPort), http }
}

export interface System {
  readonly data: string
  readonly child: ChildProcess
  readonly mqttPort: number
  readonly http: string
}

/** Runs a system on a folder of its own, and leaves nothing of it. */
export async function withSystem<Result>(
  body: (system: System) => Promise<Result>,
  more: Record<string, string> = {},
): Promise<Result> {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-bench-'))
  try {
    const system = await serve(data, more)
    try {
      return await body({ data, ...system })
    } finally {
      system.child.kill('SIGKILL')
      await once(system.child, 'exit')
    }
  } finally {
    fs.rmSync(data, { recursive: true })
  }
}

export interface Overview {
  readonly readings: { readonly stored: number }
  readonly backlog: Record<string, number>
}

export async function ask(http: string): Promise<Overview> {
  return (await (await fetch(`${http}/api/v1/overview`)).json()) as Overview
}

/** Waits until every stage has worked all that has come. */
export async function untilWorked(http: string): Promise<Overview> {
  for (;;) {
    const overview = await ask(http)
    if (Object.values(overview.backlog).every((left) => left === 0)) return overview
    await sleep(50)
  }
}

/** Registers homes beside a running system; `rows`: lines of CSV, the first names the columns. */
export async function importHomes(data: string, rows: readonly string[]): Promise<void> {
  const file = path.join(data, 'homes.csv')
  fs.writeFileSync(file, `${rows.join('\n')}\n`)
  await promisify(execFile)(process.execPath, [DOOR, 'households', 'import', file, '--data', data])
}

/** The load runs in a process of its own. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const child = fork(new URL('./mqtt-load.ts', import.meta.url))
  child.send(options)
  const [result] = (await once(child, 'message')) as [LoadResult]
  return result
}

/** A quantile of any values; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
