import net from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { OperationalError } from '../../domain/operational-error.ts'
import { raise } from '../desk/told-findings.ts'
import { startApi } from './start-api.ts'

test('every problem of a request is named at once', async () => {
  const api = await startApi()
  const query = 'state=asleep&severity=red,pink&limit=0&since=2026-11-20T08:00:00&sort=up'
  const { status, type, body } = await api.get(`/api/v1/alerts?${query}`)
  expect([status, type]).toEqual([400, 'application/problem+json'])
  expect(body).toMatchObject({
    type: 'urn:hearthline:problem:invalid-request',
    status: 400,
    code: 'invalid-request',
    instance: '/api/v1/alerts',
  })
  expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
    'query/state/0',
    'query/severity/1',
    'query/since',
    'query/limit',
    'query',
  ])
  expect(body.errors[2].message).toContain('with a zone')
})

test.each([
  ['an unknown route', 'GET', '/api/v2/alerts', undefined, 404, 'unknown-route'],
  ['a method that is not there', 'DELETE', '/api/v1/alerts', undefined, 405, 'method-not-allowed'],
  ['reading what is only done', 'GET', '/api/v1/alerts/1/close', undefined, 405, 'method-not-allowed'],
  [
    'a day that is not there',
    'GET',
    '/api/v1/alerts?since=2026-02-30T08:00:00Z',
    undefined,
    400,
    'invalid-request',
  ],
  ['an empty body where one is needed', 'POST', '/api/v1/alerts/1/close', '', 400, 'invalid-request'],
  ['a path that is no URL', 'GET', '/api/v1/meters/%zz', undefined, 400, 'invalid-url'],
  ['an id that cannot be one', 'GET', '/api/v1/meters/a%2Fb', undefined, 400, 'invalid-request'],
  ['a path without end', 'GET', `/api/v1/meters/${'x'.repeat(5_000)}`, undefined, 400, 'invalid-url'],
  ['a cursor of another list', 'GET', '/api/v1/alerts?cursor=cmVqZWN0czow', undefined, 400, 'invalid-cursor'],
  ['a cursor made up', 'GET', '/api/v1/rejects?cursor=x', undefined, 400, 'invalid-cursor'],
  ['a limit too large', 'GET', '/api/v1/households?limit=1001', undefined, 400, 'invalid-request'],
  ['a body that is no JSON', 'POST', '/api/v1/alerts/1/close', '{"outcome"', 400, 'invalid-json'],
  ['a body without what is needed', 'POST', '/api/v1/alerts/1/close', '{}', 400, 'invalid-request'],
  ['no body where one is needed', 'POST', '/api/v1/alerts/1/close', undefined, 400, 'invalid-request'],
  ['an outcome that is none', 'POST', '/api/v1/alerts/1/close', '{"outcome":"?"}', 400, 'invalid-request'],
  ['an alert that is not there', 'POST', '/api/v1/alerts/1/note', '{"note":"x"}', 404, 'alert-not-found'],
  ['a body too large', 'POST', '/api/v1/alerts/1/note', `"${'x'.repeat(70_000)}"`, 413, 'body-too-large'],
] as const)('%s is a problem with a code', async (_what, method, url, payload, status, code) => {
  const { app } = await startApi({ auth: 'off' })
  const response = await app.inject({
    method,
    url,
    ...(payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } }),
  })
  expect(response.headers['content-type']).toBe('application/problem+json')
  expect(response.json()).toMatchObject({ status, code, type: `urn:hearthline:problem:${code}` })
  expect(response.statusCode).toBe(status)
})

test('a disk that is full is 503 to the caller, who may try again, and no fault of ours', async () => {
  const { app } = await startApi({ auth: 'off' })
  app.get('/full', { config: { access: 'open' } }, () => {
    throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
  })
  const response = await app.inject('/full')
  expect(response.json()).toMatchObject({ status: 503, code: 'temporarily-unavailable' })
})

test('a 405 names the methods that there are', async () => {
  const { app } = await startApi({ auth: 'off' })
  const allowed = async (method: 'DELETE' | 'GET', url: string): Promise<unknown> =>
    (await app.inject({ method, url })).headers['allow']
  expect(await allowed('DELETE', '/api/v1/alerts')).toBe('GET, HEAD')
  expect(await allowed('GET', '/api/v1/alerts/1/close')).toBe('POST')
})

test('JSON that is named and not sent is no body', async () => {
  const api = await startApi({ auth: 'off' })
  api.findings.tell(raise({ household: 'N1' }))
  api.desk.pump()
  const [alert] = (await api.get('/api/v1/alerts')).body.items
  const headers = { 'content-type': 'application/json' }
  const url = `/api/v1/alerts/${alert.id}/acknowledge`
  const response = await api.app.inject({ method: 'POST', url, payload: '', headers })
  expect(response.json()).toMatchObject({ state: 'acknowledged' })
})

test('a body that is no UTF-8 is none that could be kept as it was meant', async () => {
  const { app } = await startApi({ auth: 'off' })
  const payload = Buffer.from('{"note":"caf\xe9"}', 'latin1')
  const headers = { 'content-type': 'application/json' }
  const response = await app.inject({ method: 'POST', url: '/api/v1/alerts/1/note', payload, headers })
  expect(response.json()).toMatchObject({ status: 400, code: 'invalid-json' })
})

test.each([
  ['what is no HTTP', 'EHLO there\r\n\r\n', 400, 'malformed-request'],
  [
    'headers without end',
    `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(70_000)}`,
    431,
    'headers-too-large',
  ],
])('%s is a problem as well', async (_what, bytes, status, code) => {
  const { app } = await startApi({ auth: 'off' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = net.connect((app.server.address() as net.AddressInfo).port, '127.0.0.1')
  socket.write(bytes)
  const answer = await text(socket)
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\r\nContent-Type: application/problem\\+json`))
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status, code })
})

test.each(['text/csv', 'text/plain'])('a body of type %s is a 415', async (type) => {
  const { app } = await startApi({ auth: 'off' })
  const headers = { 'content-type': type }
  const response = await app.inject({ method: 'POST', url: '/api/v1/alerts/1/note', payload: 'x', headers })
  expect(response.json()).toMatchObject({ status: 415, code: 'unsupported-media-type' })
})

test('a store that does not answer is a 503 that says nothing of our insides', async () => {
  const api = await startApi({
    deps: {
      store: {
        readings: () =>
          Promise.reject(new OperationalError('x', 'cannot open /var/lib/store.db', { retry: true })),
        consumption: () => Promise.reject(new Error('secret')),
        last: () => Promise.reject(new Error('secret')),
      },
    },
  })
  const busy = await api.get('/api/v1/meters/W-N1/readings')
  expect(busy).toMatchObject({ status: 503, body: { code: 'temporarily-unavailable' } })
  expect(busy.headers['retry-after']).toBe('5')
  expect(JSON.stringify(busy.body)).not.toContain('store.db')
  const broken = await api.get('/api/v1/households/N1/consumption')
  expect(broken).toMatchObject({ status: 500, body: { code: 'internal-error' } })
  expect(JSON.stringify(broken.body)).not.toContain('secret')
})

test('a status that cannot be had still leaves the other metrics', async () => {
  const api = await startApi({ deps: { status: () => Promise.reject(new Error('gone')) } })
  api.findings.tell(raise({ household: 'N1' }))
  api.desk.pump()
  const { status, body } = await api.get('/metrics')
  expect(status).toBe(200)
  expect(body).toMatch(/hearthline_alerts\{.*kind="inactivity".*\} 1/)
})
