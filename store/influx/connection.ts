import { HttpError, InfluxDB, setLogger } from '@influxdata/influxdb-client'
import { z } from 'zod'
import { MINUTE_MS, SECOND_MS } from '../../domain/time.ts'
import { INFLUX_VERSIONS, type InfluxConfig, type InfluxVersion } from './config.ts'
import { quoteName } from './escape.ts'
import { explainFailure, InfluxUnavailable } from './explain-failure.ts'

/** A server that says nothing for so long is taken for gone. */
const SILENCE_TIMEOUT_MS = 20 * SECOND_MS
/** And one that drips, after this long in all. */
const REQUEST_TIMEOUT_MS = 2 * MINUTE_MS
/** Smaller bodies are sent as they are. */
const GZIP_THRESHOLD_BYTES = 1_000

/** Answers about what was sent, not about the server. */
const ABOUT_CONTENT: ReadonlySet<number> = new Set([400, 413, 422])

/** One InfluxDB server of any generation, spoken to without state: nothing is buffered or retried here. */
export interface InfluxConnection {
  /** Sends lines once. @throws what the transport throws; `explainFailure` says what it means. */
  writeLines(lines: readonly string[], signal?: AbortSignal): Promise<void>
  /** Rows of the first series of an InfluxQL answer, times in ms. @throws InfluxUnavailable. */
  query(influxql: string): Promise<QuerySeries[]>
  /** Finds out the generation, makes sure of the database, and asks it something. @throws InfluxUnavailable. */
  check(signal?: AbortSignal): Promise<void>
  /** null until the server has been reached. */
  version(): InfluxVersion | null
}

export interface QuerySeries {
  readonly tags: Readonly<Record<string, string>>
  readonly rows: readonly (readonly unknown[])[]
}

// The library writes warnings of its own to the console; what matters of them is in `degraded`.
setLogger({ error() {}, warn() {} })

