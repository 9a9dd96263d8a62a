import { expect, test } from 'vitest'
import type { HouseholdView } from '../../detector/start.ts'
import { startApi } from './start-api.ts'

const LEAVES = '2026-11-20T00:00:00Z'
const RETURNS = '2026-11-24T16:00:00Z'
const told = { from: LEAVES, to: RETURNS, reason: 'With her daughter' }
const calendarOf = (home: string): string => `/api/v1/households/${home}/absences`

/** N1 with an absence in its calendar, told by the officer of the north. */
async function withAbsence() {
  const api = await startApi()
  const { body } = await api.post(calendarOf('N1'), told, 'north')
  const [entry] = api.recorded
  if (entry?.type !== 'absence') throw new Error('nothing was recorded')
  const { household, kind = 'planned', fromMs, toMs, reason, by = null, receivedAtMs } = entry
  const kept = { id: body.id, household, kind, fromMs, toMs, plannedToMs: toMs, reason, by }
  api.registry.calendar.push({ ...kept, toldAtMs: receivedAtMs, withdrawnAtMs: null })
  return { ...api, id: body.id as string }
}

const viewOf = (silentSinceMs: number): HouseholdView => ({
  household: 'N1',
  timezone: 'UTC',
  newestMs: silentSinceMs,
  silentSinceMs,
  blindSinceMs: null,
  meters: [],
  active: [],
})

test('an absence that is told goes into the journal with who told it, and is answered as it stands', async () => {
  const api = await startApi()
  const { status, body } = await api.post(calendarOf('N1'), { ...told, kind: 'hospital' }, 'north')
  expect(status).toBe(201)
  expect(body).toMatchObject({ kind: 'hospital', state: 'running', by: 'north', plannedTo: RETURNS })
  expect(api.recorded).toEqual([
    {
      type: 'absence',
      receivedAtMs: api.clock.nowMs,
      household: 'N1',
      fromMs: Date.parse(LEAVES),
      toMs: Date.parse(RETURNS),
      reason: 'With her daughter',
      kind: 'hospital',
      by: 'north',
    },
  ])
  const again = await api.post(calendarOf('N1'), { ...told, kind: 'hospital' }, 'north')
  expect(again.body.id).toBe(body.id)
})

test.each([
  [{ ...told, to: LEAVES }, 'body/to'],
  [{ ...told, to: '2028-11-24T16:00:00Z' }, 'body/to'],
  [{ ...told, reason: ' ' }, 'body/reason'],
  [{ ...told, kind: 'party' }, 'body/kind'],
  [{ reason: 'x', from: LEAVES }, 'body/to'],
])('an absence that cannot be is refused, and nothing is recorded: %j', async (body, path) => {
  const api = await startApi()
  const answer = await api.post(calendarOf('N1'), body)
  expect(answer.status).toBe(400)
  expect(answer.body.errors[0].path).toBe(path)
  expect(api.recorded).toEqual([])
})

test('the calendar lists what was told, and says where there was life in a home that should be empty', async () => {
  const api = await withAbsence()
  expect((await api.get(calendarOf('N1'), 'north')).body.items).toMatchObject([
    { id: api.id, state: 'running', lifeSeenAt: null },
  ])
  // On the day of departure it says nothing.
  api.views.set('N1', viewOf(Date.parse('2026-11-20T09:00:00Z')))
  expect((await api.get(calendarOf('N1'))).body.items[0].state).toBe('running')
  api.views.set('N1', viewOf(Date.parse('2026-11-21T07:00:00Z')))
  expect((await api.get(calendarOf('N1'))).body.items).toMatchObject([
    { state: 'life-seen', lifeSeenAt: '2026-11-21T07:00:00Z' },
  ])
  api.clock.nowMs = Date.parse(RETURNS)
  expect((await api.get(calendarOf('N1'))).body.items).toMatchObject([{ state: 'over', lifeSeenAt: null }])
})

test('an absence is ended now or at another moment, or withdrawn, and stays in the journal each time', async () => {
  const api = await withAbsence()
  const path = `${calendarOf('N1')}/${api.id}`
  const ended = await api.app.inject({
    method: 'POST',
    url: `${path}/end`,
    headers: { authorization: 'Bearer north' },
  })
  expect(ended.json()).toMatchObject({ to: '2026-11-21T08:00:00Z', plannedTo: RETURNS, state: 'over' })
  expect((await api.post(`${path}/end`, { at: '2026-11-30T00:00:00Z' })).body.to).toBe('2026-11-30T00:00:00Z')
  expect((await api.post(`${path}/end`, { at: '2026-11-19T00:00:00Z' })).status).toBe(400)
  expect((await api.remove(path, 'north')).body).toMatchObject({ state: 'withdrawn' })
  expect(api.recorded.slice(1)).toMatchObject([
    { type: 'absence-end', absence: api.id, household: 'N1', toMs: api.clock.nowMs, by: 'north' },
    { type: 'absence-end', toMs: Date.parse('2026-11-30T00:00:00Z'), by: 'boss' },
    { type: 'absence-end', toMs: null, by: 'north' },
  ])
})

test('what is over or withdrawn is not ended again', async () => {
  const api = await withAbsence()
  const path = `${calendarOf('N1')}/${api.id}`
  api.clock.nowMs = Date.parse(RETURNS)
  expect((await api.remove(path)).body).toMatchObject({ status: 409, code: 'absence-over' })
  expect((await api.remove(`${calendarOf('N1')}/nonsense`)).body.code).toBe('absence-not-found')
})

test('a key limited to a region neither reads nor changes the calendar of a home outside of it', async () => {
  const api = await startApi()
  for (const home of ['S1', 'LONE', 'NONE']) {
    expect((await api.get(calendarOf(home), 'north')).body.code).toBe('household-not-found')
    expect((await api.post(calendarOf(home), told, 'north')).body.code).toBe('household-not-found')
    expect((await api.post(`${calendarOf(home)}/x/end`, {}, 'north')).body.code).toBe('household-not-found')
    expect((await api.remove(`${calendarOf(home)}/x`, 'north')).body.code).toBe('household-not-found')
  }
  expect(api.recorded).toEqual([])
  // An unregistered meter is a home of its own, for those who see it.
  expect((await api.post(calendarOf('LONE'), told)).status).toBe(201)
})
