import { describe, expect, test } from 'vitest'
import { raise } from '../desk/told-findings.ts'
import { hourly, NORTH, startApi, type TestApi } from './start-api.ts'

async function twoRegions(): Promise<TestApi & { idOf(household: string): string }> {
  const api = await startApi()
  api.findings.tell(...['N1', 'S1', 'LONE'].map((household) => raise({ household })))
  api.desk.pump()
  for (const id of ['W-N1', 'W-S1', 'LONE']) api.readings.set(id as never, hourly(3))
  const { body } = await api.get('/api/v1/alerts')
  const idOf = (household: string): string =>
    body.items.find((alert: { household: string }) => alert.household === household).id
  return { ...api, idOf }
}

describe('a key limited to a region', () => {
  test('sees the alerts, homes and meters of its region', async () => {
    const api = await twoRegions()
    expect((await api.get('/api/v1/alerts', 'north')).body.items).toMatchObject([{ household: 'N1' }])
    expect((await api.get('/api/v1/households', 'north')).body.items).toMatchObject([{ id: 'N1' }])
    for (const path of [
      `/api/v1/alerts/${api.idOf('N1')}`,
      '/api/v1/households/N1',
      '/api/v1/households/N1/consumption',
      '/api/v1/meters/W-N1',
      '/api/v1/meters/W-N1/readings',
    ]) {
      expect([path, (await api.get(path, 'north')).status]).toEqual([path, 200])
    }
  })

  test.each(['S1', 'LONE'])('cannot tell that %s, outside of it, exists', async (home) => {
    const api = await twoRegions()
    const meter = home === 'LONE' ? 'LONE' : 'W-S1'
    const same = { ...(await api.get('/api/v1/meters/NONE', 'north')).body, instance: '' }
    for (const path of [
      `/api/v1/alerts/${api.idOf(home)}`,
      `/api/v1/households/${home}`,
      `/api/v1/households/${home}/consumption`,
      `/api/v1/meters/${meter}`,
      `/api/v1/meters/${meter}/readings`,
    ]) {
      expect([path, (await api.get(path, 'north')).status]).toEqual([path, 404])
    }
    expect({ ...(await api.get(`/api/v1/meters/${meter}`, 'north')).body, instance: '' }).toEqual(same)
    for (const verb of ['acknowledge', 'dispatch', 'note', 'close', 'hold']) {
      const body = { note: 'x', outcome: 'other', reason: 'x', until: '2026-11-22T00:00:00Z' }
      const needed = {
        acknowledge: [],
        dispatch: [],
        note: ['note'],
        close: ['outcome'],
        hold: ['reason', 'until'],
      }
      const sent = Object.fromEntries(
        Object.entries(body).filter(([name]) => (needed as Record<string, string[]>)[verb]!.includes(name)),
      )
      expect((await api.post(`/api/v1/alerts/${api.idOf(home)}/${verb}`, sent, 'north')).status).toBe(404)
    }
    expect((await api.get(`/api/v1/alerts/${api.idOf(home)}`)).body.history).toHaveLength(1)
  })

  test('cannot widen its view by asking for another region', async () => {
    const api = await twoRegions()
    for (const region of ['zj', 'zj/south', '%25', "x'%20OR%201=1--"]) {
      const alerts = (await api.get(`/api/v1/alerts?region=${region}`, 'north')).body.items
      const homes = (await api.get(`/api/v1/households?region=${region}`, 'north')).body.items
      const expected = region === 'zj' ? 1 : 0
      expect([region, alerts.length, homes.length]).toEqual([region, expected, expected])
    }
    const narrower = await api.get(`/api/v1/households?region=${NORTH}/a`, 'north')
    expect(narrower.body.items).toHaveLength(1)
  })

  test('counts its own region only', async () => {
    const api = await twoRegions()
    expect((await api.get('/api/v1/overview', 'north')).body).toMatchObject({
      readings: null,
      alerts: { total: 1 },
      households: { registered: 1 },
      meters: { registered: 1, unregistered: 0 },
    })
    expect((await api.get('/api/v1/meters?registered=false', 'north')).body.items).toEqual([])
  })

  test('with no region at all sees nothing', async () => {
    const api = await twoRegions()
    expect((await api.get('/api/v1/alerts', 'nowhere')).body.items).toEqual([])
    expect((await api.get('/api/v1/households', 'nowhere')).body.items).toEqual([])
    expect((await api.get('/api/v1/overview', 'nowhere')).body.alerts.total).toBe(0)
  })
})

describe('a key', () => {
  test.each([
    ['none', undefined, 401, 'unauthorized'],
    ['an unknown one', 'nonsense', 401, 'invalid-key'],
    ['a gateway’s', 'gateway', 401, 'invalid-key'],
  ])('is needed: %s is refused', async (_what, key, status, code) => {
    const { app } = await startApi()
    for (const url of ['/api/v1/alerts', '/api/v1/alerts/stream', '/api/v1/overview', '/metrics']) {
      const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
      const response = await app.inject({ url, headers })
      expect(response.json()).toMatchObject({ status, code })
      expect(response.headers['www-authenticate']).toContain('Bearer')
    }
  })

  test('of an officer, or limited to regions, reads neither rejects nor metrics', async () => {
    const api = await startApi()
    for (const path of ['/api/v1/rejects', '/metrics']) {
      expect((await api.get(path, 'north')).body).toMatchObject({ status: 403, code: 'forbidden' })
      expect((await api.get(path, 'operator_north')).status).toBe(403)
      expect((await api.get(path, 'boss')).status).toBe(200)
    }
  })

  test('in the address counts on the live stream only', async () => {
    const { app } = await startApi()
    expect((await app.inject('/api/v1/overview?access_token=boss')).statusCode).toBe(401)
  })

  test('is needed by nobody where authentication is off', async () => {
    const { app } = await startApi({ auth: 'off', limits: { requestsPerMinute: 2 } })
    for (let i = 0; i < 5; i++) expect((await app.inject('/api/v1/rejects')).statusCode).toBe(200)
  })

  test('used too often is told when to go on, and others are not held up', async () => {
    const api = await startApi({ limits: { requestsPerMinute: 3 } })
    for (let i = 0; i < 3; i++) expect((await api.get('/api/v1/alerts', 'north')).status).toBe(200)
    const refused = await api.get('/api/v1/alerts', 'north')
    expect(refused.body).toMatchObject({ status: 429, code: 'too-many-requests' })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await api.get('/api/v1/alerts', 'boss')).status).toBe(200)
    expect((await api.get('/healthz')).status).toBe(200)
  })

  test('that is guessed is answered less and less, and whoever knows one is not locked out', async () => {
    const api = await startApi({ limits: { failuresPerMinute: 3 } })
    await api.get('/api/v1/alerts', 'boss')
    const statuses = []
    for (let i = 0; i < 6; i++) statuses.push((await api.get('/api/v1/alerts', `guess${i}`)).status)
    expect(statuses.at(0)).toBe(401)
    expect(statuses.at(-1)).toBe(429)
    expect((await api.get('/api/v1/alerts', 'boss')).status).toBe(200)
  })
})
