import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A real InfluxDB 1.x of a test's own, on a free port and a folder that goes with it. */
export interface Influxd {
  readonly url: string
  /** InfluxQL, straight to the server, bypassing Hearthline. */
  query(
    influxql: string,
    database: string,
  ): Promise<{ series: { tags?: Record<string, string>; values: unknown[][] }[] }>
  writeLines(lines: string, database: string): Promise<number>
  kill(): Promise<void>
  start(): Promise<void>
  /** Kills it and removes its folder. */
  remove(): Promise<void>
}

export const hasInfluxd = ((): boolean => {
  try {
    execFileSync('influxd', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** In CI a missing server is a failure, elsewhere a visible skip. */
export const skipInfluxd = !hasInfluxd && process.env['CI'] !== 'true'

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export async function startInfluxd(
  options: { admin?: { user: string; password: string } } = {},
): Promise<Influxd> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-influxd-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const headers =
    options.admin === undefined
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${options.admin.user}:${options.admin.password}`).toString('base64')}`,
        }
  let process_: ChildProcess | null = null

  const influxd: Influxd = {
    url,
    async query(influxql, database) {
      const search = new URLSearchParams({ db: database, epoch: 'ms', q: influxql })
      const answer = await fetch(`${url}/query?${search.toString()}`, { method: 'POST', headers })
      const body = (await answer.json()) as {
        results: { error?: string; series?: { tags?: Record<string, string>; values: unknown[][] }[] }[]
      }
      const error = body.results?.[0]?.error
      if (error !== undefined) throw new Error(error)
      return { series: body.results?.[0]?.series ?? [] }
    },
    async writeLines(lines, database) {
      const answer = await fetch(`${url}/write?db=${database}&precision=ms`, {
        method: 'POST',
        headers,
        body: lines,
      })
      return answer.status
    },
    async kill() {
      if (process_ === null) return
      const exited = once(process_, 'exit')
      process_.kill('SIGKILL')
      await exited
      process_ = null
    },
    async start() {
      process_ = spawn('influxd', ['run', '-config', '/dev/null'], {
        stdio: 'ignore',
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          INFLUXDB_REPORTING_DISABLED: 'true',
          INFLUXDB_BIND_ADDRESS: `127.0.0.1:${await freePort()}`,
          INFLUXDB_META_DIR: path.join(folder, 'meta'),
          INFLUXDB_DATA_DIR: path.join(folder, 'data'),
          INFLUXDB_DATA_WAL_DIR: path.join(folder, 'wal'),
          INFLUXDB_DATA_MAX_VALUES_PER_TAG: '0',
          INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
          INFLUXDB_HTTP_AUTH_ENABLED: options.admin === undefined ? 'false' : 'true',
          INFLUXDB_MONITOR_STORE_ENABLED: 'false',
        },
      })
      await answering(url)
    },
    async remove() {
      await influxd.kill()
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
  await influxd.start()
  if (options.admin !== undefined) {
    const { user, password } = options.admin
    const search = new URLSearchParams({
      q: `CREATE USER "${user}" WITH PASSWORD '${password}' WITH ALL PRIVILEGES`,
    })
    await fetch(`${url}/query?${search.toString()}`, { method: 'POST' })
  }
  return influxd
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const up = await fetch(`${url}/ping`).then(
      ({ status }) => status === 204,
      () => false,
    )
    if (up) return
    await sleep(50)
  }
  throw new Error(`influxd did not come up at ${url}`)
}
