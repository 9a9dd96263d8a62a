import type { Series } from '../../detector/backtest/series.ts'
import type { LivedHome, Stop } from '../../detector/fit/inject-stops.ts'
import { DAY_MS, MINUTE_MS, type EpochMs } from '../../domain/time.ts'
import type { Calendar } from '../../simulators/village/calendar.ts'
import { createDial, type Dial } from '../../simulators/village/dial.ts'
import { effectsOn } from '../../simulators/village/effects.ts'
import { emptySpells } from '../../simulators/village/empty-spells.ts'
import { createHomeLife, slotsOf } from '../../simulators/village/home-life.ts'
import type { Home, MeterModel } from '../../simulators/village/home.ts'
import { SLOT_MS } from '../../simulators/village/house-day.ts'
import { covers, type Incident } from '../../simulators/village/incident.ts'
import { seededRandom } from '../../simulators/village/random.ts'

export interface Life {
  readonly seed: number
  readonly calendar: Calendar
  readonly timezone: string
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
}

/** A county home with what its meters showed, and what had flowed through them before each of its days. */
export interface Watched {
  readonly home: Home
  readonly lived: LivedHome
  readonly meteredBefore: ReadonlyMap<number, Metered>
}

interface Metered {
  readonly litres: number
  readonly kWh: number
}

/** What stays on when somebody falls. */
export interface LeftOn {
  readonly leftOnW: number
  readonly tapLPerHour: number
}

/** No fall before the home is known, and none whose end cannot be seen. */
const FIRST_FALL_MS = 42 * DAY_MS
/** Days of a fall that are lived: whoever was not found by then is counted as missed. */
const WATCHED_DAYS = 6
const TRIES = 60

/** Lives a home through, with nothing but everyday life in it. */
export function liveHome(home: Home, life: Life): Watched {
  const { calendar, fromMs, toMs } = life
  const meteredBefore = new Map<number, Metered>()
  const meters = readMeters(
    home,
    { litres: 0, kWh: 0 },
    [],
    life,
    calendar.dayOf(fromMs),
    toMs,
    meteredBefore,
  )
  return {
    home,
    lived: { household: home.household, timezone: life.timezone, series: meters },
    meteredBefore,
  }
}

/** What its meters show when somebody falls at `onsetMs` and nobody comes: from the beginning of that day on. */
export function fallAt(
  { home, meteredBefore }: Watched,
  onsetMs: EpochMs,
  left: LeftOn,
  life: Life,
): readonly Series[] {
  const day = life.calendar.dayOf(onsetMs)
  const toMs = onsetMs + WATCHED_DAYS * DAY_MS
  const fall: Incident = { kind: 'fall', households: [home.household], fromMs: onsetMs, toMs, ...left }
  const before = meteredBefore.get(day) ?? { litres: 0, kWh: 0 }
  return readMeters(home, before, [fall], life, day, toMs, null)
}

/** Moments at which somebody falls: at any hour, but not while nobody is in. */
export function drawFalls({ home, lived }: Watched, count: number, life: Life): Stop[] {
  const random = seededRandom(life.seed, home.household, 'falls')
  const stops: Stop[] = []
  const latestMs = life.toMs - WATCHED_DAYS * DAY_MS
  for (let tries = 0; tries < TRIES && stops.length < count; tries++) {
    const timeMs = random.between(life.fromMs + FIRST_FALL_MS, latestMs)
    const onsetMs = Math.round(timeMs / MINUTE_MS) * MINUTE_MS
    const day = life.calendar.day(life.calendar.dayOf(onsetMs))
    if (!covers(emptySpells(home, day, life.calendar, life.seed), onsetMs))
      stops.push({ home: lived, onsetMs })
  }
  return stops
}

function readMeters(
  home: Home,
  before: Metered,
  incidents: readonly Incident[],
  { calendar, seed }: Life,
  firstDay: number,
  toMs: EpochMs,
  meteredBefore: Map<number, Metered> | null,
): Series[] {
  const effects = effectsOn(home.household, incidents)
  const life = createHomeLife(home, effects, calendar, seed)
  // What people let run yesterday goes on into this day; before its first day a village does not live.
  if (meteredBefore === null) life.live(calendar.day(firstDay - 1))
  const stepMs = (home.stepMinutes ?? 60) * MINUTE_MS
  const water = createMeter(home.water, createDial(startingAt(home.water, before.litres), effects), stepMs)
  const power = createMeter(
    home.electricity,
    createDial(startingAt(home.electricity, before.kWh), effects),
    stepMs,
  )
  let { litres, kWh } = before
  for (let number = firstDay; calendar.startOf(number) < toMs; number++) {
    const day = calendar.day(number)
    meteredBefore?.set(number, { litres, kWh })
    const use = life.live(day)
    for (let slot = 0; slot < slotsOf(day); slot++) {
      const timeMs = day.startMs + (slot + 1) * SLOT_MS
      litres += use.litres[slot] ?? 0
      kWh += use.kWh[slot] ?? 0
      water.turn(use.litres[slot] ?? 0, timeMs)
      power.turn(use.kWh[slot] ?? 0, timeMs)
    }
  }
  return [water.series(), power.series()]
}

function startingAt(model: MeterModel, used: number): MeterModel {
  return { ...model, startsAt: model.startsAt + used }
}

interface Meter {
  turn(amount: number, timeMs: EpochMs): void
  series(): Series
}

/** A meter that is read at every step, and its readings differenced. */
function createMeter(model: MeterModel, dial: Dial, stepMs: number): Meter {
  const litresInUnit = model.unit === 'm3' ? 1_000 : 1
  const endMs: number[] = []
  const amounts: number[] = []
  let shown = dial.show(0)
  return {
    turn(amount, timeMs) {
      dial.turn(amount, timeMs)
      if (timeMs % stepMs !== 0) return
      const now = dial.show(timeMs)
      endMs.push(timeMs)
      amounts.push(Math.round((now - shown) * litresInUnit * 1_000) / 1_000)
      shown = now
    },
    series: () => ({
      meter: model.id,
      kind: model.kind,
      length: endMs.length,
      endMs: Float64Array.from(endMs),
      intervalMs: new Float64Array(endMs.length).fill(stepMs),
      amount: Float32Array.from(amounts),
    }),
  }
}
