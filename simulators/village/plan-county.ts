import { DAY_MS, HOUR_MS, MINUTE_MS, type EpochMs } from '../../domain/time.ts'
import type { Calendar } from './calendar.ts'
import { emptySpells } from './empty-spells.ts'
import type { Home } from './home.ts'
import { covers, type Incident, type IncidentKind } from './incident.ts'
import { planOne, type PlanOptions } from './plan-incidents.ts'
import { seededRandom, type Random } from './random.ts'

export type CountyOptions = Omit<PlanOptions, 'counts'>

/** How many homes of a hundred each happens to in half a year; one of these a home at most, so that truth stays plain. */
const SHARES: readonly (readonly [kind: IncidentKind, percent: number])[] = [
  ['slow-decline', 4],
  ['illness', 4],
  ['rationing', 4],
  ['hospital', 3],
  ['holiday', 5],
  ['unannounced-holiday', 4],
  ['moved-out', 1],
  ['new-tenant', 1.5],
  ['leak', 4],
  ['small-leak', 4],
  ['burst', 3],
  ['meter-swap', 6],
  ['rollover', 2],
  ['frozen-meter', 4],
  ['battery-dying', 2],
  ['clock-skew', 2],
]
/** What befalls many homes at once: so many for each hundred homes. */
const WIDE_SHARES: readonly (readonly [kind: IncidentKind, percent: number])[] = [
  ['area-outage', 2.4],
  ['water-cut', 1.2],
  ['dead-gateway', 0.6],
]
/** Half of the homes that are never at zero, or their falls would be too few to compare. */
const FALLS_PERCENT = 16
const FALLS_IN_LEAKY_SHARE = 0.5
/** In so many of a hundred homes somebody falls while the power is cut. */
const FALLS_IN_THE_DARK_PERCENT = 1.2

/** Long enough that what is found within one and two days can be told from what is never found. */
const FALL_MS = 96 * HOUR_MS
const QUIET_START_MS = 28 * DAY_MS
const TAP_SHARE = 0.12

/**
 * The fate of a county: falls at every hour of the day at which somebody is in, in homes of every kind, each home with one
 * incident of its own at most; power and water cuts, dead gateways, a cold spell and a heatwave on top.
 */
export function planCounty(options: CountyOptions): Incident[] {
  // Each part of a county has a fate of its own.
  const random = seededRandom(options.seed, 'county-incidents', options.homes[0]?.index ?? 0)
  const homes = [...options.homes].sort(
    (a, b) =>
      seededRandom(options.seed, 'lot', a.index).next() - seededRandom(options.seed, 'lot', b.index).next(),
  )
  const of100 = (percent: number): number => Math.max(1, Math.round((percent * homes.length) / 100))
  const free = new Set(homes)
  const take = (wanted: (home: Home) => boolean, count: number): Home[] => {
    const taken = [...free].filter(wanted).slice(0, count)
    for (const home of taken) free.delete(home)
    return taken
  }

  const wide = planWide(homes, of100, options, random)
  const leaky = homes.filter(({ house }) => house.leakLPerHour > 0)
  const victims = [
    ...take(isLeaky, Math.round(leaky.length * FALLS_IN_LEAKY_SHARE)),
    ...take((home) => !isLeaky(home), of100(FALLS_PERCENT)),
  ]
  const falls = victims.flatMap((home) => fall(home, null, options, random))
  const inTheDark = wide
    .filter(({ kind }) => kind === 'area-outage')
    .slice(0, of100(FALLS_IN_THE_DARK_PERCENT))
    .flatMap((cut) => {
      const [home] = take(({ household }) => cut.households.includes(household), 1)
      return home === undefined ? [] : fall(home, cut, options, random)
    })
  const others = SHARES.flatMap(([kind, percent]) =>
    take(({ persona }) => persona !== 'part-time', of100(percent)).map((home) =>
      planOne(kind, home, { ...options, counts: new Map() }, random),
    ),
  )
  return [...falls, ...inTheDark, ...others, ...wide].sort(
    (a, b) => a.fromMs - b.fromMs || (a.kind < b.kind ? -1 : 1),
  )
}

function isLeaky({ house }: Home): boolean {
  return house.leakLPerHour > 0
}

function planWide(
  homes: readonly Home[],
  of100: (percent: number) => number,
  options: CountyOptions,
  random: Random,
): Incident[] {
  const planned = { ...options, counts: new Map() }
  const [first] = homes
  if (first === undefined) return []
  const cuts = WIDE_SHARES.flatMap(([kind, percent]) =>
    Array.from({ length: of100(percent) }, () =>
      planOne(kind, random.pick([first, ...homes]), planned, random),
    ),
  )
  return [...cuts, ...weather(first, options, random)]
}

/** The cold spell falls into the coldest month of the period, the heatwave into the warmest. */
function weather(home: Home, options: CountyOptions, random: Random): Incident[] {
  const { calendar, fromMs, toMs } = options
  const days = Array.from({ length: Math.floor((toMs - fromMs) / DAY_MS) }, (_, day) =>
    calendar.day(calendar.dayOf(fromMs) + day),
  ).filter(({ startMs }) => startMs > fromMs + QUIET_START_MS)
  const byWarmth = [...days].sort((a, b) => a.temperatureC - b.temperatureC)
  const [coldest, warmest] = [byWarmth[0], byWarmth.at(-1)]
  if (coldest === undefined || warmest === undefined) return []
  const around = (startMs: EpochMs): CountyOptions => ({
    ...options,
    fromMs: startMs - QUIET_START_MS,
    toMs: Math.min(toMs, startMs + 12 * DAY_MS),
  })
  return [
    planOne('cold-spell', home, { ...around(coldest.startMs), counts: new Map() }, random),
    planOne('heatwave', home, { ...around(warmest.startMs), counts: new Map() }, random),
  ]
}

/** At any hour, asleep or awake, but not while nobody is in; during `cut` where one is given. */
function fall(home: Home, cut: Incident | null, options: CountyOptions, random: Random): Incident[] {
  const earliest = cut?.fromMs ?? options.fromMs + QUIET_START_MS
  const latest = cut?.toMs ?? options.toMs - FALL_MS
  if (latest <= earliest) return []
  const leftOnW = random.chance(0.5) ? random.between(20, 150) : 0
  const tapLPerHour = random.chance(TAP_SHARE) ? random.between(60, 500) : 0
  for (let tries = 0; tries < 60; tries++) {
    const fromMs = Math.round(random.between(earliest, latest) / MINUTE_MS) * MINUTE_MS
    if (isAway(home, fromMs, options.calendar, options.seed)) continue
    return [
      { kind: 'fall', households: [home.household], fromMs, toMs: fromMs + FALL_MS, leftOnW, tapLPerHour },
    ]
  }
  return []
}

function isAway(home: Home, timeMs: EpochMs, calendar: Calendar, seed: number): boolean {
  return covers(emptySpells(home, calendar.day(calendar.dayOf(timeMs)), calendar, seed), timeMs)
}
