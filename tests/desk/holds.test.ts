import { describe, expect, test } from 'vitest'
import type { Finding, Hold } from '../../domain/finding.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { openTestDesk } from './open-test-desk.ts'
import { escalate, raise, settle } from './told-findings.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')

function held(untilMs = NOW + 24 * HOUR_MS, reason: Hold['reason'] = 'planned-absence'): Finding {
  return { ...raise(), hold: { reason, untilMs, explanation: { en: 'Away until then.', zh: '外出。' } } }
}

describe('an alert that the detector holds', () => {
  test('is shown as held, with its reason and deadline, and presses nobody', () => {
    const desk = openTestDesk()
    desk.hear(held())
    expect(desk.alert()).toMatchObject({
      state: 'held',
      dueAtMs: null,
      hold: { reason: 'planned-absence', untilMs: NOW + 24 * HOUR_MS, explanation: { zh: '外出。' } },
      history: [{ by: 'detector', action: 'hold', note: 'Away until then.' }],
    })
    desk.hear(escalate())
    expect(desk.alert()).toMatchObject({ state: 'held', severity: 'red', dueAtMs: null })
  })

  test('opens when it is judged anew, at the severity of then and due from then', () => {
    const desk = openTestDesk()
    desk.hear(held())
    desk.clock.nowMs = NOW + 24 * HOUR_MS
    desk.hearTogether(raise({ atMs: NOW + 24 * HOUR_MS }), escalate({ atMs: NOW + 24 * HOUR_MS }))
    expect(desk.alert()).toMatchObject({
      state: 'open',
      hold: null,
      heldUntilMs: null,
      severity: 'red',
      openedAtMs: desk.clock.nowMs,
      dueAtMs: desk.clock.nowMs + HOUR_MS / 2,
    })
    expect(desk.events.map(({ change }) => change)).toEqual(['raised', 'released'])
  })

  test('is released by the desk’s own clock where the detector stays silent past the deadline', () => {
    const desk = openTestDesk()
    desk.hear(held())
    desk.clock.nowMs = NOW + 24 * HOUR_MS
    desk.desk.pump()
    expect(desk.alert().state).toBe('held')
    desk.reopen()
    desk.clock.nowMs = NOW + 25 * HOUR_MS
    desk.desk.pump()
    expect(desk.alert()).toMatchObject({ state: 'open', dueAtMs: desk.clock.nowMs + 12 * HOUR_MS })
    expect(desk.alert().history.at(-1)).toMatchObject({ by: 'desk', action: 'release' })
    // The same words again, after a restart of the detector, hold nothing back any more.
    desk.hear(held())
    expect(desk.alert().state).toBe('open')
  })

  test('is not released at once where history is told: its deadline passed years ago', () => {
    const desk = openTestDesk()
    desk.hear(held(NOW - 10_000 * HOUR_MS))
    expect(desk.alert().state).toBe('held')
    desk.hear(settle('clear'))
    expect(desk.alert().state).toBe('closed')
  })

  test.each(['clear', 'retract'] as const)('closes by itself where it ends by a %s while held', (type) => {
    const desk = openTestDesk()
    desk.hear(held(), settle(type))
    expect(desk.alert()).toMatchObject({ state: 'closed', outcome: null, hold: null, heldUntilMs: null })
    expect(desk.alert().history.at(-1)).toMatchObject({ by: 'desk', action: 'close' })
  })

  test('that had been open is held when the reason becomes known, unless somebody has taken it up', () => {
    const desk = openTestDesk()
    desk.hear(raise(), held())
    expect(desk.alert().state).toBe('held')
    expect(desk.events.map(({ change }) => change)).toEqual(['raised', 'held'])
    const taken = openTestDesk()
    taken.hear(raise())
    taken.act({ type: 'dispatch', note: null })
    taken.hear(held())
    expect(taken.alert()).toMatchObject({ state: 'dispatched', hold: null })
  })

  test('moves its deadline with the absence', () => {
    const desk = openTestDesk()
    desk.hear(held(), held(NOW + 72 * HOUR_MS))
    expect(desk.alert()).toMatchObject({ state: 'held', heldUntilMs: NOW + 73 * HOUR_MS })
  })

  test('can be taken up by a person all the same, and stays theirs', () => {
    const desk = openTestDesk()
    desk.hear(held())
    desk.act({ type: 'acknowledge', note: 'I phone the daughter.' })
    desk.hear(raise({ atMs: NOW + 24 * HOUR_MS }))
    expect(desk.alert()).toMatchObject({ state: 'acknowledged', hold: null })
  })

  test('is held again where it turns out to go on after it had closed while held', () => {
    const desk = openTestDesk()
    desk.hear(held(), settle('retract'), held())
    expect(desk.alert()).toMatchObject({ state: 'held', condition: 'active' })
  })
})

test('a person’s hold says who holds it in the same place', () => {
  const desk = openTestDesk()
  desk.hear(raise())
  desk.act({ type: 'hold', note: 'Phoned: fine.', untilMs: NOW + HOUR_MS })
  expect(desk.alert()).toMatchObject({
    hold: { reason: 'person', untilMs: NOW + HOUR_MS, explanation: { en: 'Phoned: fine.' } },
    dueAtMs: NOW + 13 * HOUR_MS,
  })
})
