import { describe, expect, test } from 'vitest'
import type { AlertKind } from '../../domain/alert-kinds.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { createAlertCollector, type ToldAlert } from '../../evaluation/village/collect-alerts.ts'
import { scoreAlerts } from '../../evaluation/village/score-alerts.ts'
import { truthOf, type Truth } from '../../evaluation/village/truth-of-homes.ts'
import { createCalendar } from '../../simulators/village/calendar.ts'
import type { Incident } from '../../simulators/village/incident.ts'
import { settleCounty } from '../../simulators/village/settle-county.ts'

const FROM_MS = Date.parse('2025-12-01T00:00:00+08:00')
const at = (hour: number): number => FROM_MS + 40 * DAY_MS + hour * HOUR_MS
const [HOME] = settleCounty({ households: 1, seed: 1, homesPerGateway: 1 }).map((home) => ({
  ...home,
  tripsPerYear: 0,
}))
const household: HouseholdId = HOME!.household

function truth(incidents: readonly Incident[], days = 60): Truth {
  const calendar = createCalendar('Asia/Shanghai', 1)
  return truthOf({
    homes: [HOME!],
    incidents,
    calendar,
    seed: 1,
    fromMs: FROM_MS,
    toMs: FROM_MS + days * DAY_MS,
  })
}

function alert(saidHour: number, more: Partial<ToldAlert> = {}): ToldAlert {
  const saidMs = at(saidHour)
  return {
    household,
    kind: 'inactivity',
    onsetMs: saidMs - HOUR_MS,
    raisedMs: saidMs,
    saidMs,
    severity: 'yellow',
    endedMs: null,
    retracted: false,
    held: null,
    ...more,
  }
}

function score(alerts: ToldAlert[], incidents: Incident[]) {
  return scoreAlerts(alerts, [], { homes: [HOME!], incidents }, truth(incidents))
}

const fall: Incident = { kind: 'fall', households: [household], fromMs: at(0), toMs: at(96), leftOnW: 0 }

describe('an incident', () => {
  test('is found by the first expected alert that is said while it lasts', () => {
    const { incidents } = score(
      [alert(30), alert(12, { severity: 'red' }), alert(5, { kind: 'drop' })],
      [fall],
    )
    expect(incidents[0]).toMatchObject({ delayHours: 12, severity: 'red', knockHours: 5, stoodOpen: false })
  })

  test('is not found by an alert before it, nor by one after it', () => {
    const { incidents } = score([alert(-3, { endedMs: at(-1) }), alert(97)], [fall])
    expect(incidents[0]).toMatchObject({ delayHours: null, knockHours: null, stoodOpen: false })
  })

  test('is not found by an alert that stood open already, and the report says so', () => {
    const { incidents } = score([alert(-3)], [fall])
    expect(incidents[0]).toMatchObject({ delayHours: null, stoodOpen: true })
  })
})

describe('an alert', () => {
  test.each<[string, ToldAlert, Incident[], string, boolean]>([
    ['in a fall is right', alert(4), [fall], 'fall', true],
    [
      'of another kind at the door of somebody in need is right',
      alert(4, { kind: 'decline' }),
      [fall],
      'fall',
      true,
    ],
    [
      'in a holiday that nobody announced is in vain, and nobody’s mistake',
      alert(4),
      [{ ...fall, kind: 'unannounced-holiday' }],
      'unannounced-holiday',
      false,
    ],
    [
      'after a swap is put down to it',
      alert(4),
      [{ kind: 'meter-swap', households: [household], fromMs: at(0), toMs: at(0), meter: HOME!.water.id }],
      'meter-swap',
      false,
    ],
    ['with nothing behind it is everyday life', alert(4), [], 'everyday life', false],
    [
      'for a leak is right where it names a leak, and in vain where it sends somebody to look for a person',
      alert(4, { kind: 'continuous-flow' satisfies AlertKind }),
      [{ kind: 'leak', households: [household], fromMs: at(0), toMs: at(20), litresPerHour: 50 }],
      'leak',
      true,
    ],
  ])('%s', (_name, said, incidents, cause, right) => {
    const [judged] = score([said], incidents).alerts
    expect(judged?.cause).toBe(cause)
    expect(judged?.right).toBe(right)
  })

  test('in an empty home is put down to the absence, not to the leak next to it', () => {
    const leak: Incident = {
      kind: 'leak',
      households: [household],
      fromMs: at(0),
      toMs: at(20),
      litresPerHour: 50,
    }
    const holiday = { ...fall, kind: 'unannounced-holiday' } as Incident
    expect(score([alert(4)], [leak, holiday]).alerts[0]?.cause).toBe('unannounced-holiday')
  })

  test('in the festival week of a home that stays is put down to the week', () => {
    const [judged] = scoreAlerts(
      [alert(38 * 24)],
      [],
      { homes: [HOME!], incidents: [] },
      truth([], 120),
    ).alerts
    expect(judged?.cause).toBe('festival-week')
  })

  test('is one however often it is said anew, counted from the first time, at its highest severity', () => {
    const collector = createAlertCollector()
    const raise = {
      type: 'raise',
      household,
      kind: 'inactivity',
      onsetMs: at(0),
      atMs: at(10),
      severity: 'yellow',
      meters: [],
      explanation: { en: '', zh: '' },
      evidence: {},
    } as const
    collector.take(raise, at(11))
    collector.take({ ...raise, type: 'retract', reason: raise.explanation }, at(12))
    collector.take({ ...raise, severity: 'red' }, at(13))
    expect(collector.alerts()).toMatchObject([
      { saidMs: at(11), severity: 'red', endedMs: null, retracted: false },
    ])
  })
})
