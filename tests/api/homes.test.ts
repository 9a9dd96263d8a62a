import { describe, expect, test } from 'vitest'
import { household } from './fake-registry.ts'
import { hourly, startApi } from './start-api.ts'

const METER = 'W-N1' as never

describe('readings', () => {
  test('of a meter come oldest first, in the unit of its kind, with null where there is nothing', async () => {
    const api = await startApi()
    api.readings.set(METER, hourly(2))
    expect((await api.get('/api/v1/meters/W-N1/readings')).body).toEqual({
      items: [
        { time: '2026-11-20T23:00:00Z', register: 100, consumption: null, unit: 'L', quality: 'measured' },
        { time: '2026-11-21T00:00:00Z', register: 101, consumption: 1, unit: 'L', quality: 'measured' },
      ],
      next: null,
    })
  })

  test('page without a gap or a repeat', async () => {
    const api = await startApi()
    api.readings.set(METER, hourly(25))
    const registers: number[] = []
    let next: string | null = null
    do {
      const page = await api.get(
        `/api/v1/meters/W-N1/readings?limit=7${next === null ? '' : `&cursor=${next}`}`,
      )
      registers.push(...page.body.items.map((reading: { register: number }) => reading.register))
      next = page.body.next as string | null
    } while (next !== null)
    expect(registers).toEqual(Array.from({ length: 25 }, (_, i) => 100 + i))
  })

  test('between two moments are those whose interval ends behind the first and not behind the second', async () => {
    const api = await startApi()
    api.readings.set(METER, hourly(5))
    const range = '?from=2026-11-20T21:00:00Z&to=2026-11-20T23:00:00Z'
    const { body } = await api.get(`/api/v1/meters/W-N1/readings${range}`)
    expect(body.items.map(({ time }: { time: string }) => time)).toEqual([
      '2026-11-20T22:00:00Z',
      '2026-11-20T23:00:00Z',
    ])
  })

  test('of an unknown meter are a 404', async () => {
    const api = await startApi()
    expect((await api.get('/api/v1/meters/NONE/readings')).body).toMatchObject({ code: 'meter-not-found' })
  })

  test('of a meter whose id is as long and strange as ids may be are found', async () => {
    const api = await startApi()
    const id = '表 ?&=%'.padEnd(128, '水')
    api.registry.meters.set(id, { ...api.registry.meters.get('LONE')!, id: id as never })
    expect((await api.get(`/api/v1/meters/${encodeURIComponent(id)}/readings`)).status).toBe(200)
  })
})

describe('households', () => {
  test('come with their meters, also with those that have never sent anything', async () => {
    const api = await startApi()
    api.registry.homes.set('NEW', household('NEW', null))
    expect((await api.get('/api/v1/households/NEW')).body).toMatchObject({
      id: 'NEW',
      registered: true,
      region: null,
      timezone: 'Asia/Shanghai',
      meters: [{ id: 'W-NEW', kind: 'water', unit: 'L', newestTime: null, readings: 0 }],
    })
  })

  test('are listed with their meters, by region and page by page', async () => {
    const api = await startApi()
    const first = await api.get('/api/v1/households?limit=1')
    const second = await api.get(`/api/v1/households?limit=1&cursor=${first.body.next}`)
    expect([first.body.items[0].id, second.body.items[0].id, second.body.next]).toEqual(['N1', 'S1', null])
    expect((await api.get('/api/v1/households?region=zj/south')).body.items).toHaveLength(1)
  })

  test('of an unregistered meter stand under the id of the meter, where its alerts lead', async () => {
    const api = await startApi()
    expect((await api.get('/api/v1/households/LONE')).body).toMatchObject({ registered: false, tier: null })
    const { body } = await api.get('/api/v1/meters?registered=false')
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['LONE'])
  })

  test('show their use by default over the 30 days before their newest reading, by the hour', async () => {
    const api = await startApi()
    api.readings.set(METER, hourly(5))
    const { body } = await api.get('/api/v1/households/N1/consumption')
    expect(body).toMatchObject({ from: '2026-10-22T00:00:00Z', to: '2026-11-21T00:00:00Z', step: '1h' })
    expect(body.meters[0].items).toHaveLength(720)
    expect(body.meters[0].items.at(-1)).toEqual({
      start: '2026-11-20T23:00:00Z',
      end: '2026-11-21T00:00:00Z',
      consumption: 1,
      readings: 1,
    })
    // No data is not no use.
    expect(body.meters[0].items[0].consumption).toBeNull()
  })

  test('refuse a range of more steps than an answer holds, and one that runs backwards', async () => {
    const api = await startApi()
    const use = (query: string) => api.get(`/api/v1/households/N1/consumption?${query}`)
    expect((await use('from=2020-01-01T00:00:00Z&step=15m')).body.code).toBe('too-many-buckets')
    expect((await use('from=2020-01-01T00:00:00Z&step=1d')).status).toBe(200)
    expect((await use('from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z')).body.code).toBe('invalid-request')
  })
})

