import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const DOOR = fileURLToPath(new URL('../../hearthline.ts', import.meta.url))

export interface ServeProcess {
  readonly mqtt: string
  readonly http: string
  readonly child: ChildProcess
  /** What it has written to stderr so far. */
  log(): string
  get(path: string): Promise<{ status: number; body: any }>
  post(path: string, body: unknown): Promise<{ status: number; body: any }>
  /** Ends it at once, as a power cut would end the process. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** Ports that are free now; a killed server's successor takes the same ones again. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port)
  for (const server of servers) server.close()
  return ports
}

/** Starts the real `hearthline serve`, authentication off, and resolves when it has announced itself. */
export async function startServe(
  data: string,
  ports: readonly number[],
  env: Record<string, string> = {},
): Promise<ServeProcess> {
  const [mqttPort = 0, httpPort = 0] = ports
  const child = spawn(process.execPath, [DOOR, 'serve', '--data', data], {
    env: {
      ...process.env,
      HEARTHLINE_AUTH: 'off',
      HEARTHLINE_MQTT_PORT: String(mqttPort),
      HEARTHLINE_HTTP_PORT: String(httpPort),
      HEARTHLINE_LOG_LEVEL: 'warn',
      ...env,
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (out.includes('Hearthline is running')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}:\n${log}`)))
  })
  const http = `http://127.0.0.1:${httpPort}`
  const ask = async (path: string, init?: RequestInit): Promise<{ status: number; body: any }> => {
    const response = await fetch(http + path, init)
    return { status: response.status, body: await response.json() }
  }
  return {
    mqtt: `mqtt://127.0.0.1:${mqttPort}`,
    http,
    child,
    log: () => log,
    get: (path) => ask(path),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async kill() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = (await once(child, 'exit')) as [number | null]
      return code
    },
  }
}

/** Asks until the answer is as wanted; the test's own time limit ends a wait in vain. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Waits until every stage has worked all there is. */
export async function untilWorked(serve: ServeProcess): Promise<any> {
  const { body } = await until(
    () => serve.get('/api/v1/overview'),
    ({ body: { backlog } }) => backlog.ingest === 0 && backlog.store === 0 && backlog.detector === 0,
  )
  return body
}

/** All items of a list of the API, page by page. */
export async function listAll(serve: ServeProcess, path: string): Promise<any[]> {
  const items: any[] = []
  let cursor: string | null = null
  do {
    const join = path.includes('?') ? '&' : '?'
    const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { status, body } = await serve.get(`${path}${join}limit=1000${next}`)
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
    items.push(...body.items)
    cursor = body.next
  } while (cursor !== null)
  return items
}
