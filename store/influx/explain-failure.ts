import { HttpError } from '@influxdata/influxdb-client'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { SECOND_MS, MINUTE_MS, type EpochMs } from '../../domain/time.ts'
import type { InfluxConfig } from './config.ts'

/** What a failed request means for the lines in it. */
export type Failure =
  /** The server speaks of the lines themselves: those it did not name are stored. */
  | { readonly fate: 'lines'; readonly message: string }
  /** The body is too large: smaller ones may do. */
  | { readonly fate: 'too-large'; readonly message: string }
  /** Nothing is known of the lines. */
  | { readonly fate: 'again'; readonly error: InfluxUnavailable }

/** InfluxDB cannot take or answer now. `retry` true: it may by itself; false: a person must mend it, then it goes on. */
export class InfluxUnavailable extends OperationalError {
  /** The server's own wish (Retry-After); null where it said nothing. */
  readonly retryAfterMs: number | null

  constructor(message: string, options: { retry: boolean; retryAfterMs?: number | null; cause?: unknown }) {
    super('influx-unavailable', message, { retry: options.retry, cause: options.cause })
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}

/** A server that asks for more than this is asked again all the same. */
const MAX_RETRY_AFTER_MS = 5 * MINUTE_MS

/** Limits of a 1.x server that refuse new series: settings to be raised, not faults of the lines. */
const SERVER_LIMIT =
  /max-values-per-tag|max-series-per-database|max series|cache-max-memory|cache maximum memory/i

/** How InfluxDB (1.x, 2.x, 3) speaks of lines. A 400 in other words is not taken as a verdict on a reading. */
const ABOUT_LINES =
  /partial write|field type conflict|unable to parse|parse error|failed to parse|parsing|invalid (field|column|number|timestamp|line|point)|dropped|points? beyond retention|missing (fields|tag|field)|line protocol/i

export function explainFailure(error: unknown, config: InfluxConfig, nowMs: EpochMs): Failure {
  const { url, database } = config
  const again = (message: string, retry: boolean, retryAfterMs: number | null = null): Failure => ({
    fate: 'again',
    error: new InfluxUnavailable(message, { retry, retryAfterMs, cause: error }),
  })
  if (error instanceof InfluxUnavailable) return { fate: 'again', error }
  if (!(error instanceof HttpError)) {
    return again(
      `InfluxDB at ${url} does not answer (${messageOf(error)}). Start it, or mend HEARTHLINE_INFLUX_URL.`,
      true,
    )
  }
  const words = wordsOf(error)
  const status = error.statusCode
  switch (status) {
    case 401:
    case 403:
      return again(
        `InfluxDB at ${url} refuses the token (${status}: ${words}). Mend HEARTHLINE_INFLUX_TOKEN (1.x: user:password); it must be allowed to write to and read from "${database}".`,
        false,
      )
    case 404:
      return again(
        `InfluxDB at ${url} does not know "${database}" (404: ${words}). Create it, or mend HEARTHLINE_INFLUX_DATABASE and HEARTHLINE_INFLUX_ORG.`,
        false,
      )
    case 413:
      return { fate: 'too-large', message: words }
    case 400:
    case 422:
      if (SERVER_LIMIT.test(words)) {
        return again(
          `InfluxDB at ${url} has reached a limit of its configuration (${words}). Raise it, see docs/OPERATIONS.md, "InfluxDB 1.x".`,
          false,
        )
      }
      if (ABOUT_LINES.test(words)) return { fate: 'lines', message: words }
      return again(
        `InfluxDB at ${url} does not understand the request (${status}: ${words}). Is it InfluxDB that answers there?`,
        false,
      )
    default:
      if (status === 429 || status === 408 || status >= 500) {
        const retryAfterMs = readRetryAfter(error.headers?.['retry-after'], nowMs)
        return again(`InfluxDB at ${url} is busy or failing (${status}: ${words}).`, true, retryAfterMs)
      }
      return again(
        `InfluxDB at ${url} answers ${status}: ${words}. Is it InfluxDB that answers there? Mend HEARTHLINE_INFLUX_URL.`,
        false,
      )
  }
}

/** The server's own words, whichever generation's JSON they come in. */
function wordsOf(error: HttpError): string {
  const json: unknown = error.json ?? parseJson(error.body)
  if (typeof json === 'object' && json !== null) {
    if ('data' in json && Array.isArray(json.data) && json.data.length > 0) {
      const [line]: unknown[] = json.data
      if (typeof line === 'object' && line !== null && 'error_message' in line)
        return String(line.error_message)
    }
    if ('message' in json && typeof json.message === 'string') return json.message
    if ('error' in json && typeof json.error === 'string') return json.error
  }
  return error.body?.trim() || (error.statusMessage ?? 'no words')
}

function parseJson(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '')
  } catch {
    return null
  }
}

/** Seconds or an HTTP date (RFC 9110 10.2.3); the client library takes it for milliseconds. */
export function readRetryAfter(header: unknown, nowMs: EpochMs): number | null {
  if (typeof header !== 'string' || header === '') return null
  const ms = /^\d+$/.test(header) ? Number(header) * SECOND_MS : Date.parse(header) - nowMs
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS)
}