describe('the system', () => {
  test('is counted in the overview', async () => {
    const api = await startApi()
    expect((await api.get('/api/v1/overview')).body).toMatchObject({
      readings: { received: 10, stored: 7, duplicates: 2, rejected: 1 },
      alerts: { total: 0, state: { open: 0 } },
      households: { registered: 2 },
      meters: { registered: 2, unregistered: 1 },
      backlog: { ingest: 0, store: 3, detector: 4 },
    })
  })

  test('lists what was refused, by code and gateway, through all of its sources', async () => {
    const one = await startApi()
    const reject = (id: number, code: 'invalid-unit' | 'store-refused', gateway: string) => ({
      id,
      code,
      gateway,
      receivedAtMs: Date.parse('2026-11-20T08:00:01Z') + id,
      topic: `hearthline/v1/${gateway}/readings`,
      message: 'gal is no unit',
      payload: '{"unit":"gal"}',
    })
    const store = {
      ...one.registry,
      rejects: () => ({ items: [reject(9, 'store-refused', 'gw1')], next: null }),
    }
    const api = await startApi({ deps: { rejects: [one.registry, store] } })
    one.registry.refused.push(reject(1, 'invalid-unit', 'gw1'), reject(2, 'invalid-unit', 'gw2'))
    expect((await api.get('/api/v1/rejects?gateway=gw2&code=invalid-unit')).body.items[0]).toEqual({
      receivedAt: '2026-11-20T08:00:01.002Z',
      gateway: 'gw2',
      topic: 'hearthline/v1/gw2/readings',
      code: 'invalid-unit',
      message: 'gal is no unit',
      payload: '{"unit":"gal"}',
    })
    for (const limit of [1, 2, 3]) {
      const codes: string[] = []
      let next: string | null = null
      do {
        const page = await api.get(`/api/v1/rejects?limit=${limit}${next === null ? '' : `&cursor=${next}`}`)
        codes.push(...page.body.items.map(({ code }: { code: string }) => code))
        next = page.body.next as string | null
      } while (next !== null)
      expect(codes).toEqual(['invalid-unit', 'invalid-unit', 'store-refused'])
    }
  })

  test('is ready, degraded or not ready, with the reasons in words', async () => {
    const api = await startApi()
    expect((await api.get('/readyz', '')).body).toEqual({ status: 'ok', reasons: [] })
    api.health.now = { accepting: true, reasons: ['The store does not answer.'] }
    expect(await api.get('/readyz', '')).toMatchObject({
      status: 200,
      body: { status: 'degraded', reasons: ['The store does not answer.'] },
    })
    api.health.now = { accepting: false, reasons: ['The disk is full.'] }
    expect(await api.get('/readyz', '')).toMatchObject({
      status: 503,
      body: { code: 'not-accepting-readings', detail: 'The disk is full.' },
    })
    expect((await api.get('/healthz', '')).body).toEqual({ status: 'ok' })
  })

  test('is measured under names of its own', async () => {
    const api = await startApi()
    await api.get('/api/v1/alerts')
    const { body, type } = await api.get('/metrics')
    expect(type).toContain('text/plain')
    expect(body).toContain('hearthline_readings_total{fate="stored"} 7')
    expect(body).toContain('hearthline_readings_rejected_total{code="invalid-unit"} 1')
    expect(body).toContain('hearthline_backlog_entries{stage="detector"} 4')
    expect(body).toContain('hearthline_store_backlog_seconds 7')
    expect(body).toContain('hearthline_store_write_seconds{quantile="0.99"} 0.02')
    expect(body).toContain('hearthline_broker_connections 5')
    expect(body).toContain('route="/api/v1/alerts",status="200"')
    // Scraped twice, totals are not counted twice.
    expect((await api.get('/metrics')).body).toContain('hearthline_readings_total{fate="stored"} 7')
  })
})
