import type { LocalDay } from './calendar.ts'
import type { Home } from './home.ts'
import type { HouseDay } from './house-day.ts'
import { isAbout, stretchesAbout, type Routine } from './plan-routine.ts'
import type { Random } from './random.ts'

const MEALS = [
  { at: 0, afterWaking: 25, spread: 12, likely: 0.85, watts: 350, litres: 2 },
  { at: 685, afterWaking: 0, spread: 20, likely: 0.88, watts: 900, litres: 5 },
  { at: 1_065, afterWaking: 0, spread: 25, likely: 0.92, watts: 1_000, litres: 6 },
] as const

/** Breakfast, lunch and supper for whoever is there: a tap, a stove, and the dishes after it. */
export function cookMeals(routines: readonly Routine[], house: HouseDay, random: Random): void {
  const firstUp = Math.min(...routines.map((routine) => routine.wakes))
  for (const meal of MEALS) {
    const usual = meal.afterWaking > 0 ? firstUp + meal.afterWaking : meal.at
    const at = random.normal(usual, meal.spread)
    const eaters = routines.filter((routine) => isAbout(routine, at)).length
    const cooks = random.chance(meal.likely)
    const scale = random.between(0.7, 1.3) * (0.6 + 0.4 * eaters)
    const dishesLater = random.between(20, 70)
    if (eaters === 0 || !cooks) continue
    house.draw(at, meal.litres * scale, 6)
    house.run(at + 3, 14 * scale, meal.watts)
    house.draw(at + dishesLater, (1.5 + meal.litres) * scale, 6)
  }
}

/** Laundry, the mop, the beans behind the house. */
export function doChores(
  home: Home,
  routines: readonly Routine[],
  day: LocalDay,
  house: HouseDay,
  random: Random,
): void {
  const someoneAt = (minute: number): boolean => routines.some((routine) => isAbout(routine, minute))
  const washAt = random.normal(random.chance(0.6) ? 500 : 1_150, 50)
  const fill = random.between(14, 24)
  if (random.chance(Math.min(0.95, home.house.washesPerWeek / 7)) && someoneAt(washAt)) {
    for (const after of [0, 18, 33]) house.draw(washAt + after, fill, 4)
    house.run(washAt, 50, 280)
  }
  const mopAt = random.normal(580, 60)
  const mop = random.between(6, 25)
  if (random.chance(day.weekend ? 0.45 : 0.2) && someoneAt(mopAt)) house.draw(mopAt, mop, 8)
  const waterAt = random.normal(day.sunset - 70, 25)
  const garden = random.between(15, 90)
  if (home.house.gardener && day.temperatureC > 19 && random.chance(0.5) && someoneAt(waterAt)) {
    house.draw(waterAt, garden, 20)
  }
  const plugsInAt = random.normal(1_200, 60)
  const charging = random.between(120, 330)
  if (home.house.chargesBike && random.chance(0.45) && someoneAt(plugsInAt)) {
    house.run(plugsInAt, charging, 110)
  }
}

/** Light when it is dark, the television in the evening, a fan, a heater. */
export function lightAndWarm(
  home: Home,
  routines: readonly Routine[],
  day: LocalDay,
  house: HouseDay,
  random: Random,
): void {
  const { lightW, televisionW, coolerW, heaterW } = home.house
  const elderly = routines.some(({ resident }) => resident.role === 'elder')
  const watchesFrom = random.normal(1_110, 30)
  const atNoon = elderly && random.chance(0.5)
  const warmth = random.between(0.35, 0.8)
  for (const [from, to] of stretchesAbout(routines)) {
    overlap(from, to, 0, day.sunrise + 25, (at, minutes) => house.run(at, minutes, lightW))
    overlap(from, to, day.sunset - 15, 1_600, (at, minutes) => house.run(at, minutes, lightW * 1.6))
    overlap(from, to, watchesFrom, 1_600, (at, minutes) => house.run(at, minutes * 0.9, televisionW))
    if (atNoon) overlap(from, to, 700, 830, (at, minutes) => house.run(at, minutes, televisionW))
    if (day.temperatureC > 26) {
      overlap(from, to, 780, 1_600, (at, minutes) => house.run(at, minutes, coolerW * warmth))
    }
    if (day.temperatureC < 0) {
      overlap(from, to, 560, 1_050, (at, minutes) => house.run(at, minutes, heaterW * warmth * 0.6))
    }
    if (day.temperatureC < 9) {
      overlap(from, to, 380, 560, (at, minutes) => house.run(at, minutes, heaterW * warmth * 0.6))
      overlap(from, to, 1_050, 1_600, (at, minutes) => house.run(at, minutes, heaterW * warmth))
    }
  }
}

function overlap(
  from: number,
  to: number,
  start: number,
  end: number,
  act: (at: number, minutes: number) => void,
): void {
  const at = Math.max(from, start)
  const until = Math.min(to, end)
  if (at < until) act(at, until - at)
}
