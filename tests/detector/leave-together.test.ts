import { describe, expect, it } from 'vitest'
import type { Finding } from '../../domain/finding.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { leftTogether, newAway, noteAway } from '../../detector/core/area/leave-together.ts'
import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import { asLived, day, registered, villageReadings, type VillagePlan } from './area-feed.ts'
import { readings, SETTINGS, tick } from './feed.ts'
import { saveAndLoad } from './save-and-load.ts'
import { standing } from './standing.ts'

const HOMES = 36
const DAYS = 40
const LEFT = day(29, 8)
const BACK = day(34, 17)
/** The first of 12 homes that leave for the feast; it comes back four days after the others. */
const LATE = 0
/** Somebody falls in the evening of the day on which the others leave. */
const FALLEN = 30

const FEAST: VillagePlan = {
  homes: HOMES,
  days: DAYS,
  homesPerGrid: HOMES,
  homesPerGateway: HOMES,
  waterOnly: true,
  empty: {
    ...Object.fromEntries(Array.from({ length: 12 }, (_, home) => [home, [[LEFT, BACK]]])),
    [LATE]: [[LEFT, day(38, 17)]],
    [FALLEN]: [[day(29, 20), day(33)]],
  },
}

const list = villageReadings(FEAST)

function live(): Finding[] {
  const detector = newDetector({ ...SETTINGS, budget: 0.15 })
  return [registered(FEAST), ...asLived(list, day(DAYS))].flatMap((entry) => foldEntry(detector, entry))
}

const said = (findings: readonly Finding[], home: number): Finding[] =>
  findings.filter(
    ({ household, kind, type, atMs }) =>
      household === `H${String(home).padStart(2, '0')}` &&
      kind === 'inactivity' &&
      type !== 'escalate' &&
      atMs >= LEFT,
  )

describe('homes that fall silent together', () => {
  const findings = live()

  it('are held, and nobody knocks, where they are back with their neighbours', () => {
    for (let home = 1; home < 12; home++) {
      const told = said(findings, home)
      expect(told).toMatchObject([{ type: 'raise', hold: { reason: 'neighbours-away' } }, { type: 'clear' }])
    }
  })

  it('are asked after when they stay away and their neighbours are back', () => {
    const told = said(findings, LATE)
    const last = told.findLast(({ type }) => type === 'raise')
    expect(told[0]).toMatchObject({ type: 'raise', hold: { reason: 'neighbours-away' } })
    expect(last).not.toHaveProperty('hold')
    expect(last?.atMs).toBeGreaterThanOrEqual(BACK)
    expect(last?.atMs).toBeLessThan(BACK + 24 * HOUR_MS)
  })

  it('do not hide one that falls silent at another hour', () => {
    const [first] = said(findings, FALLEN)
    expect(first).toMatchObject({ type: 'raise' })
    expect(first).not.toHaveProperty('hold')
    expect(first?.atMs).toBeLessThan(day(31))
  })

  it('leave the same whatever the order in which homes report, and across a restart', () => {
    // Every third home a day late; an entry a day.
    const receivedMs = day(DAYS + 2)
    const lag = (meter: string): number => (Number(meter.slice(1)) % 3 === 0 ? 24 * HOUR_MS : 0)
    const shuffled = list.toSorted(
      (one, other) => one.timeMs + lag(one.meter) - other.timeMs - lag(other.meter),
    )
    const run = (order: typeof list, size: number, restarts: boolean): string[] => {
      let detector = newDetector({ ...SETTINGS, budget: 0.15 })
      const all = foldEntry(detector, registered(FEAST))
      for (let at = 0; at < order.length; at += size) {
        const batch = order.slice(at, at + size).map((one) => ({ ...one, receivedAtMs: receivedMs }))
        all.push(...foldEntry(detector, readings(...batch)))
        if (restarts) detector = saveAndLoad(detector)
      }
      all.push(...foldEntry(detector, tick(receivedMs)))
      return standing(all).filter((line) => line.includes('inactivity'))
    }
    const orderly = run(list, HOMES * 24, false)
    expect(orderly.filter((line) => line.includes('neighbours-away')).length).toBeGreaterThan(0)
    expect(run(shuffled, HOMES * 24, true)).toEqual(orderly)
  })
})

describe('how many homes make it a departure', () => {
  const morning = 1_000 * 24 + 9
  const NOW = morning + 30
  const silence = (fromHour: number, hours: number | null) => [
    { fromHour, toHour: hours === null ? null : fromHour + hours },
  ]
  const awayOf = (count: number) => {
    const away = newAway()
    for (let home = 0; home < count; home++) noteAway(away, silence(morning + (home % 4) - 2, null), 1)
    return away
  }

  it('is five others, and three times as many as usual', () => {
    expect(leftTogether(awayOf(6), silence(morning, null), morning, NOW)).toMatchObject({ homes: 5 })
    expect(leftTogether(awayOf(5), silence(morning, null), morning, NOW)).toBeNull()
    const usual = awayOf(8)
    for (let week = 1; week <= 4; week++) {
      for (let home = 0; home < 3; home++) noteAway(usual, silence(morning - 168 * week, 40), 1)
    }
    expect(leftTogether(usual, silence(morning, null), morning, NOW)).toBeNull()
  })

  it('is known of those alone that had been silent for 18 h by then', () => {
    expect(leftTogether(awayOf(12), silence(morning, null), morning, morning + 15)).toBeNull()
  })

  it('is over when no more others than usual are away, and after two weeks', () => {
    const away = awayOf(12)
    const own = silence(morning, null)
    expect(leftTogether(away, own, morning, NOW)?.untilHour).toBe(morning + 14 * 24)
    for (let home = 0; home < 12; home++) {
      noteAway(away, silence(morning + (home % 4) - 2, null), -1)
      noteAway(away, silence(morning + (home % 4) - 2, 100), 1)
    }
    const until = leftTogether(away, own, morning, NOW)?.untilHour
    expect(until).toBeGreaterThanOrEqual(morning + 98)
    expect(until).toBeLessThanOrEqual(morning + 101)
  })
})
