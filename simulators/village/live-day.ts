import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import type { Calendar, LocalDay } from './calendar.ts'
import { emptySpells } from './empty-spells.ts'
import type { Home, Resident } from './home.ts'
import { createHouseDay, SLOT_MINUTES, type HouseDay, type Use } from './house-day.ts'
import type { Effects, Spell } from './incident.ts'
import { cookMeals, doChores, lightAndWarm } from './keep-house.ts'
import { planRoutine } from './plan-routine.ts'
import { seededRandom, type Random } from './random.ts'
import { useBathroom } from './use-bathroom.ts'

/** Children and grandchildren who fill an elder's home at the Spring Festival. */
const GUESTS: readonly Resident[] = [
  { role: 'homemaker', wakes: 430, sleeps: 1_370, spread: 30, nightVisits: 0.2, showersInTheMorning: false },
  { role: 'child', wakes: 450, sleeps: 1_350, spread: 30, nightVisits: 0.1, showersInTheMorning: false },
]
const SHARE_WITH_GUESTS = 0.55

/** One day of one home, from first light to the last cup, in quarter hours: depends on nothing but its arguments. */
export function liveDay(home: Home, day: LocalDay, effects: Effects, calendar: Calendar, seed: number): Use {
  const random = seededRandom(seed, home.household, day.number)
  const house = createHouseDay({
    startMs: day.startMs,
    lifeless: [...emptySpells(home, day, calendar, seed), ...effects.lifeless],
    vigour: vigourOn(day, effects),
    random: seededRandom(seed, home.household, day.number, 'vigour'),
  })
  const routines = peopleToday(home, day, random).map((resident) => planRoutine(resident, day, random))
  for (const routine of routines) useBathroom(home, routine, day, house, random)
  cookMeals(routines, house, random)
  doChores(home, routines, day, house, random)
  lightAndWarm(home, routines, day, house, random)
  runByItself(home, day, house, random)
  sufferIncidents(day, effects, house)
  cutPower(day, effects.powerCuts, house.use)
  return house.use
}

function peopleToday(home: Home, day: LocalDay, random: Random): readonly Resident[] {
  const hosts = random.chance(SHARE_WITH_GUESTS) && day.festival === 'spring-festival'
  return hosts && home.persona.startsWith('elder') ? [...home.residents, ...GUESTS] : home.residents
}

/** Fridge, router, a washer that drips: what flows with nobody there. */
function runByItself(home: Home, day: LocalDay, house: HouseDay, random: Random): void {
  const minutes = (day.endMs - day.startMs) / 60_000
  house.hum(0, minutes, home.house.standbyW)
  const { watts, periodMin, duty } = home.house.fridge
  const warm = 1 + Math.max(0, day.temperatureC - 15) * 0.02
  for (let at = random.between(-periodMin, 0); at < minutes; at += periodMin * random.between(0.9, 1.1)) {
    const on = Math.min(periodMin * duty * warm, minutes - at)
    if (at + on > 0) house.hum(Math.max(0, at), Math.min(on, at + on), watts)
  }
  if (home.house.dripLPerHour > 0) house.drip(0, (home.house.dripLPerHour * minutes) / 60, minutes)
}

function sufferIncidents(day: LocalDay, effects: Effects, house: HouseDay): void {
  for (const { spell, litresPerHour } of effects.leaks) {
    within(day, spell, (minute, minutes) => house.drip(minute, (litresPerHour * minutes) / 60, minutes))
  }
  for (const { spell, watts } of effects.leftOn) {
    within(day, spell, (minute, minutes) => house.hum(minute, minutes, watts))
  }
}

function within(day: LocalDay, [fromMs, toMs]: Spell, act: (minute: number, minutes: number) => void): void {
  const from = Math.max(fromMs, day.startMs)
  const to = Math.min(toMs, day.endMs)
  if (from < to) act((from - day.startMs) / 60_000, (to - from) / 60_000)
}

function cutPower(day: LocalDay, cuts: readonly Spell[], use: Use): void {
  const slotMs = SLOT_MINUTES * 60_000
  for (const [fromMs, toMs] of cuts) {
    // What this day's people let run into tomorrow is cut too, hence not only the day's own slots.
    for (let slot = 0; slot < use.kWh.length; slot++) {
      const start = day.startMs + slot * slotMs
      const dark = Math.min(toMs, start + slotMs) - Math.max(fromMs, start)
      if (dark > 0) use.kWh[slot] = (use.kWh[slot] ?? 0) * (1 - dark / slotMs)
    }
  }
}

/** A decline goes on evenly from full life to what is left at its end, and stays there until it is noticed. */
function vigourOn(day: LocalDay, effects: Effects): number {
  for (const { spell, downTo } of effects.declines) {
    const [fromMs, toMs] = spell
    const noon = day.startMs + DAY_MS / 2
    if (noon < fromMs || noon > toMs + HOUR_MS) continue
    return 1 - ((1 - downTo) * (noon - fromMs)) / (toMs - fromMs)
  }
  return 1
}
