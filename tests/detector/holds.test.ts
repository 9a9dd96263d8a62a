import { describe, expect, it } from 'vitest'
import { absenceIdOf } from '../../domain/absence.ts'
import type { Finding } from '../../domain/finding.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { household, lived, play, readings, START_MS, usual } from './feed.ts'
import { saveAndLoad } from './save-and-load.ts'

const day = (n: number, hour = 0): number => START_MS + n * DAY_MS + hour * HOUR_MS
const QUIET_MS = day(20, 10)
const home: ReadingsLogEntry = {
  type: 'households',
  receivedAtMs: START_MS,
  households: [household('H', [['M', 'water']])],
}

/** One reading an entry; silent after `quietMs` until `backMs`. */
function lives(toMs: number, quietMs = QUIET_MS, backMs = Infinity, fromMs = START_MS): ReadingsLogEntry[] {
  const amount = (timeMs: number): number => (timeMs > quietMs && timeMs <= backMs ? 0 : usual(timeMs))
  return lived('M', fromMs, toMs, amount).map((one) => readings(one))
}

function absence(fromMs: number, toMs: number, kind?: 'planned' | 'hospital'): ReadingsLogEntry {
  const household = 'H' as HouseholdId
  const told = { type: 'absence', receivedAtMs: START_MS, household, fromMs, toMs, reason: 'away' } as const
  return kind === undefined ? told : { ...told, kind }
}

/** When the life model, whatever it is fitted to, calls the silence since QUIET_MS an alert. */
const RAISED = timeline(play([home, ...lives(day(23))]).findings)[0] ?? ''

/** `day.hour type reason` of what was said. */
function timeline(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ type }) => type !== 'escalate')
    .map((finding) => {
      const hours = (finding.atMs - START_MS) / HOUR_MS
      const hold =
        finding.type === 'raise' && finding.hold !== undefined ? ` held:${finding.hold.reason}` : ''
      return `${Math.floor(hours / 24)}d${hours % 24}h ${finding.type}${hold}`
    })
}

describe('an absence that was told', () => {
  it('holds a silence with its reason and a deadline, and the first life sign ends both', () => {
    const { findings } = play([home, absence(day(20), day(24)), ...lives(day(25), QUIET_MS, day(24))])
    expect(timeline(findings)).toEqual([`${RAISED} held:planned-absence`, '24d8h clear'])
    expect(findings[0]).toMatchObject({
      hold: { reason: 'planned-absence', untilMs: day(24, 12), explanation: { zh: expect.any(String) } },
    })
  })

  it('judges a home anew 12 h after the return that did not come, at the severity of then', () => {
    const { findings } = play([home, absence(day(20), day(24)), ...lives(day(25))])
    expect(timeline(findings)).toEqual([`${RAISED} held:planned-absence`, '24d12h raise'])
    const again = findings.findLast(({ type }) => type === 'raise')
    expect(again).toMatchObject({ evidence: { heldFor: 'planned-absence' } })
    expect(findings.at(-1)).toMatchObject({ type: 'escalate', severity: 'red', atMs: day(24, 12) })
  })

  it('does not hold what was silent before it began, and holds what came before it was told', () => {
    const early = play([home, absence(day(23), day(26)), ...lives(day(24))]).findings
    expect(timeline(early)).toEqual([RAISED])
    const late = play([home, ...lives(day(23)), absence(day(20), day(24))]).findings
    expect(timeline(late)).toEqual([RAISED, `${RAISED} held:planned-absence`])
  })

  it('in hospital says so', () => {
    const { findings } = play([home, absence(day(20), day(24), 'hospital'), ...lives(day(23))])
    expect(findings[0]).toMatchObject({ hold: { reason: 'hospital' } })
  })

  it('that is withdrawn or ends earlier leaves nothing held by it', () => {
    const id = absenceIdOf('planned', day(20), day(24))
    const end = (toMs: number | null): ReadingsLogEntry => ({
      type: 'absence-end',
      receivedAtMs: day(23),
      household: 'H' as HouseholdId,
      absence: id,
      toMs,
    })
    const told = [home, absence(day(20), day(24)), ...lives(day(23))]
    expect(timeline(play([...told, end(null)]).findings).at(-1)).toBe(RAISED)
    expect(timeline(play([...told, end(day(22))]).findings).at(-1)).toBe('22d12h raise')
  })

  it('holds for a day only where life was seen within it: whoever is back early may need help', () => {
    // Back on day 32, silent again from 10:00.
    const before = lives(day(32), day(30, 10))
    const after = lives(day(36), day(32, 10), Infinity, day(32))
    const { findings } = play([home, absence(day(30), day(38)), ...before, ...after])
    expect(timeline(findings).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      'raise held:planned-absence',
      'clear',
      'raise held:planned-absence',
      'raise',
    ])
    const [, , second, called] = findings.filter(({ type }) => type !== 'escalate')
    expect((called?.atMs ?? 0) - (second?.atMs ?? 0)).toBe(DAY_MS)
    const held = findings.findLast((finding) => finding.type === 'raise' && finding.hold !== undefined)
    expect(held?.type === 'raise' && held.hold?.explanation.en).toContain('there was life in the home')
  })

  it('goes over a restart, and a re-registration with other meters', () => {
    const { detector } = play([home, absence(day(20), day(24)), ...lives(day(21))])
    const tail = lives(day(25), QUIET_MS, Infinity, day(21))
    expect(play(tail, saveAndLoad(detector)).findings).toEqual(play(tail, detector).findings)
    const other: ReadingsLogEntry = {
      type: 'households',
      receivedAtMs: day(21),
      households: [
        household('H', [
          ['M', 'water'],
          ['N', 'water'],
        ]),
      ],
    }
    const moved = play([home, absence(day(20), day(24)), ...lives(day(21)), other]).detector
    expect(moved.homes.get('h:H')?.absences).toHaveLength(1)
  })
})
