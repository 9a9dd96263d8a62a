import type { HouseholdId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import type { Calendar } from '../../simulators/village/calendar.ts'
import { festivalSpells, tripSpells, weeklySpells } from '../../simulators/village/empty-spells.ts'
import type { Home } from '../../simulators/village/home.ts'
import type { Incident, IncidentKind, Spell } from '../../simulators/village/incident.ts'

/** What can lie behind an alert: an incident, an everyday absence, or nothing at all. */
export type Cause =
  | IncidentKind
  | 'standing-leak'
  | 'festival-travel'
  | 'weekly-absence'
  | 'night-away'
  | 'festival-week'
  | 'everyday life'

export interface TrueSpell {
  readonly cause: Cause
  readonly spell: Spell
  readonly incident: Incident | null
}

/** By home, most telling cause first: an empty home explains a silence better than a festival next door. */
export type Truth = ReadonlyMap<HouseholdId, readonly TrueSpell[]>

export interface TruthOptions {
  readonly homes: readonly Home[]
  readonly incidents: readonly Incident[]
  readonly calendar: Calendar
  readonly seed: number
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
}

const TELLING: readonly Cause[] = [
  'fall',
  'hospital',
  'moved-out',
  'holiday',
  'unannounced-holiday',
  'festival-travel',
  'weekly-absence',
  'night-away',
  'standing-leak',
  'illness',
  'slow-decline',
  'rationing',
  'new-tenant',
  'burst',
  'leak',
  'small-leak',
  'frozen-meter',
  'meter-swap',
  'rollover',
  'battery-dying',
  'clock-skew',
  'area-outage',
  'water-cut',
  'dead-gateway',
  'festival-week',
  'heatwave',
  'cold-spell',
]

/** An incident goes on speaking after its end: a level that comes back takes days to be the usual one again. */
const AFTERMATH_MS: Partial<Record<Cause, number>> = {
  fall: 3 * DAY_MS,
  'meter-swap': 2 * DAY_MS,
  rollover: 2 * DAY_MS,
  'dead-gateway': DAY_MS,
  'area-outage': 12 * HOUR_MS,
  'water-cut': 12 * HOUR_MS,
}

export function truthOf(options: TruthOptions): Truth {
  const truth = new Map<HouseholdId, TrueSpell[]>(options.homes.map(({ household }) => [household, []]))
  for (const incident of options.incidents) {
    const { kind: cause, fromMs, toMs } = incident
    for (const household of incident.households) {
      truth.get(household)?.push({ cause, incident, spell: [fromMs, toMs] })
    }
  }
  const festival = festivalWeek(options)
  for (const home of options.homes) {
    const spells = truth.get(home.household)
    spells?.push(...everydayOf(home, options), ...festival)
    if (home.house.leakLPerHour > 0 || home.house.dripLPerHour > 0)
      spells?.push({ cause: 'standing-leak', incident: null, spell: [options.fromMs, options.toMs] })
    spells?.sort((a, b) => TELLING.indexOf(a.cause) - TELLING.indexOf(b.cause))
  }
  return truth
}

/** Whether the home has leaked or dripped for as long as anybody has watched it. */
export function hasStandingLeak(truth: Truth, household: HouseholdId): boolean {
  return (truth.get(household) ?? []).some(({ cause }) => cause === 'standing-leak')
}

/** What best explains something that began at `onsetMs` and was said at `saidMs`. */
export function causeOf(truth: Truth, household: HouseholdId, onsetMs: EpochMs, saidMs: EpochMs): Cause {
  const spells = truth.get(household) ?? []
  const found = spells.find(
    ({ cause, spell: [from, to] }) =>
      cause !== 'standing-leak' && from < saidMs && onsetMs < to + (AFTERMATH_MS[cause] ?? 0),
  )
  return found?.cause ?? 'everyday life'
}

function everydayOf(home: Home, { calendar, seed, fromMs, toMs }: TruthOptions): TrueSpell[] {
  const known = new Map<string, TrueSpell>()
  const note = (cause: Cause, spells: readonly Spell[]): void => {
    for (const spell of spells) known.set(`${cause} ${spell[0]}`, { cause, spell, incident: null })
  }
  for (let day = calendar.dayOf(fromMs); calendar.startOf(day) < toMs; day++) {
    const date = calendar.day(day)
    note('weekly-absence', weeklySpells(home, date, calendar, seed))
    note('night-away', tripSpells(home, date, calendar, seed))
    note('festival-travel', festivalSpells(home, date, calendar, seed))
  }
  return [...known.values()]
}

/** The feast and the days around it in which people travel. */
function festivalWeek({ calendar, fromMs, toMs }: TruthOptions): TrueSpell[] {
  const spells: TrueSpell[] = []
  for (let day = calendar.dayOf(fromMs); calendar.startOf(day) < toMs; day++) {
    const date = calendar.day(day)
    if (date.festival === null || calendar.day(day - 1).festival !== null) continue
    let last = day
    while (calendar.day(last).festival !== null) last++
    spells.push({
      cause: 'festival-week',
      spell: [date.startMs - DAY_MS, calendar.startOf(last) + 2 * DAY_MS],
      incident: null,
    })
  }
  return spells
}
