import type { LocalDay } from './calendar.ts'
import type { Resident } from './home.ts'
import type { Random } from './random.ts'

/** One person's day; minutes after midnight, beyond 1,440 for whoever goes to bed late. */
export interface Routine {
  readonly resident: Resident
  readonly wakes: number
  readonly sleeps: number
  /** Out of the house, in order. */
  readonly out: readonly (readonly [from: number, to: number])[]
}

const WORKERS_OFF_SICK = 0.02
const LIE_IN_MINUTES = 55

/** How this person spends this day: never the same twice, always their own. */
export function planRoutine(resident: Resident, day: LocalDay, random: Random): Routine {
  const free = day.weekend || day.festival !== null
  const young = resident.role !== 'elder'
  // Elders keep the sun's hours: half an hour earlier in June than in December.
  const bySun = young ? 0 : (day.sunrise - 360) / 2
  const lieIn = free && young ? random.normal(LIE_IN_MINUTES, 25) : 0
  const wakes = clamp(
    random.normal(resident.wakes + bySun + lieIn, resident.spread),
    230,
    latestRise(resident),
  )
  const late = free && young ? random.normal(35, 25) : 0
  const latest = resident.role === 'night-worker' ? 1_990 : 1_560
  const sleeps = clamp(random.normal(resident.sleeps + late, resident.spread), wakes + 600, latest)
  const out = errands(resident, free, random)
    .filter(([from, to]) => from > wakes + 20 && to > from && from < sleeps - 60)
    .sort(([a], [b]) => a - b)
  return { resident, wakes, sleeps, out }
}

function latestRise({ role }: Resident): number {
  return role === 'night-worker' ? 1_020 : 720
}

function errands(resident: Resident, free: boolean, random: Random): [number, number][] {
  const out: [number, number][] = []
  const perhaps = (probability: number, leaves: number, spread: number, low: number, high: number): void => {
    const from = random.normal(leaves, spread)
    const length = random.between(low, high)
    if (random.chance(probability)) out.push([from, from + length])
  }
  switch (resident.role) {
    case 'worker':
      if (free || random.chance(WORKERS_OFF_SICK)) {
        perhaps(0.45, 590, 60, 60, 200)
        perhaps(0.4, 860, 70, 60, 300)
      } else {
        const leaves = Math.max(random.normal(455, 18), resident.wakes + 25)
        out.push([leaves, random.normal(1_075, 35)])
        perhaps(0.12, 1_150, 25, 60, 160)
      }
      break
    case 'night-worker':
      // The shift's mornings belong to the day on which it began; days off keep to the same hours.
      if (free || random.chance(WORKERS_OFF_SICK)) perhaps(0.5, 1_080, 60, 60, 240)
      else out.push([random.normal(1_275, 15), random.normal(1_875, 20)])
      break
    case 'child':
      if (!free) out.push([random.normal(445, 8), random.normal(990, 15)])
      else perhaps(0.5, 820, 80, 60, 240)
      break
    case 'homemaker':
      perhaps(0.65, 540, 40, 40, 120)
      perhaps(0.4, 870, 50, 40, 150)
      break
    case 'elder':
      // Market, fields, a neighbour's table; now and then the whole day in town.
      if (random.chance(0.03)) out.push([random.normal(480, 30), random.normal(1_010, 50)])
      else {
        perhaps(0.6, 490, 35, 30, 120)
        perhaps(0.4, 850, 45, 45, 160)
      }
      break
  }
  return out
}

export function isHome(routine: Routine, minute: number): boolean {
  return !routine.out.some(([from, to]) => from <= minute && minute < to)
}

/** Up, and in the house. */
export function isAbout(routine: Routine, minute: number): boolean {
  return minute >= routine.wakes && minute < routine.sleeps && isHome(routine, minute)
}

/** The stretches in which at least one of them is up and in the house. */
export function stretchesAbout(routines: readonly Routine[]): [number, number][] {
  const stretches: [number, number][] = []
  const STEP = 5
  let from: number | null = null
  for (let minute = 0; minute <= 1_600; minute += STEP) {
    const about = routines.some((routine) => isAbout(routine, minute))
    if (about && from === null) from = minute
    if (!about && from !== null) {
      stretches.push([from, minute])
      from = null
    }
  }
  if (from !== null) stretches.push([from, 1_600])
  return stretches
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
