import type { LocalDay } from './calendar.ts'
import type { Home } from './home.ts'
import type { HouseDay } from './house-day.ts'
import { isAbout, isHome, type Routine } from './plan-routine.ts'
import type { Random } from './random.ts'

/** Toilet, basin, tea and shower of one person: most of the life signs of a home. */
export function useBathroom(
  home: Home,
  routine: Routine,
  day: LocalDay,
  house: HouseDay,
  random: Random,
): void {
  const { resident, wakes, sleeps } = routine
  const flush = (minute: number, washes: boolean): void => {
    house.draw(minute, home.house.flushL * (random.chance(0.35) ? 0.5 : 1), 1.5)
    if (washes) house.draw(minute + 2, random.between(0.4, 1.8), 1)
  }

  flush(wakes + random.between(1, 12), true)
  house.draw(wakes + random.between(8, 25), random.between(1.5, 5), 4)
  house.draw(sleeps - random.between(10, 30), random.between(1.5, 5), 4)
  flush(sleeps - random.between(2, 12), true)

  // Through the day, one visit each two to four hours awake and at home; a rinse, a cup of tea in between.
  for (let at = wakes + random.between(50, 160); at < sleeps - 40; at += random.between(90, 230)) {
    const about = isAbout(routine, at)
    if (about) flush(at, random.chance(0.85))
    const rinses = random.chance(0.6)
    const litres = random.between(0.5, 4)
    if (about && rinses) house.draw(at + random.between(10, 60), litres, 2)
  }
  const cups = resident.role === 'elder' ? 3 : 1.2
  for (let cup = random.poisson(cups); cup > 0; cup--) {
    const at = random.between(wakes + 10, sleeps - 60)
    if (!isAbout(routine, at)) continue
    house.draw(at, random.between(0.4, 1.2), 0.5)
    house.run(at + 1, random.between(3, 6), 1_400)
  }

  for (let visit = random.poisson(resident.nightVisits); visit > 0; visit--) {
    const at = random.between(sleeps + 60, wakes + 1_440 - 50)
    if (isHome(routine, at)) flush(at, random.chance(0.6))
  }
  takeShower(home, routine, day, house, random)
}

function takeShower(home: Home, routine: Routine, day: LocalDay, house: HouseDay, random: Random): void {
  const { resident, wakes, sleeps } = routine
  const elder = resident.role === 'elder'
  const warmth = Math.min(1, Math.max(0, (day.temperatureC - 5) / 22))
  const likely = elder ? 0.22 + 0.5 * warmth : 0.55 + 0.4 * warmth
  const at = resident.showersInTheMorning
    ? wakes + random.between(5, 20)
    : sleeps - random.between(40, elder ? 200 : 120)
  const minutes = elder ? random.between(5, 12) : random.between(4, 11)
  const litres = minutes * random.between(4, 6.5)
  if (!random.chance(likely) || !isAbout(routine, at)) return
  house.draw(at, litres, minutes)
  if (home.house.waterHeater === 'electric') house.run(at + 2, litres * 0.6, 1_500)
}
