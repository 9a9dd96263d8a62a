import type { Hour } from './load-home.ts'

/** A day of the home's own clock. */
export interface Day {
  readonly number: number
  readonly hours: readonly Hour[]
}

export const DAY_HOURS = 24
/** A day with gaps is not judged, and teaches nothing. */
const MIN_HOURS = 22

export function daysOf(hours: readonly Hour[]): Day[] {
  const days = new Map<number, Hour[]>()
  for (const hour of hours) {
    const number = Math.floor(hour.wall / DAY_HOURS)
    const known = days.get(number)
    if (known === undefined) days.set(number, [hour])
    else known.push(hour)
  }
  return [...days]
    .filter(([, own]) => own.length >= MIN_HOURS)
    .map(([number, own]) => ({ number, hours: own }))
}

const NIGHT_FROM = 2
const NIGHT_TO = 5

/** How often an hour of the clock shows a life sign, with half a day of doubt added on either side. */
function rates(days: readonly Day[]): number[] {
  return Array.from({ length: DAY_HOURS }, (_, clock) => {
    const own = days.flatMap((day) => day.hours.filter(({ wall }) => wall % DAY_HOURS === clock))
    return (own.filter(({ sign }) => sign).length + 0.5) / (own.length + 1)
  })
}

/**
 * The evidence of a day that somebody was in, in nats: the likelihood of its life signs in a home that is lived in as this
 * one usually is, against a home in which every hour is like those of the small hours, when what shows is nobody's doing:
 *
 *   sum over hours h:  sign ? ln(p_h / q) : ln((1 - p_h) / (1 - q)),   q = mean of p from 02 to 05,  p_h at least q
 *
 * Above 0 somebody was in. `known`: the days that the rates are learned from; no truth is needed for it.
 */
export function evidenceOf(day: Day, known: readonly Day[]): number {
  const p = rates(known)
  const night = p.slice(NIGHT_FROM, NIGHT_TO)
  const q = night.reduce((a, b) => a + b, 0) / night.length
  return day.hours.reduce((sum, { wall, sign }) => {
    const rate = Math.max(q, p[wall % DAY_HOURS] ?? q)
    return sum + (sign ? Math.log(rate / q) : Math.log((1 - rate) / (1 - q)))
  }, 0)
}

/** How far around a life sign somebody is taken to be in, and the longest sleep between two. */
const NEAR_HOURS = 1
const SLEEP_HOURS = 10

/**
 * Wall-clock hours in which somebody is in: within an hour of a life sign, and asleep between two signs that have a night, and no more
 * than a night, between them.
 */
export function presentHours(hours: readonly Hour[]): ReadonlySet<number> {
  const signs = hours.flatMap(({ sign, wall }) => (sign ? [wall] : []))
  const inAt = new Set<number>()
  for (const [at, sign] of signs.entries()) {
    for (let wall = sign - NEAR_HOURS; wall <= sign + NEAR_HOURS; wall++) inAt.add(wall)
    const next = signs[at + 1] ?? Infinity
    const smallHours = Math.ceil((sign - NIGHT_FROM) / DAY_HOURS) * DAY_HOURS + NIGHT_FROM
    if (next - sign > SLEEP_HOURS || smallHours >= next) continue
    for (let wall = sign; wall < next; wall++) inAt.add(wall)
  }
  return inAt
}