export function connectInflux(config: InfluxConfig, silenceTimeoutMs = SILENCE_TIMEOUT_MS): InfluxConnection {
  // `transport` is the library's stateless half: authentication, gzip, timeouts and errors, without its buffers.
  const { transport } = new InfluxDB({ url: config.url, timeout: silenceTimeoutMs })
  let version: InfluxVersion | null = config.version ?? null
  let databaseMade = false

  interface Answer {
    readonly status: number
    readonly headers: Readonly<Record<string, unknown>>
    readonly body: unknown
  }

  async function request(
    method: 'GET' | 'POST',
    path: string,
    body: string,
    signal?: AbortSignal,
  ): Promise<Answer> {
    let status = 0
    let headers: Answer['headers'] = {}
    const deadline = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    const answer: unknown = await transport.request(
      path,
      body,
      {
        method,
        headers: authorization(),
        gzipThreshold: GZIP_THRESHOLD_BYTES,
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      },
      (answered, statusCode) => {
        headers = answered
        status = statusCode ?? 0
      },
    )
    return { status, headers, body: answer }
  }

  function authorization(): Record<string, string> {
    const { token } = config
    if (token === undefined || token === '') return {}
    return version === '1'
      ? { authorization: `Basic ${Buffer.from(token).toString('base64')}` }
      : { authorization: `Token ${token}` }
  }

  async function findVersion(signal?: AbortSignal): Promise<InfluxVersion> {
    if (version !== null) return version
    const ping = await request('GET', '/ping', '', signal)
    const found = generation(ping.headers['x-influxdb-version']) ?? (await versionOfHealth(signal))
    if (found === null) {
      throw new InfluxUnavailable(
        `what answers at ${config.url} does not say that it is InfluxDB. Mend HEARTHLINE_INFLUX_URL, or set HEARTHLINE_INFLUX_VERSION to 1, 2 or 3.`,
        { retry: false },
      )
    }
    version = found
    return found
  }

  async function versionOfHealth(signal?: AbortSignal): Promise<InfluxVersion | null> {
    const { body } = await request('GET', '/health', '', signal)
    return typeof body === 'object' && body !== null && 'version' in body ? generation(body.version) : null
  }

  function writePath(found: InfluxVersion): string {
    const database = encodeURIComponent(config.database)
    if (found === '1') return `/write?db=${database}&precision=ms`
    if (found === '2' && (config.org ?? '') === '') {
      throw new InfluxUnavailable(
        `InfluxDB 2 at ${config.url} needs an organisation. Set HEARTHLINE_INFLUX_ORG.`,
        { retry: false },
      )
    }
    return `/api/v2/write?org=${encodeURIComponent(config.org ?? '')}&bucket=${database}&precision=ms`
  }

  async function runQuery(
    influxql: string,
    method: 'GET' | 'POST',
    signal?: AbortSignal,
  ): Promise<QuerySeries[]> {
    const search = new URLSearchParams({ db: config.database, epoch: 'ms', q: influxql })
    const { body } = await request(method, `/query?${search.toString()}`, '', signal)
    return readSeries(body)
  }

  /** 1.x only: 2.x has its buckets made by whoever hands out tokens, 3 makes databases by itself. */
  async function makeDatabase(signal?: AbortSignal): Promise<void> {
    if (version !== '1' || databaseMade) return
    try {
      await runQuery(`CREATE DATABASE ${quoteName(config.database)}`, 'POST', signal)
    } catch (error) {
      // A user who may write but not create: whether the database is there, the next request says.
      if (!(error instanceof HttpError && error.statusCode === 403)) throw error
    }
    databaseMade = true
  }

  async function askAnything(signal?: AbortSignal): Promise<void> {
    try {
      await runQuery('SHOW MEASUREMENTS LIMIT 1', 'GET', signal)
    } catch (error) {
      // 3 makes a database with the first line that is written to it.
      if (!(version === '3' && error instanceof HttpError && error.statusCode === 404)) throw error
    }
  }

  /** Whatever is found out of a server is found out anew after it has failed: it may come back as another. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof HttpError && ABOUT_CONTENT.has(error.statusCode))) {
        version = config.version ?? null
        databaseMade = false
      }
      throw error
    }
  }

  return {
    writeLines(lines, signal) {
      return guarded(async () => {
        const path = writePath(await findVersion(signal))
        await makeDatabase(signal)
        const { status, body } = await request('POST', path, lines.join('\n'), signal)
        // 3 clustered and dedicated answer 201 where it took only a part.
        if (status === 201 && body !== undefined)
          throw new HttpError(422, 'partial write', partialWords(body))
      })
    },
    async query(influxql) {
      try {
        return await guarded(async () => {
          await findVersion()
          return runQuery(influxql, 'GET')
        })
      } catch (error) {
        throw asUnavailable(error, config)
      }
    },
    async check(signal) {
      try {
        await guarded(async () => {
          writePath(await findVersion(signal))
          await makeDatabase(signal)
          await askAnything(signal)
        })
      } catch (error) {
        throw asUnavailable(error, config)
      }
    },
    version: () => version,
  }
}

function generation(text: unknown): InfluxVersion | null {
  const digit = /^v?(\d)\./.exec(typeof text === 'string' ? text : '')?.[1]
  return INFLUX_VERSIONS.find((known) => known === digit) ?? null
}

function partialWords(body: unknown): string {
  return `partial write: ${typeof body === 'string' ? body : JSON.stringify(body)}`
}

function asUnavailable(error: unknown, config: InfluxConfig): InfluxUnavailable {
  const failure = explainFailure(error, config, Date.now())
  if (failure.fate === 'again') return failure.error
  return new InfluxUnavailable(`InfluxDB at ${config.url} refuses a query: ${failure.message}`, {
    retry: false,
  })
}

const queryAnswer = z.object({
  results: z.array(
    z.object({
      /** InfluxQL reports the error of a statement inside an answer of status 200. */
      error: z.string().optional(),
      series: z
        .array(
          z.object({
            tags: z.record(z.string(), z.string()).optional(),
            values: z.array(z.array(z.unknown())).optional(),
          }),
        )
        .optional(),
    }),
  ),
})

function readSeries(body: unknown): QuerySeries[] {
  const answer = queryAnswer.safeParse(body)
  if (!answer.success) throw new HttpError(400, 'no answer to InfluxQL', JSON.stringify(body)?.slice(0, 200))
  const [result] = answer.data.results
  if (result?.error !== undefined) {
    const status = /database not found/i.test(result.error) ? 404 : 400
    throw new HttpError(status, 'query refused', result.error)
  }
  return (result?.series ?? []).map(({ tags, values }) => ({ tags: tags ?? {}, rows: values ?? [] }))
}
