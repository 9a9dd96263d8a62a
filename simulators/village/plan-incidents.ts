import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, type EpochMs } from '../../domain/time.ts'
import type { Calendar } from './calendar.ts'
import type { Home, Persona } from './home.ts'
import { WIDE_KINDS, type Incident, type IncidentKind } from './incident.ts'
import { seededRandom, type Random } from './random.ts'

export interface PlanOptions {
  readonly homes: readonly Home[]
  readonly calendar: Calendar
  readonly seed: number
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
  /** How many of each kind. */
  readonly counts: ReadonlyMap<IncidentKind, number>
}

// What a detector needs to know a home; incidents come after it where the period is long enough.
const LEARNING_MS = 28 * DAY_MS
const LEARNING_SHARE = 0.6
/** Whom it happens to, before it happens to others. */
const LIKELY: Partial<Record<IncidentKind, readonly Persona[]>> = {
  fall: ['elder-alone'],
  'slow-decline': ['elder-alone', 'elder-couple'],
  hospital: ['elder-alone', 'worker'],
  holiday: ['worker', 'family', 'elder-couple'],
  illness: ['elder-alone', 'elder-couple'],
  rationing: ['family', 'elder-couple', 'elder-alone'],
  'unannounced-holiday': ['worker', 'family', 'elder-couple'],
}
// One reading file or truth file must stay a thing that a person can look through.
const YEAR_MS = 365 * DAY_MS

/** How many of each kind a village of this size lives through, when nobody says otherwise. */
export function usualCounts(households: number, kinds: readonly IncidentKind[]): Map<IncidentKind, number> {
  const share: Partial<Record<IncidentKind, number>> = { fall: 0.06, holiday: 0.06, hospital: 0.03 }
  return new Map(
    kinds.map((kind) => {
      const rate = WIDE_KINDS.has(kind) ? 0.004 : (share[kind] ?? 0.02)
      return [kind, Math.max(1, Math.round(households * rate))]
    }),
  )
}

/** Spreads the incidents over homes and time; each home has one of its own at most, so that truth stays plain. */
export function planIncidents(options: PlanOptions): Incident[] {
  const random = seededRandom(options.seed, 'incidents')
  const free = new Set(options.homes)
  const planned: Incident[] = []
  for (const [kind, count] of options.counts) {
    for (let i = 0; i < count; i++) {
      const home = chooseHome(kind, free, random)
      if (home === null) return inOrder(planned)
      planned.push(planOne(kind, home, options, random))
      // Area and gateway matters touch many homes: they take nobody's own incident away.
      if (!WIDE_KINDS.has(kind)) free.delete(home)
    }
  }
  return inOrder(planned)
}

function inOrder(incidents: Incident[]): Incident[] {
  return incidents.sort((a, b) => a.fromMs - b.fromMs || (a.kind < b.kind ? -1 : 1))
}

function chooseHome(kind: IncidentKind, free: ReadonlySet<Home>, random: Random): Home | null {
  // A part-time dwelling is empty so often that most incidents would happen to nobody.
  const inhabited = [...free].filter((home) => home.persona !== 'part-time')
  const likely = inhabited.filter((home) => LIKELY[kind]?.includes(home.persona) ?? true)
  const [first, ...rest] = likely.length > 0 ? likely : inhabited
  return first === undefined ? null : random.pick([first, ...rest])
}

type WideKind = 'area-outage' | 'water-cut' | 'dead-gateway' | 'heatwave' | 'cold-spell'
type FaultKind = 'meter-swap' | 'rollover' | 'frozen-meter' | 'battery-dying' | 'clock-skew'
type OwnKind = Exclude<IncidentKind, WideKind | FaultKind>
type Lasting = (hours: number) => { fromMs: EpochMs; toMs: EpochMs }

/** One incident of a kind, with what it needs to be, at a moment behind the learning time. */
export function planOne(kind: IncidentKind, home: Home, options: PlanOptions, random: Random): Incident {
  // Drawn for every kind, so that a kind more changes no other.
  const someMeter = random.chance(0.5) ? home.water.id : home.electricity.id
  const lasting: Lasting = (hours) => moment(hours, options, random)
  switch (kind) {
    case 'area-outage':
    case 'water-cut':
    case 'dead-gateway':
    case 'heatwave':
    case 'cold-spell':
      return planWide(kind, home, options.homes, lasting, random)
    case 'meter-swap':
    case 'rollover':
    case 'frozen-meter':
    case 'battery-dying':
    case 'clock-skew':
      return planFault(kind, home, someMeter, lasting, random)
    case 'fall':
    case 'slow-decline':
    case 'holiday':
    case 'unannounced-holiday':
    case 'hospital':
    case 'illness':
    case 'rationing':
    case 'moved-out':
    case 'new-tenant':
    case 'leak':
    case 'small-leak':
    case 'burst':
      return planOwn(kind, [home.household], lasting, random)
  }
}

