import { DAY_MS, MINUTE_MS } from '../../domain/time.ts'
import type { Calendar, LocalDay } from './calendar.ts'
import type { Home } from './home.ts'
import type { Spell } from './incident.ts'
import { seededRandom } from './random.ts'

const LONGEST_TRIP_NIGHTS = 2

/** When nobody is home around this day for everyday reasons: weekly habits, a night at the children's, the feast. */
export function emptySpells(home: Home, day: LocalDay, calendar: Calendar, seed: number): Spell[] {
  return [
    ...weeklySpells(home, day, calendar, seed),
    ...tripSpells(home, day, calendar, seed),
    ...festivalSpells(home, day, calendar, seed),
  ]
}

export function weeklySpells(home: Home, day: LocalDay, calendar: Calendar, seed: number): Spell[] {
  const away = home.weeklyAway
  if (away === null) return []
  // A spell that covers some of this day, or of tomorrow's small hours, began at most a week ago.
  const left = day.number - ((day.weekday - away.leavesOn + 7) % 7)
  const random = seededRandom(seed, home.household, 'weekly', left)
  const leaves = away.leavesAt + random.normal(0, 25)
  const back = away.backAt + random.normal(0, 25)
  if (random.chance(away.skips)) return []
  return [
    [
      calendar.startOf(left) + Math.round(leaves) * MINUTE_MS,
      calendar.startOf(left + away.backAfterDays) + Math.round(back) * MINUTE_MS,
    ],
  ]
}

export function tripSpells(home: Home, day: LocalDay, calendar: Calendar, seed: number): Spell[] {
  const spells: Spell[] = []
  for (let left = day.number - LONGEST_TRIP_NIGHTS; left <= day.number; left++) {
    const random = seededRandom(seed, home.household, 'trip', left)
    if (!random.chance(home.tripsPerYear / 365)) continue
    const staysFromMs = home.staysHomeFromMs ?? Infinity
    if (calendar.startOf(left + LONGEST_TRIP_NIGHTS + 1) > staysFromMs) continue
    const nights = random.pick([1, 1, 1, LONGEST_TRIP_NIGHTS])
    spells.push([
      calendar.startOf(left) + random.whole(8 * 60, 17 * 60) * MINUTE_MS,
      calendar.startOf(left + nights) + random.whole(9 * 60, 20 * 60) * MINUTE_MS,
    ])
  }
  return spells
}

/** Some travel to their parents for the Spring Festival, the whole feast long. */
export function festivalSpells(home: Home, day: LocalDay, calendar: Calendar, seed: number): Spell[] {
  const { travels, leavesEarly, returnsLate } = home.festival
  const first = travels === 0 ? null : firstFestivalDay(day.number, leavesEarly, returnsLate, calendar)
  if (first === null) return []
  const random = seededRandom(seed, home.household, 'festival', first)
  if (!random.chance(travels)) return []
  const leaves = calendar.startOf(first) + random.whole(7 * 60, 12 * 60) * MINUTE_MS
  const back = calendar.startOf(first + random.whole(4, 7)) + random.whole(10 * 60, 20 * 60) * MINUTE_MS
  const early = random.whole(0, leavesEarly) * DAY_MS
  const late = random.whole(0, returnsLate) * DAY_MS
  return [[leaves - early, back + late]]
}

/** First day of the Spring Festival that this day lies in, or close to; null: there is none. */
function firstFestivalDay(
  day: number,
  daysBefore: number,
  daysAfter: number,
  calendar: Calendar,
): number | null {
  let first = day + daysBefore
  while (first > day - daysAfter && calendar.day(first).festival !== 'spring-festival') first--
  if (calendar.day(first).festival !== 'spring-festival') return null
  while (calendar.day(first - 1).festival === 'spring-festival') first--
  return first
}
