import { describe, expect, test } from 'vitest'
import type { Hour } from '../../evaluation/presence/load-home.ts'
import { loadHome } from '../../evaluation/presence/load-home.ts'
import { tellPresence } from '../../evaluation/presence/run-presence.ts'
import { scorePresence } from '../../evaluation/presence/score-presence.ts'
import { daysOf, evidenceOf, presentHours } from '../../evaluation/presence/tell-presence.ts'
import { realData } from '../real-data.ts'

/** Days whose life signs are in these hours of the clock, one string a day: `x` a sign, `.` none. */
function lived(...days: string[]): Hour[] {
  return days.flatMap((clock, day) =>
    clock.split('').map((mark, hour) => ({
      wall: day * 24 + hour,
      loads: [0.1],
      sign: mark === 'x',
      known: true,
      occupied: null,
    })),
  )
}
const usual = '......x.x.......xxxxxx..'
const empty = '........................'

describe('presence', () => {
  test('is told by evidence: a day like the others is lived in, one like a night is not', () => {
    const days = daysOf(lived(usual, usual, usual, empty, usual))
    const told = days.map((day) => evidenceOf(day, days) > 0)
    expect(told).toEqual([true, true, true, false, true])
  })

  test('holds around a life sign and through a night between two, and not through an empty day', () => {
    const hours = lived(usual, empty, usual)
    const told = presentHours(hours)
    const at = (day: number, hour: number): boolean => told.has(day * 24 + hour)
    expect([at(0, 7), at(0, 12), at(0, 20), at(0, 23), at(1, 12), at(2, 3)]).toEqual([
      true,
      false,
      true,
      false,
      false,
      false,
    ])
    const nights = presentHours(lived(usual, usual))
    expect([22, 23, 24, 26, 29].every((wall) => nights.has(wall))).toBe(true)
  })

  test('is scored by both classes alike, however few days are empty', () => {
    const truth = [true, true, true, false]
    expect(scorePresence([true, true, true, true], truth).balancedAccuracy).toBe(0.5)
    expect(scorePresence([true, true, false, false], truth).balancedAccuracy).toBeCloseTo((2 / 3 + 1) / 2)
  })

  test('of the real home is told hour by hour better than by chance', async (context) => {
    const readings = realData(context, 'eco2_mains_15min.csv.gz')
    const occupancy = realData(context, 'eco2_occupancy_15min.csv.gz')
    const hours = await loadHome(readings, occupancy, 'Europe/Zurich')
    const known = hours.filter((hour) => hour.known && hour.wall % 24 >= 6 && hour.wall % 24 < 22)
    const told = presentHours(hours)
    const { balancedAccuracy } = scorePresence(
      known.map(({ wall }) => told.has(wall)),
      known.map(({ occupied }) => (occupied ?? 0) >= 0.5),
    )
    expect(balancedAccuracy).toBeGreaterThan(0.6)
    expect(tellPresence(hours)).toContain('balanced accuracy')
  })
})