function planOwn(
  kind: OwnKind,
  households: Incident['households'],
  lasting: Lasting,
  random: Random,
): Incident {
  switch (kind) {
    case 'fall':
      // In the day's waking hours, found one to three days later; half of them lie beside a running television.
      return {
        kind,
        households,
        ...lasting(random.between(24, 72)),
        leftOnW: random.chance(0.5) ? random.between(20, 150) : 0,
      }
    case 'slow-decline':
      return { kind, households, ...lasting(24 * random.between(28, 50)), downTo: random.between(0.2, 0.45) }
    case 'holiday':
    case 'unannounced-holiday':
    case 'hospital':
      return { kind, households, ...lasting(24 * random.between(4, 12)) }
    case 'illness':
      return weakening(kind, households, lasting(24 * random.between(10, 24)), [1, 4], [0.12, 0.35], random)
    case 'rationing':
      return weakening(kind, households, lasting(24 * random.between(45, 75)), [14, 35], [0.4, 0.65], random)
    case 'moved-out':
      return { kind, households, ...lasting(24 * random.between(30, 90)) }
    case 'new-tenant':
      return { kind, households, ...lasting(24 * 28), persona: random.pick(['worker', 'family']) }
    case 'leak':
      return { kind, households, ...lasting(random.between(20, 120)), litresPerHour: random.between(15, 180) }
    case 'small-leak':
      return {
        kind,
        households,
        ...lasting(24 * random.between(8, 30)),
        litresPerHour: random.between(2.5, 12),
      }
    case 'burst':
      return {
        kind,
        households,
        ...lasting(random.between(3, 30)),
        litresPerHour: random.between(400, 1_800),
      }
  }
}

function planFault(kind: FaultKind, home: Home, meter: MeterId, lasting: Lasting, random: Random): Incident {
  const households = [home.household]
  switch (kind) {
    case 'meter-swap': {
      const { fromMs } = lasting(1)
      return { kind, households, fromMs, toMs: fromMs, meter }
    }
    case 'rollover': {
      const { fromMs } = lasting(1)
      return { kind, households, fromMs, toMs: fromMs, meter: home.water.id }
    }
    case 'frozen-meter':
      // A register is called frozen only after weeks: shorter standstills are empty homes.
      return { kind, households, ...lasting(24 * random.between(32, 45)), meter }
    case 'battery-dying':
      return { kind, households, ...lasting(24 * random.between(10, 20)), meter: home.water.id }
    case 'clock-skew':
      // A wrong year, the commonest of wrong clocks: it is ahead even of whoever publishes history today.
      return { kind, households, ...lasting(random.between(12, 72)), meter, aheadMs: YEAR_MS }
  }
}

function planWide(
  kind: WideKind,
  home: Home,
  homes: readonly Home[],
  lasting: Lasting,
  random: Random,
): Incident {
  const idsOf = (concerned: (other: Home) => boolean): HouseholdId[] =>
    homes.filter(concerned).map(({ household }) => household)
  switch (kind) {
    case 'area-outage':
    case 'water-cut': {
      const area = home.region
      const hours = kind === 'water-cut' ? random.between(4, 20) : random.between(1, 7)
      return { kind, households: idsOf(({ region }) => region === area), ...lasting(hours), area }
    }
    case 'dead-gateway': {
      const { gateway } = home
      const keeps = random.pick(['buffered', 'lost'] as const)
      const period = lasting(random.between(8, 40))
      return { kind, households: idsOf((other) => other.gateway === gateway), ...period, gateway, keeps }
    }
    case 'heatwave':
    case 'cold-spell': {
      const warmerC = kind === 'heatwave' ? random.between(8, 11) : -random.between(7, 10)
      return { kind, households: idsOf(() => true), ...lasting(24 * random.between(5, 9)), warmerC }
    }
  }
}

function weakening(
  kind: 'illness' | 'rationing',
  households: Incident['households'],
  period: { fromMs: EpochMs; toMs: EpochMs },
  [soonest, latest]: readonly [number, number],
  [least, most]: readonly [number, number],
  random: Random,
): Incident {
  const downByMs = period.fromMs + Math.round(random.between(soonest, latest) * DAY_MS)
  return { kind, households, ...period, downTo: random.between(least, most), downByMs }
}

/** A stretch of so many hours behind the learning time, begun in the day, cut at the end of the period. */
function moment(hours: number, options: PlanOptions, random: Random): { fromMs: EpochMs; toMs: EpochMs } {
  const { fromMs, toMs, calendar } = options
  const earliest = fromMs + Math.min(LEARNING_MS, LEARNING_SHARE * (toMs - fromMs))
  const latest = Math.max(earliest, toMs - hours * HOUR_MS)
  const day = calendar.dayOf(random.between(earliest, latest))
  const begins = Math.max(
    earliest,
    calendar.startOf(day) + Math.round(random.between(6.5 * 60, 20 * 60)) * MINUTE_MS,
  )
  const endMs = Math.floor(toMs / MINUTE_MS) * MINUTE_MS
  const beginsMs = Math.min(Math.round(begins / MINUTE_MS) * MINUTE_MS, endMs)
  return { fromMs: beginsMs, toMs: Math.min(endMs, beginsMs + Math.round(hours * 60) * MINUTE_MS) }
}
