import { once } from 'node:events'
import http from 'node:http'
import zlib from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { InfluxConfig } from '../../store/influx/config.ts'
import { connectInflux } from '../../store/influx/connection.ts'
import { createInfluxSink } from '../../store/influx/influx-sink.ts'
import { createInfluxStore } from '../../store/influx/influx-store.ts'
import { readRetryAfter } from '../../store/influx/explain-failure.ts'
import { openBooks } from '../../store/books.ts'
import { STORE_MIGRATIONS } from '../../store/embedded/schema.ts'
import { openDatabase } from '../../platform/sqlite.ts'
import { writeReadings } from '../../store/influx/write-readings.ts'
import { reading } from './readings.ts'

/*
 * Answers that Debian's influxd cannot be made to give: those of overload, of silence, and of the generations that are
 * not installed here. Everything that it can show is tested against it (influx-store, influx-outage).
 */
interface Asked {
  readonly path: string
  readonly authorization: string | undefined
  readonly lines: string[]
}
type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'silence'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean()
})

async function serve(
  version: string,
  answer: (asked: Asked) => Reply,
): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      const body = request.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(raw) : raw
      const lines = body.toString('utf8').split('\n').filter(Boolean)
      const one: Asked = { path: request.url ?? '', authorization: request.headers.authorization, lines }
      if (one.path === '/ping') {
        response.writeHead(204, { 'x-influxdb-version': version }).end()
        return
      }
      asked.push(one)
      const reply = answer(one)
      if (reply === 'silence') return
      const text = reply.body === undefined ? '' : JSON.stringify(reply.body)
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(text)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

const readings = (count: number) =>
  Array.from({ length: count }, (_, index) => reading({ meter: `M${index}` }))

async function write(config: InfluxConfig, count = 1, silenceMs = 5_000) {
  return writeReadings(connectInflux(config, silenceMs), config, readings(count))
}

test('2.x is written to by bucket and organisation with its token, and read by InfluxQL', async () => {
  const { url, asked } = await serve('v2.7.11', ({ path }) =>
    path.startsWith('/query') ? { status: 200, body: { results: [{}] } } : { status: 204 },
  )
  const config = { url, token: 'secret', org: 'my org', database: 'a&b' }
  const store = createInfluxStore(connectInflux(config), config)
  expect(await store.write(readings(1))).toEqual([])
  expect(await store.last(reading().meter)).toBeNull()
  expect(asked.map(({ path }) => path.replace(/&q=.*/, ''))).toEqual([
    '/api/v2/write?org=my%20org&bucket=a%26b&precision=ms',
    '/query?db=a%26b&epoch=ms',
  ])
  expect(asked.map(({ authorization }) => authorization)).toEqual(['Token secret', 'Token secret'])
})

test('2.x without an organisation says which setting is missing', async () => {
  const { url } = await serve('v2.7.11', () => ({ status: 204 }))
  await expect(write({ url, database: 'b' })).rejects.toThrow('HEARTHLINE_INFLUX_ORG')
})

test('a bucket that is not there is said with the server’s words and what to mend', async () => {
  const { url } = await serve('v2.7.11', () => ({
    status: 404,
    body: { code: 'not found', message: 'bucket "b" not found' },
  }))
  await expect(write({ url, org: 'o', database: 'b' })).rejects.toMatchObject({
    retry: false,
    message: expect.stringMatching(/bucket "b" not found.*HEARTHLINE_INFLUX_DATABASE/) as string,
  })
})

test('a bad line is found among many by the words of 2.x and of 3', async () => {
  const bad = (lines: string[]): boolean => lines.some((line) => line.includes('meter=M77 '))
  const two = await serve('v2.7.11', ({ lines }) =>
    bad(lines)
      ? {
          status: 422,
          body: {
            code: 'unprocessable entity',
            message: 'failure writing points to database: partial write: field type conflict: …dropped=1',
          },
        }
      : { status: 204 },
  )
  const [refusedBy2, ...none] = await write({ url: two.url, org: 'o', database: 'b' }, 500)
  expect(none).toEqual([])
  expect(refusedBy2).toMatchObject({
    reading: { meter: 'M77' },
    message: expect.stringContaining('field type conflict') as string,
  })
  expect(two.asked.length).toBeLessThan(25)

  const three = await serve('3.2.1', ({ lines }) =>
    bad(lines)
      ? {
          status: 400,
          body: {
            error: 'partial write of line protocol occurred',
            data: [{ line_number: 1, error_message: 'invalid column type' }],
          },
        }
      : { status: 204 },
  )
  const refusedBy3 = await write({ url: three.url, database: 'b' }, 500)
  expect(refusedBy3).toMatchObject([{ reading: { meter: 'M77' }, message: 'invalid column type' }])
})

