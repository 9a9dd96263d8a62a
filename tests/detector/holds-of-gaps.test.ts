import { describe, expect, it } from 'vitest'
import type { Finding } from '../../domain/finding.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { newDetector } from '../../detector/core/detector.ts'
import { lived, play, reading, readings, SETTINGS, START_MS, tick, usual } from './feed.ts'
import { saveAndLoad } from './save-and-load.ts'
import { standing } from './standing.ts'

const day = (n: number, hour = 0): number => START_MS + n * DAY_MS + hour * HOUR_MS
const QUIET_MS = day(20, 10)
const silent = (timeMs: number): number => (timeMs > QUIET_MS ? 0 : usual(timeMs))

function live(list: readonly Reading[], fromMs: number, toMs: number): ReadingsLogEntry[] {
  const entries: ReadingsLogEntry[] = []
  const queue = list.toSorted((one, other) => one.receivedAtMs - other.receivedAtMs)
  for (let tickMs = fromMs; tickMs <= toMs; tickMs += 5 * MINUTE_MS) {
    while ((queue[0]?.receivedAtMs ?? Infinity) <= tickMs) entries.push(readings(queue.shift()!))
    entries.push(tick(tickMs))
  }
  return entries
}

const inactivity = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ kind, type }) => kind === 'inactivity' && type !== 'escalate')

describe('a home that was falling silent when its data ended', () => {
  /** No alert has come yet; the last reading is of 20:00. */
  const before = lived('M', START_MS, day(20, 20), silent)

  it('is held as a data gap, with a deadline, when its meter is missed: not cleared and not grown', () => {
    const { findings } = play(live(before, START_MS, day(21, 12)))
    expect(inactivity(findings)).toMatchObject([
      {
        type: 'raise',
        onsetMs: QUIET_MS,
        atMs: day(21, 2),
        hold: { reason: 'data-gap', untilMs: day(21, 14) },
        evidence: { blindSince: '2026-03-22T20:00:00Z', silentHoursWhenSeen: 10 },
      },
    ])
  })

  it('is raised by the first data that are back where they tell that nothing flowed in the gap', () => {
    const gapMs = day(21, 9) - day(20, 20)
    const spanning = reading('M', day(21, 9), 0, { intervalMs: gapMs, register: 12_345 })
    const detector = newDetector({ ...SETTINGS, budget: 1 })
    const { findings } = play(live([...before, spanning], START_MS, day(21, 10)), detector)
    const told = inactivity(findings)
    expect(told[0]).toMatchObject({ type: 'raise', hold: { reason: 'data-gap' } })
    const last = told.at(-1)
    expect(last).toMatchObject({ type: 'raise', onsetMs: QUIET_MS, atMs: day(21, 9) })
    expect(last).not.toHaveProperty('hold')
  })

  it('is judged by what is silent after the gap where nobody knows what flowed in it', () => {
    const after = lived('M', day(21, 8), day(23), silent)
    const { findings } = play(live([...before, ...after], START_MS, day(23)))
    const told = inactivity(findings)
    expect(told.map((one) => (one.type === 'raise' ? (one.hold?.reason ?? 'called') : one.type))).toEqual([
      'data-gap',
      'retract',
      'called',
    ])
    expect(told.at(-1)?.onsetMs).toBe(QUIET_MS)
    expect(told.at(-1)?.atMs).toBeGreaterThan(day(21, 16))
  })

  it('is taken back, with the reason, where they show life', () => {
    const after = lived('M', day(21, 6), day(22))
    const { findings } = play(live([...before, ...after], START_MS, day(22)))
    expect(inactivity(findings).at(-1)).toMatchObject({
      type: 'retract',
      reason: { en: expect.stringContaining('report again'), zh: expect.stringContaining('恢复上报') },
    })
  })

  it('is nothing where late data fill the gap: what stands is what the orderly feed leaves', () => {
    const late = lived('M', day(20, 20), day(21, 4), silent, { receivedAtMs: day(21, 5) })
    const rest = lived('M', day(21, 4), day(21, 12), silent)
    const orderly = lived('M', START_MS, day(21, 12), silent)
    const one = play(live([...before, ...late, ...rest], START_MS, day(21, 13))).findings
    const other = play(live(orderly, START_MS, day(21, 13))).findings
    expect(standing(one)).toEqual(standing(other))
    expect(inactivity(one)[0]).toMatchObject({ hold: { reason: 'data-gap' } })
  })

  it('that was lively until then is only missed, and nobody is held', () => {
    const { findings } = play(live(lived('M', START_MS, day(20, 20)), START_MS, day(21, 12)))
    expect(inactivity(findings)).toEqual([])
    expect(findings.at(-1)).toMatchObject({ kind: 'meter-offline' })
  })

  it('keeps an alert that was open before open, whatever the gap', () => {
    const { findings } = play(live(lived('M', START_MS, day(22), silent), START_MS, day(23)))
    const told = inactivity(findings)
    expect(told).toHaveLength(1)
    expect(told[0]).not.toHaveProperty('hold')
  })
})

describe('a home on its usual weekly absence', () => {
  /** Away from Saturday 10:00 until Monday 16:00 of every week; a week begins on Monday. */
  const LEAVES = 5 * 24 + 10
  const AWAY = 54
  const weekOf = (timeMs: number): number => ((timeMs - HOUR_MS - START_MS) / HOUR_MS) % (7 * 24)
  const isAway = (timeMs: number): boolean => {
    const hour = weekOf(timeMs)
    return hour >= LEAVES || hour < LEAVES + AWAY - 7 * 24
  }
  const weekly = (timeMs: number): number => (isAway(timeMs) ? 0 : usual(timeMs))
  const saturday = (week: number): number => day(7 * week) + LEAVES * HOUR_MS

  it('is shown as held, with what is usual, and let go when life is back', () => {
    const list = lived('M', START_MS, day(7 * 9 + 3), weekly).map((one) => readings(one))
    // A budget at which even the ninth weekend away would be asked after.
    const { findings } = play(list, newDetector({ ...SETTINGS, budget: 1.5 }))
    const told = inactivity(findings).filter(({ atMs }) => atMs > saturday(8))
    expect(told).toMatchObject([{ type: 'raise', hold: { reason: 'usual-absence' } }, { type: 'clear' }])
    const [held] = told
    if (held?.type !== 'raise' || held.hold === undefined) throw new Error('nothing is held')
    expect(held.hold.untilMs).toBeGreaterThan(saturday(8) + AWAY * HOUR_MS)
    expect(held.hold.explanation.en).toContain('away at this time of most weeks')
    expect(held.hold.explanation.zh).toContain('每周此时常外出')
  })

  it('that does not come back is raised when the habit explains it no longer, and costs the budget once', () => {
    const gone = (timeMs: number): number => (timeMs > saturday(8) ? 0 : weekly(timeMs))
    const list = lived('M', START_MS, day(7 * 9 + 4), gone).map((one) => readings(one))
    const told = inactivity(play(list).findings).filter(({ atMs }) => atMs > saturday(8))
    expect(told.map((one) => (one.type === 'raise' ? (one.hold?.reason ?? 'called') : one.type))).toEqual([
      'usual-absence',
      'called',
    ])
  })

  it('goes over a restart while it is held', () => {
    const list = lived('M', START_MS, day(7 * 9 + 3), weekly).map((one) => readings(one))
    const cut = list.length - 60
    const { detector } = play(list.slice(0, cut))
    const tail = list.slice(cut)
    expect(play(tail, saveAndLoad(detector)).findings).toEqual(play(tail, detector).findings)
  })
})
