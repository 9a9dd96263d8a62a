import { describe, expect, test } from 'vitest'
import { ONSET, raise, settle } from '../desk/told-findings.ts'
import { NORTH, SOUTH, startApi, type TestApi } from './start-api.ts'

const HOUR = 3_600_000

async function feed(api: TestApi, query: string, key?: string): Promise<string[]> {
  const { status, body } = await api.get(`/api/v1/alerts${query}`, key)
  expect(status).toBe(200)
  return body.items.map((alert: { household: string; kind: string }) => `${alert.household} ${alert.kind}`)
}

async function withAlerts(): Promise<TestApi> {
  const api = await startApi()
  api.findings.tell(
    raise({ household: 'N1', severity: 'red' }),
    raise({ household: 'S1' }),
    raise({ household: 'LONE', kind: 'meter-offline', atMs: ONSET + 30 * HOUR }),
    settle('clear', { household: 'S1' }),
  )
  api.desk.pump()
  return api
}

describe('the alert feed', () => {
  test('has an alert in the shape that DESIGN names, with times in UTC', async () => {
    const api = await withAlerts()
    const { body } = await api.get('/api/v1/alerts?household=S1')
    expect(body).toEqual({
      items: [
        {
          id: expect.stringMatching(/^[0-9a-f]{24}$/),
          household: 'S1',
          area: null,
          region: `${SOUTH}/b`,
          meters: ['W-S1'],
          kind: 'inactivity',
          category: 'life',
          severity: 'yellow',
          state: 'open',
          condition: 'cleared',
          onset: '2026-11-20T22:00:00Z',
          raisedAt: '2026-11-21T06:00:00Z',
          clearedAt: '2026-11-21T06:00:00Z',
          openedAt: '2026-11-21T08:00:00Z',
          dueAt: '2026-11-21T20:00:00Z',
          heldUntil: null,
          hold: null,
          outcome: null,
          explanation: { en: 'No life sign for 8 h.', zh: '8小时没有生活迹象。' },
          evidence: { silentHours: 8 },
          history: [
            expect.objectContaining({ at: '2026-11-21T08:00:00Z', by: 'detector', action: 'raise' }),
            expect.objectContaining({ by: 'detector', action: 'clear', note: 'Water was used.' }),
          ],
        },
      ],
      next: null,
    })
  })

  test('holds everything without a filter, newest first', async () => {
    const api = await withAlerts()
    expect(await feed(api, '')).toEqual(['LONE meter-offline', 'S1 inactivity', 'N1 inactivity'])
  })

  test.each([
    ['?kind=inactivity', ['S1 inactivity', 'N1 inactivity']],
    ['?kind=inactivity,meter-offline&severity=red', ['N1 inactivity']],
    ['?severity=red&severity=orange', ['N1 inactivity']],
    ['?condition=active', ['LONE meter-offline', 'N1 inactivity']],
    ['?state=closed', []],
    ['?state=open,held&condition=cleared', ['S1 inactivity']],
    [`?region=${NORTH}`, ['N1 inactivity']],
    ['?region=zj', ['S1 inactivity', 'N1 inactivity']],
    ['?region=zj/nor', []],
    [`?region=${NORTH},${SOUTH}/b`, ['S1 inactivity', 'N1 inactivity']],
    ['?since=2026-11-22T00:00:00Z', ['LONE meter-offline']],
    // An unencoded plus sign arrives as a space.
    ['?since=2026-11-22T12:00:00+08:00', ['LONE meter-offline']],
    ['?since=2026-11-22T12:00:01%2B08:00', []],
  ])('%s', async (query, expected) => {
    const api = await withAlerts()
    expect(await feed(api, query)).toEqual(expected)
  })

  test('pages without a gap or a repeat while new alerts come in', async () => {
    const api = await startApi()
    const homes = Array.from({ length: 25 }, (_, i) => `B${i}`)
    api.findings.tell(...homes.map((household) => raise({ household })))
    api.desk.pump()
    const seen: string[] = []
    let next: string | null = null
    do {
      const page = await api.get(`/api/v1/alerts?limit=10${next === null ? '' : `&cursor=${next}`}`)
      seen.push(...page.body.items.map((alert: { household: string }) => alert.household))
      next = page.body.next as string | null
      api.findings.tell(raise({ household: `late ${seen.length}` }))
      api.desk.pump()
    } while (next !== null)
    expect(seen).toEqual(homes.toReversed())
  })

  test('an alert has an address of its own', async () => {
    const api = await withAlerts()
    const { body } = await api.get('/api/v1/alerts?household=N1')
    expect((await api.get(`/api/v1/alerts/${body.items[0].id}`)).body).toEqual(body.items[0])
    expect((await api.get('/api/v1/alerts/0123')).body).toMatchObject({
      status: 404,
      code: 'alert-not-found',
    })
  })
})

describe('work on an alert', () => {
  test('goes through acknowledge, dispatch and close, and is in the history under the caller’s name', async () => {
    const api = await withAlerts()
    const [alert] = (await api.get('/api/v1/alerts?household=N1')).body.items
    const at = `/api/v1/alerts/${alert.id}`
    const taken = await api.post(`${at}/acknowledge`, { note: 'Calling.' }, 'north')
    expect(taken).toMatchObject({ status: 200, body: { state: 'acknowledged' } })
    expect((await api.post(`${at}/dispatch`, undefined, 'north')).body.state).toBe('dispatched')
    expect((await api.post(`${at}/note`, { note: 'Door opened.' })).body.state).toBe('dispatched')
    const closed = await api.post(`${at}/close`, { outcome: 'needs-help', note: 'A fall.' }, 'north')
    expect(closed.body).toMatchObject({ state: 'closed', outcome: 'needs-help' })
    const steps = closed.body.history.map((step: { by: string; action: string; note: string }) => [
      step.by,
      step.action,
      step.note,
    ])
    expect(steps).toEqual([
      ['detector', 'raise', 'No life sign for 8 h.'],
      ['north', 'acknowledge', 'Calling.'],
      ['north', 'dispatch', null],
      ['boss', 'note', 'Door opened.'],
      ['north', 'close', 'needs-help: A fall.'],
    ])
  })

  test('is refused with 409 where the state does not allow it', async () => {
    const api = await withAlerts()
    const [alert] = (await api.get('/api/v1/alerts?household=N1')).body.items
    await api.post(`/api/v1/alerts/${alert.id}/close`, { outcome: 'hospital' })
    const { status, body } = await api.post(`/api/v1/alerts/${alert.id}/acknowledge`, {})
    expect(status).toBe(409)
    expect(body).toMatchObject({
      code: 'illegal-transition',
      detail: 'The alert is closed; acknowledge is possible while it is held, open.',
    })
  })

  test('can be held until a moment that is neither past nor too far', async () => {
    const api = await withAlerts()
    const [alert] = (await api.get('/api/v1/alerts?household=N1')).body.items
    const hold = (until: string) => api.post(`/api/v1/alerts/${alert.id}/hold`, { reason: 'Away.', until })
    expect((await hold('2026-11-21T07:59:59Z')).status).toBe(400)
    expect((await hold('2026-11-29T08:00:00Z')).status).toBe(400)
    expect((await hold('2026-11-22T08:00:00+08:00')).body).toMatchObject({
      state: 'held',
      heldUntil: '2026-11-22T00:00:00Z',
    })
  })
})
