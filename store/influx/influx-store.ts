import type { MeterId } from '../../domain/ids.ts'
import type { Reading } from '../../domain/reading.ts'
import type { ReadingStore, RefusedReading, StoredReading, TimeRange } from '../reading-store.ts'
import { boundRange, bucketEdges, sumInto } from '../sum-buckets.ts'
import type { InfluxConfig } from './config.ts'
import type { InfluxConnection } from './connection.ts'
import { quoteName, quoteText, toTagValue } from './escape.ts'
import { FIELDS, MEASUREMENT, toStoredReading } from './schema.ts'
import { writeReadings } from './write-readings.ts'

export interface InfluxStore extends ReadingStore {
  write(readings: readonly Reading[], signal?: AbortSignal): Promise<RefusedReading[]>
}

/** Rows of one answer; longer ranges are read page by page, so that memory stays bounded here and there. */
const PAGE_ROWS = 10_000

/** InfluxDB keeps nanoseconds in 64 bits: 1677 to 2262. */
const MIN_TIME_MS = -9_223_372_036_854
const MAX_TIME_MS = 9_223_372_036_854

const SELECT = `SELECT ${FIELDS.map(quoteName).join(', ')} FROM ${quoteName(MEASUREMENT)}`

/** Readings in InfluxDB: line protocol in, InfluxQL out, sums made here (see ../sum-buckets.ts). */
export function createInfluxStore(connection: InfluxConnection, config: InfluxConfig): InfluxStore {
  async function select(
    meter: MeterId,
    range: TimeRange,
    order: 'ASC' | 'DESC',
    limit: number,
  ): Promise<StoredReading[]> {
    const [series] = await connection.query(
      `${SELECT} WHERE "meter" = ${quoteText(toTagValue(meter))}${timeBounds(range)} ORDER BY time ${order} LIMIT ${limit}`,
    )
    return (series?.rows ?? []).map(toStoredReading)
  }

  async function* walkReadings(
    meter: MeterId,
    range: TimeRange,
    limit: number,
  ): AsyncGenerator<StoredReading[]> {
    let left = limit
    let fromMs = range.fromMs
    while (left > 0) {
      const asked = Math.min(left, PAGE_ROWS)
      const page = await select(meter, { fromMs, toMs: range.toMs }, 'ASC', asked)
      yield page
      left -= page.length
      fromMs = page.at(-1)?.timeMs ?? range.toMs
      if (page.length < asked) return
    }
  }

  async function extent(meter: MeterId, range: TimeRange): Promise<TimeRange | null> {
    const [first] = await select(meter, range, 'ASC', 1)
    const [last] = await select(meter, range, 'DESC', 1)
    return first === undefined || last === undefined ? null : { fromMs: first.timeMs - 1, toMs: last.timeMs }
  }

  return {
    write: (readings, signal) => writeReadings(connection, config, readings, signal),
    async readings(meter, range, limit) {
      const found: StoredReading[] = []
      for await (const page of walkReadings(meter, range, limit)) for (const one of page) found.push(one)
      return found
    },
    async consumption(meter, range, step, timezone) {
      const edges = bucketEdges(await boundRange(range, step, () => extent(meter, range)), step, timezone)
      const summer = sumInto(edges)
      const whole = { fromMs: edges[0] ?? 0, toMs: edges.at(-1) ?? 0 }
      if (edges.length > 1) {
        for await (const page of walkReadings(meter, whole, Infinity)) {
          for (const { timeMs, consumption } of page) summer.add(timeMs, consumption)
        }
      }
      return summer.buckets()
    },
    async last(meter) {
      const [newest] = await select(meter, { fromMs: -Infinity, toMs: Infinity }, 'DESC', 1)
      return newest ?? null
    },
    close: () => Promise.resolve(),
  }
}

/** A bound that lies outside of InfluxDB's time is left out: nothing can be there. */
function timeBounds({ fromMs, toMs }: TimeRange): string {
  if (fromMs >= MAX_TIME_MS || toMs <= MIN_TIME_MS) return ' AND time > 0ms AND time <= 0ms'
  const lower = fromMs <= MIN_TIME_MS ? '' : ` AND time > ${Math.floor(fromMs)}ms`
  const upper = toMs >= MAX_TIME_MS ? '' : ` AND time <= ${Math.floor(toMs)}ms`
  return lower + upper
}
