import { expect, test } from 'vitest'
import { openTestDesk } from './open-test-desk.ts'
import { raise, settle } from './told-findings.ts'

test('an alert that a faulty meter raises and takes back without end stays in the hands of people, with what they did', () => {
  const t = openTestDesk()
  t.hear(raise({ atMs: 1 }))
  t.act({ type: 'note', note: 'Her daughter will call back.' })
  for (let round = 0; round < 600; round++) t.hear(settle('retract'), raise({ atMs: round }))
  expect(t.act({ type: 'acknowledge', note: 'I go there.' })).toMatchObject({ ok: true })
  const { history } = t.alert()
  expect(history.length).toBeLessThanOrEqual(300)
  expect(history[0]).toMatchObject({ by: 'detector', action: 'raise' })
  expect(history.filter(({ by }) => by === 'li').map(({ action }) => action)).toEqual(['note', 'acknowledge'])
  expect(history.at(-2)).toMatchObject({ by: 'desk', action: 'reopen' })
}, 30_000)