test('a part that a cluster of 3 takes with 201 is not taken for the whole', async () => {
  const { url } = await serve('3.0.0', ({ lines }) =>
    lines.some((line) => line.includes('meter=M3 '))
      ? { status: 201, body: { error: 'line 4 rejected' } }
      : { status: 204 },
  )
  expect(await write({ url, database: 'b' }, 10)).toMatchObject([{ reading: { meter: 'M3' } }])
})

test('a body that is too large is sent in parts', async () => {
  const { url, asked } = await serve('1.8.10', ({ path, lines }) =>
    path.startsWith('/query')
      ? { status: 200, body: { results: [{}] } }
      : { status: lines.length > 100 ? 413 : 204 },
  )
  expect(await write({ url, database: 'b' }, 500)).toEqual([])
  const accepted = asked.filter(({ lines }) => lines.length > 0 && lines.length <= 100)
  expect(new Set(accepted.flatMap(({ lines }) => lines)).size).toBe(500)
})

test('a limit of the server’s configuration is to be raised; no reading is refused for it', async () => {
  const { url } = await serve('1.8.10', ({ path }) =>
    path.startsWith('/write')
      ? {
          status: 400,
          body: { error: 'partial write: max-values-per-tag limit exceeded (100000/100000): … dropped=1' },
        }
      : { status: 200, body: { results: [{}] } },
  )
  await expect(write({ url, database: 'b' }, 3)).rejects.toMatchObject({ retry: false })
})

test('a 400 in words that are not InfluxDB’s refuses no reading either', async () => {
  const { url } = await serve('1.8.10', ({ path }) =>
    path.startsWith('/write')
      ? { status: 400, body: { oops: 'a proxy' } }
      : { status: 200, body: { results: [{}] } },
  )
  await expect(write({ url, database: 'b' }, 3)).rejects.toThrow('Is it InfluxDB')
})

test('a server that takes the request and is silent is given up and tried again', async () => {
  const { url } = await serve('1.8.10', ({ path }) =>
    path.startsWith('/write') ? 'silence' : { status: 200, body: { results: [{}] } },
  )
  await expect(write({ url, database: 'b' }, 1, 200)).rejects.toMatchObject({ retry: true })
})

test('429 and 503 are waited out as long as the server asks, then the batch is in', async () => {
  const replies: Reply[] = [
    { status: 429, headers: { 'retry-after': '1' } },
    { status: 503 },
    { status: 500 },
  ]
  const { url, asked } = await serve('v2.7.11', ({ path }) =>
    path.startsWith('/query')
      ? { status: 200, body: { results: [{}] } }
      : (replies.shift() ?? { status: 204 }),
  )
  const config = { url, org: 'o', database: 'b' }
  const connection = connectInflux(config)
  const db = openDatabase({ file: ':memory:', synchronous: 'FULL', migrations: STORE_MIGRATIONS })
  const books = openBooks(db, 'influxdb', { partition: 0, offset: 0 })
  const sink = createInfluxSink(db, connection, createInfluxStore(connection, config), books)
  cleanups.push(() => sink.stop())
  const batch = { place: { partition: 0, offset: 1 }, readings: readings(10) }
  expect(await sink.send(batch, new AbortController().signal)).toEqual([])
  expect(asked.filter(({ path }) => path.startsWith('/api/v2/write'))).toHaveLength(4)
  expect(sink.degraded()).toBeNull()
})

test('Retry-After is read in seconds and as a date, and never believed beyond five minutes', () => {
  expect(readRetryAfter('7', 0)).toBe(7_000)
  expect(readRetryAfter('Thu, 01 Jan 1970 00:00:09 GMT', 2_000)).toBe(7_000)
  expect(readRetryAfter('Thu, 01 Jan 1970 00:00:09 GMT', 20_000)).toBe(0)
  expect(readRetryAfter('86400', 0)).toBe(300_000)
  expect(readRetryAfter('soon', 0)).toBeNull()
  expect(readRetryAfter(undefined, 0)).toBeNull()
})
