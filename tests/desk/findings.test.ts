import { describe, expect, test } from 'vitest'
import { household, meter } from '../api/fake-registry.ts'
import { openTestDesk } from './open-test-desk.ts'
import { escalate, ONSET, raise, settle } from './told-findings.ts'

const HOUR = 3_600_000

describe('what the detector says', () => {
  test('a raise opens an alert with region, due time and the words for it', () => {
    const t = openTestDesk()
    t.registry.homes.set('H1', household('H1', 'zj/north/a'))
    t.hear(raise({ severity: 'red' }))
    expect(t.alert()).toMatchObject({
      household: 'H1',
      region: 'zj/north/a',
      category: 'life',
      state: 'open',
      condition: 'active',
      openedAtMs: t.clock.nowMs,
      dueAtMs: t.clock.nowMs + HOUR / 2,
      clearedAtMs: null,
      history: [{ by: 'detector', action: 'raise', note: 'No life sign for 8 h.' }],
    })
    expect(t.alert().id).toMatch(/^[0-9a-f]{24}$/)
  })

  test('a device alert is due for nobody', () => {
    const t = openTestDesk()
    t.hear(raise({ kind: 'meter-offline' }))
    expect(t.alert('meter-offline')).toMatchObject({ category: 'device', dueAtMs: null })
  })

  test('the same raise again changes nothing, another one replaces what was said', () => {
    const t = openTestDesk()
    t.hear(raise(), raise())
    expect(t.events.map(({ change }) => change)).toEqual(['raised'])
    expect(t.alert().history).toHaveLength(1)
    t.hear(raise({ atMs: ONSET + 7 * HOUR }))
    expect(t.all()).toHaveLength(1)
    expect(t.alert()).toMatchObject({ raisedAtMs: ONSET + 7 * HOUR, state: 'open', condition: 'active' })
    expect(t.events.map(({ change }) => change)).toEqual(['raised', 'revised'])
  })

  test('a matter said over again disturbs neither a hold nor what a person closed', () => {
    const t = openTestDesk()
    const over = [raise({ atMs: ONSET + 7 * HOUR }), escalate()]
    t.hear(raise(), escalate())
    t.act({ type: 'hold', note: 'Away.', untilMs: t.clock.nowMs + HOUR })
    t.hearTogether(...over)
    expect(t.alert()).toMatchObject({ state: 'held', severity: 'red', raisedAtMs: ONSET + 7 * HOUR })
    t.hear(settle('clear', { atMs: ONSET + 20 * HOUR }))
    t.act({ type: 'close', outcome: 'at-home-fine', note: null })
    const openedAtMs = t.alert().openedAtMs
    t.clock.nowMs += HOUR
    t.hearTogether(raise(), escalate(), settle('clear', { atMs: ONSET + 19 * HOUR }))
    expect(t.alert()).toMatchObject({
      state: 'closed',
      outcome: 'at-home-fine',
      condition: 'cleared',
      clearedAtMs: ONSET + 19 * HOUR,
      openedAtMs,
    })
    expect(t.events.at(-1)?.change).toBe('revised')
  })

  test('what is raised and ended at one place of the log is one change', () => {
    const t = openTestDesk()
    t.hearTogether(raise(), raise({ kind: 'meter-offline' }), escalate(), settle('clear'))
    expect(t.alert()).toMatchObject({ state: 'open', condition: 'cleared', severity: 'red' })
    expect(t.events.map(({ change }) => change)).toEqual(['raised', 'raised'])
  })

  test('an escalation replaces severity and words and is due sooner, never later', () => {
    const t = openTestDesk()
    t.hear(raise())
    t.clock.nowMs += HOUR
    t.hear(escalate({ severity: 'red' }))
    expect(t.alert()).toMatchObject({
      severity: 'red',
      explanation: { en: 'No life sign for 16 h.' },
      dueAtMs: t.clock.nowMs + HOUR / 2,
    })
    t.clock.nowMs += HOUR
    const { dueAtMs } = t.alert()
    t.hear(escalate({ severity: 'orange' }), escalate({ severity: 'orange' }))
    expect(t.alert()).toMatchObject({ severity: 'orange', dueAtMs })
    expect(t.events.map(({ change }) => change)).toEqual(['raised', 'escalated', 'escalated'])
  })

  test('a cleared life alert stays open for a person, a cleared device alert closes by itself', () => {
    const t = openTestDesk()
    t.hear(raise(), settle('clear', { atMs: ONSET + 9 * HOUR }))
    expect(t.alert()).toMatchObject({ state: 'open', condition: 'cleared', clearedAtMs: ONSET + 9 * HOUR })
    t.hear(raise({ kind: 'meter-offline' }), settle('clear', { kind: 'meter-offline' }))
    expect(t.alert('meter-offline')).toMatchObject({ state: 'closed', condition: 'cleared', outcome: null })
  })

  test('a retracted alert closes by itself, unless a person works on it', () => {
    const t = openTestDesk()
    t.hear(raise(), raise({ household: 'H2' }))
    t.act({ type: 'acknowledge', note: null })
    t.hear(settle('retract'), settle('retract', { household: 'H2' }))
    expect(t.alert()).toMatchObject({ state: 'acknowledged', condition: 'retracted' })
    expect(t.all().find(({ household }) => household === 'H2')).toMatchObject({ state: 'closed' })
  })

  test('a raise after a retraction takes it up again under the same id, and the history says so', () => {
    const t = openTestDesk()
    t.hear(raise(), settle('retract'))
    t.clock.nowMs += HOUR
    t.hear(raise({ atMs: ONSET + 10 * HOUR }))
    expect(t.all()).toHaveLength(1)
    expect(t.alert()).toMatchObject({
      state: 'open',
      condition: 'active',
      raisedAtMs: ONSET + 10 * HOUR,
      openedAtMs: t.clock.nowMs,
      dueAtMs: t.clock.nowMs + 12 * HOUR,
    })
    expect(t.alert().history.map(({ by, action }) => `${by} ${action}`)).toEqual([
      'detector raise',
      'detector retract',
      'desk close',
      'detector raise',
      'desk reopen',
    ])
  })

  test('what a person closed while it went on stays closed when it is retracted and raised again', () => {
    const t = openTestDesk()
    t.hear(raise())
    t.act({ type: 'close', outcome: 'at-home-fine', note: null })
    t.hear(settle('retract'), raise())
    expect(t.alert()).toMatchObject({ state: 'closed', outcome: 'at-home-fine', condition: 'active' })
  })

  test('what a person closed as cleared opens again when the silence turns out to go on', () => {
    const t = openTestDesk()
    t.hear(raise(), settle('clear'))
    t.act({ type: 'close', outcome: 'at-home-fine', note: null })
    t.hear(raise())
    expect(t.alert()).toMatchObject({ state: 'open', outcome: null, condition: 'active' })
  })

  test.each([
    ['at-home-fine', 'open'],
    ['nobody-home', 'open'],
    ['hospital', 'closed'],
    ['moved-out', 'closed'],
  ] as const)('closed as %s, an alert whose severity rises is %s', (outcome, state) => {
    const t = openTestDesk()
    t.hear(raise())
    t.act({ type: 'close', outcome, note: null })
    t.hear(escalate({ severity: 'red' }))
    expect(t.alert()).toMatchObject({ state, severity: 'red' })
  })

  test('words about an alert that nobody raised make none', () => {
    const t = openTestDesk()
    t.hear(escalate(), settle('clear'), settle('retract'))
    expect(t.all()).toEqual([])
  })
})

describe('where an alert belongs', () => {
  test('a home that moves takes its unclosed alerts along', () => {
    const t = openTestDesk()
    t.registry.homes.set('H1', household('H1', 'zj/north/a'))
    t.hear(raise())
    t.registry.homes.set('H1', household('H1', 'zj/south/b'))
    t.desk.pump()
    expect(t.alert().region).toBe('zj/south/b')
    expect(t.events.at(-1)?.change).toBe('moved')
    expect(t.desk.counts(['zj/north'])).toEqual([])
    expect(t.desk.counts(['zj/south'])).toHaveLength(1)
  })

  test('the alert of an unregistered meter belongs to the household that claims the meter', () => {
    const t = openTestDesk()
    t.registry.meters.set('H1', meter('H1', null))
    t.hear(raise())
    expect(t.alert().region).toBeNull()
    t.registry.homes.set('HOME', household('HOME', 'zj/north/a'))
    t.registry.meters.set('H1', meter('H1', 'HOME'))
    t.desk.pump()
    expect(t.alert().region).toBe('zj/north/a')
  })
})
