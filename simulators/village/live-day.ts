import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import type { Calendar, LocalDay } from './calendar.ts'
import type { Decline, Effects } from './effects.ts'
import { emptySpells } from './empty-spells.ts'
import type { Home, Resident } from './home.ts'
import { createHouseDay, SLOT_MINUTES, type HouseDay, type Use } from './house-day.ts'
import { covers, type Spell } from './incident.ts'
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
export function liveDay(home: Home, date: LocalDay, effects: Effects, calendar: Calendar, seed: number): Use {
  const day = inWeather(date, effects)
  const random = seededRandom(seed, home.household, day.number)
  const house = createHouseDay({
    startMs: day.startMs,
    lifeless: [...emptySpells(home, day, calendar, seed), ...effects.lifeless],
    vigour: leftOf('acts', day, effects),
    thrift: leftOf('amounts', day, effects),
    random: seededRandom(seed, home.household, day.number, 'vigour'),
  })
  const routines = peopleToday(home, day, effects, random).map((resident) =>
    planRoutine(resident, day, random),
  )
  for (const routine of routines) useBathroom(home, routine, day, house, random)
  cookMeals(routines, house, random)
  doChores(home, routines, day, house, random)
  lightAndWarm(home, routines, day, house, random)
  runByItself(home, day, house, random)
  leakByItself(home, day, house, seed)
  sufferIncidents(day, effects, house)
  cut(day, effects.unplugged, house.use.kWh)
  cut(day, effects.dry, house.use.litres)
  return house.use
}

/** Half a day's warmth on either side of it counts: a spell is as long as its days. */
function inWeather(day: LocalDay, { weather }: Effects): LocalDay {
  const noonMs = (day.startMs + day.endMs) / 2
  const spell = weather.find((each) => covers([each.spell], noonMs))
  return spell === undefined ? day : { ...day, temperatureC: day.temperatureC + spell.warmerC }
}

function peopleToday(home: Home, day: LocalDay, effects: Effects, random: Random): readonly Resident[] {
  const hosts = random.chance(SHARE_WITH_GUESTS) && day.festival === 'spring-festival'
  const tenants = effects.tenants.findLast(({ fromMs }) => fromMs <= day.startMs)
  if (tenants !== undefined) return tenants.residents
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
  heatByNight(home, day, house)
}

/** The night tariff fills the storage heater, whoever is there: more, the colder it is. */
function heatByNight({ house: { storageHeaterW } }: Home, day: LocalDay, house: HouseDay): void {
  const cold = Math.min(1, Math.max(0, (14 - day.temperatureC) / 14))
  if (storageHeaterW === 0 || cold === 0) return
  house.hum(0, 60 + 270 * cold, storageHeaterW)
  house.hum(1_325, 115, storageHeaterW)
}

const LEAK_STRETCH_MINUTES = 120

/** A leak that nobody mends is never still and never quite even. It runs stronger at night, when the mains are full. */
function leakByItself(home: Home, day: LocalDay, house: HouseDay, seed: number): void {
  const { leakLPerHour, leakUnevenness } = home.house
  if (leakLPerHour === 0) return
  const random = seededRandom(seed, home.household, day.number, 'leak')
  const minutes = (day.endMs - day.startMs) / 60_000
  for (let at = 0; at < minutes; at += LEAK_STRETCH_MINUTES) {
    const length = Math.min(LEAK_STRETCH_MINUTES, minutes - at)
    const pressure = at < 300 || at > 1_350 ? 1.15 : 0.95
    const strays = random.between(1 - leakUnevenness, 1 + leakUnevenness)
    house.drip(at, (leakLPerHour * pressure * strays * length) / 60, length)
  }
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

function cut(day: LocalDay, cuts: readonly Spell[], slots: Float64Array): void {
  const slotMs = SLOT_MINUTES * 60_000
  for (const [fromMs, toMs] of cuts) {
    // What this day's people let run into tomorrow is cut too, hence not only the day's own slots.
    for (let slot = 0; slot < slots.length; slot++) {
      const start = day.startMs + slot * slotMs
      const cutMs = Math.min(toMs, start + slotMs) - Math.max(fromMs, start)
      if (cutMs > 0) slots[slot] = (slots[slot] ?? 0) * (1 - cutMs / slotMs)
    }
  }
}

/** A decline goes on evenly from full life to what is left of it, and stays there until it is noticed. */
function leftOf(what: Decline['of'], day: LocalDay, { declines }: Effects): number {
  for (const { of, spell, downTo, downByMs } of declines) {
    const [fromMs, toMs] = spell
    const noon: EpochMs = day.startMs + DAY_MS / 2
    if (of !== what || noon < fromMs || noon > toMs + HOUR_MS) continue
    return 1 - (1 - downTo) * Math.min(1, (noon - fromMs) / (downByMs - fromMs))
  }
  return 1
}
