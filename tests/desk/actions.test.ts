import { describe, expect, test } from 'vitest'
import { ALERT_LIFE } from '../../api/desk/alert-life.ts'
import type { AlertState, DeskAction } from '../../api/desk/desk.ts'
import { MAX_HISTORY } from '../../api/desk/desk-alert.ts'
import { openTestDesk, type TestDesk } from './open-test-desk.ts'
import { escalate, raise, settle } from './told-findings.ts'

const HOUR = 3_600_000

function actionOf(type: DeskAction['type'], t: TestDesk): DeskAction {
  switch (type) {
    case 'close':
      return { type, outcome: 'at-home-fine', note: 'She was in the garden.' }
    case 'hold':
      return { type, note: 'At her daughter’s.', untilMs: t.clock.nowMs + HOUR }
    case 'note':
      return { type, note: 'Phoned, no answer.' }
    case 'acknowledge':
    case 'dispatch':
      return { type, note: null }
  }
}

const WAY: Record<AlertState, DeskAction['type'][]> = {
  open: [],
  held: ['hold'],
  acknowledged: ['acknowledge'],
  dispatched: ['acknowledge', 'dispatch'],
  closed: ['close'],
}

/** What each verb makes of each state, as the duty room knows it; not there: refused. */
const LIFE: Record<DeskAction['type'], Partial<Record<AlertState, AlertState>>> = {
  acknowledge: { open: 'acknowledged', held: 'acknowledged' },
  dispatch: { open: 'dispatched', held: 'dispatched', acknowledged: 'dispatched' },
  hold: { open: 'held', acknowledged: 'held' },
  close: { open: 'closed', held: 'closed', acknowledged: 'closed', dispatched: 'closed' },
  note: {
    open: 'open',
    held: 'held',
    acknowledged: 'acknowledged',
    dispatched: 'dispatched',
    closed: 'closed',
  },
}

const STEPS = (Object.keys(LIFE) as DeskAction['type'][]).flatMap((verb) =>
  (Object.keys(WAY) as AlertState[]).map((from) => ({ verb, from, to: LIFE[verb][from] })),
)

function alertIn(state: AlertState): TestDesk {
  const t = openTestDesk()
  t.hear(raise())
  for (const step of WAY[state]) t.act(actionOf(step, t))
  expect(t.alert().state).toBe(state)
  return t
}

describe('the life of an alert', () => {
  test.each(STEPS.filter(({ to }) => to !== undefined))('$from, $verb: it is $to', ({ verb, from, to }) => {
    const t = alertIn(from)
    const told = t.events.length
    expect(t.act(actionOf(verb, t)).ok).toBe(true)
    expect(t.alert().state).toBe(to)
    expect(t.alert().history.at(-1)).toMatchObject({ by: 'li', action: verb, atMs: t.clock.nowMs })
    expect(t.events).toHaveLength(told + 1)
  })

  test.each(STEPS.filter(({ to }) => to === undefined))(
    '$from, $verb: refused, and nothing has changed',
    ({ verb, from }) => {
      const t = alertIn(from)
      const before = t.alert()
      const told = t.events.length
      expect(t.act(actionOf(verb, t))).toEqual({
        ok: false,
        code: 'illegal-transition',
        state: from,
        allowed: ALERT_LIFE[verb].from,
      })
      expect(t.alert()).toEqual(before)
      expect(t.events).toHaveLength(told)
    },
  )
})

describe('held', () => {
  test('comes back at its deadline, due anew', () => {
    const t = openTestDesk()
    t.hear(raise())
    t.act({ type: 'hold', note: 'At her daughter’s.', untilMs: t.clock.nowMs + HOUR })
    expect(t.alert()).toMatchObject({ state: 'held', heldUntilMs: t.clock.nowMs + HOUR })
    t.clock.nowMs += HOUR - 1
    t.desk.pump()
    expect(t.alert().state).toBe('held')
    t.clock.nowMs += 1
    t.reopen()
    t.desk.pump()
    expect(t.alert()).toMatchObject({ state: 'open', heldUntilMs: null, dueAtMs: t.clock.nowMs + 12 * HOUR })
    expect(t.events.at(-1)?.change).toBe('released')
  })

  test('comes back at once when its severity rises', () => {
    const t = openTestDesk()
    t.hear(raise())
    t.act({ type: 'hold', note: 'At her daughter’s.', untilMs: t.clock.nowMs + HOUR })
    t.hear(escalate({ severity: 'red' }))
    expect(t.alert()).toMatchObject({ state: 'open', heldUntilMs: null, dueAtMs: t.clock.nowMs + HOUR / 2 })
  })

  test('does not close by itself when it clears: a person held it, a person ends it', () => {
    const t = openTestDesk()
    t.hear(raise())
    t.act({ type: 'hold', note: 'At her daughter’s.', untilMs: t.clock.nowMs + HOUR })
    t.hear(settle('retract'))
    t.clock.nowMs += HOUR
    t.desk.pump()
    expect(t.alert()).toMatchObject({ state: 'open', condition: 'retracted' })
  })
})

describe('the desk', () => {
  test('keeps who did what, when and why', () => {
    const t = openTestDesk()
    t.hear(raise())
    t.act({ type: 'acknowledge', note: 'Calling her.' })
    t.clock.nowMs += HOUR
    t.act({ type: 'close', outcome: 'at-home-fine', note: 'She was in the garden.' })
    t.reopen()
    expect(t.alert()).toMatchObject({ state: 'closed', outcome: 'at-home-fine' })
    expect(t.alert().history.slice(1)).toEqual([
      { atMs: t.clock.nowMs - HOUR, by: 'li', action: 'acknowledge', note: 'Calling her.', reason: null },
      {
        atMs: t.clock.nowMs,
        by: 'li',
        action: 'close',
        note: 'at-home-fine: She was in the garden.',
        reason: null,
      },
    ])
  })

  test('takes no more notes when a history is full, but hears the detector still', () => {
    const t = openTestDesk()
    t.hear(raise())
    while (t.alert().history.length < MAX_HISTORY) t.act({ type: 'note', note: 'x' })
    expect(t.act({ type: 'note', note: 'x' })).toEqual({ ok: false, code: 'history-full' })
    t.hear(escalate())
    expect(t.alert().severity).toBe('red')
  })

  test('acts on nothing outside the areas of who acts', () => {
    const t = openTestDesk()
    t.hear(raise())
    const result = t.desk.act(t.alert().id, { type: 'acknowledge', note: null }, 'li', ['zj'])
    expect(result).toEqual({ ok: false, code: 'alert-not-found' })
    expect(t.alert().state).toBe('open')
  })
})
