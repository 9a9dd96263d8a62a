import { expect, test } from 'vitest'
import { z } from 'zod'
import { PROBLEM_CODES } from '../../api/problem-codes.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { raise } from '../desk/told-findings.ts'
import { hourly, startApi } from './start-api.ts'

type Json = Record<string, any>

/** A schema of the document as a validator, its references resolved. */
function validatorOf(document: Json, schema: Json): z.ZodType {
  const defs = document['components'].schemas
  const text = JSON.stringify({ ...schema, $defs: defs }).replaceAll('#/components/schemas/', '#/$defs/')
  return z.fromJSONSchema(JSON.parse(text))
}

const BODIES: Record<string, unknown> = {
  acknowledge: { note: 'Calling.' },
  dispatch: undefined,
  hold: { reason: 'Away.', until: '2026-11-22T00:00:00Z' },
  close: { outcome: 'other' },
  note: { note: 'x' },
}

const ABSENCE_BODIES: Record<string, unknown> = {
  absences: { from: '2026-11-20T00:00:00Z', to: '2026-11-24T00:00:00Z', reason: 'Away.' },
  end: { at: '2026-11-21T12:00:00Z' },
}

test('every route of the document answers as its schema says, and every route is in the document', async () => {
  const api = await startApi()
  for (const verb of Object.keys(BODIES)) api.findings.tell(raise({ household: `N1 ${verb}` }))
  api.findings.tell(raise({ household: 'N1' }))
  api.desk.pump()
  api.readings.set('W-N1' as never, hourly(4))
  api.registry.refused.push({
    id: 1,
    receivedAtMs: 0,
    gateway: 'gw1',
    topic: 't',
    code: 'invalid-json',
    message: 'm',
    payload: '{',
  })
  api.registry.calendar.push({
    id: 'planned-1',
    household: 'N1' as never,
    kind: 'planned',
    fromMs: api.clock.nowMs - HOUR_MS,
    toMs: api.clock.nowMs + HOUR_MS,
    plannedToMs: api.clock.nowMs + HOUR_MS,
    reason: 'away',
    by: null,
    toldAtMs: api.clock.nowMs,
    withdrawnAtMs: null,
  })
  const alerts = (await api.get('/api/v1/alerts')).body.items
  const { body: document } = await api.get('/api/openapi.json', '')
  expect(Object.keys(document.components.schemas).filter((name) => name.endsWith('Input'))).toEqual([])

  const asked: string[] = []
  for (const [path, operations] of Object.entries(document.paths as Json)) {
    for (const [method, operation] of Object.entries(operations as Json)) {
      if (path.endsWith('/stream')) continue
      const verb = path.split('/').at(-1)!
      const target = alerts.find(({ household }: Json) => household === `N1 ${verb}`) ?? alerts[0]
      const id = path.includes('alerts') ? target.id : path.includes('meters') ? 'W-N1' : 'N1'
      const url = path.replace('{id}', id).replace('{absence}', 'planned-1')
      const body = BODIES[verb] ?? ABSENCE_BODIES[verb]
      const answer =
        method === 'get'
          ? await api.get(url)
          : await (method === 'delete' ? api.remove(url) : api.post(url, body))
      const success = verb === 'absences' && method === 'post' ? 201 : 200
      expect([path, answer.status, answer.body]).toEqual([path, success, expect.anything()])
      const [type, media] = Object.entries(operation.responses[success].content as Json)[0]!
      expect(answer.type).toContain(type)
      const checked = validatorOf(document, media.schema).safeParse(answer.body)
      expect([path, checked.error?.issues ?? []]).toEqual([path, []])
      // An empty list would fit any schema.
      expect([path, answer.body.items?.length]).not.toEqual([path, 0])
      expect([path, operation.summary?.length > 5, operation.operationId?.length > 3]).toEqual([
        path,
        true,
        true,
      ])
      asked.push(`${method} ${path}`)
    }
  }
  expect(asked.toSorted()).toEqual(
    [
      'get /healthz',
      'get /readyz',
      'get /metrics',
      'get /api/v1/alerts',
      'get /api/v1/alerts/{id}',
      ...Object.keys(BODIES).map((verb) => `post /api/v1/alerts/{id}/${verb}`),
      'get /api/v1/households',
      'get /api/v1/households/{id}',
      'get /api/v1/households/{id}/absences',
      'post /api/v1/households/{id}/absences',
      'post /api/v1/households/{id}/absences/{absence}/end',
      'delete /api/v1/households/{id}/absences/{absence}',
      'get /api/v1/households/{id}/consumption',
      'get /api/v1/meters',
      'get /api/v1/meters/{id}',
      'get /api/v1/meters/{id}/readings',
      'get /api/v1/rejects',
      'get /api/v1/overview',
    ].toSorted(),
  )
})

test('every problem that a route names is described, and its body has the schema of a problem', async () => {
  const api = await startApi()
  const { body: document } = await api.get('/api/openapi.json', '')
  const problem = validatorOf(document, { $ref: '#/components/schemas/Problem' })
  for (const url of ['/api/v1/alerts/1', '/nope', '/api/v1/alerts?limit=0']) {
    expect(problem.safeParse((await api.get(url)).body).error?.issues ?? []).toEqual([])
  }
  for (const code of Object.keys(PROBLEM_CODES)) expect(document.info.description).toContain(`\`${code}\``)
})

test('the examples of the document fit their own schemas', async () => {
  const api = await startApi()
  const { body: document } = await api.get('/api/openapi.json', '')
  for (const [name, schema] of Object.entries(document.components.schemas as Json)) {
    for (const example of schema.examples ?? []) {
      const { error } = validatorOf(document, { $ref: `#/components/schemas/${name}` }).safeParse(example)
      expect([name, error?.issues ?? []]).toEqual([name, []])
    }
  }
})
