import type { GatewayId } from '../../domain/ids.ts'
import { HOUR_MS, type EpochMs } from '../../domain/time.ts'
import { createCalendar, type Calendar } from './calendar.ts'
import { createDial, type Dial } from './dial.ts'
import { effectsOn, type Effects } from './effects.ts'
import type { Home, MeterModel, StepMinutes } from './home.ts'
import { createHomeLife, slotsOf, useBetween, type HomeLife } from './home-life.ts'
import { SLOT_MINUTES, SLOT_MS, type Use } from './house-day.ts'
import { covers, type Incident } from './incident.ts'
import type { VillageMessage, VillageReading } from './message.ts'
import { seededRandom } from './random.ts'
import { createTransport, type Transport, type TransportFault } from './transport.ts'

export interface VillageOptions {
  readonly homes: readonly Home[]
  readonly incidents: readonly Incident[]
  readonly timezone: string
  readonly seed: number
  readonly fromMs: EpochMs
  /** How often meters are read, where the home does not say otherwise. */
  readonly stepMinutes: StepMinutes
  readonly faults: ReadonlySet<TransportFault>
}

/**
 * What the village's gateways send from `fromMs` on, in order of sending, without end: take what you need. Memory holds
 * one day of the homes and what is on its way. The same options give the same messages, to the byte.
 */
export function* villageMessages(options: VillageOptions): Generator<VillageMessage> {
  const { timezone, seed, fromMs, stepMinutes } = options
  const calendar = createCalendar(timezone, seed)
  const inhabited = options.homes.map((home) => inhabit(home, options, calendar))
  const transport = createTransport({ ...options, nextNight: (timeMs) => nextNight(timeMs, calendar) })
  const steps = inhabited.map(({ home }) => (home.stepMinutes ?? stepMinutes) / SLOT_MINUTES)
  const shortest = Math.min(...steps)

  for (let number = calendar.dayOf(fromMs); ; number++) {
    const day = calendar.day(number)
    const uses = inhabited.map(({ life }) => life.live(day))
    for (let slot = 0; slot < slotsOf(day); slot++) {
      const timeMs = day.startMs + (slot + 1) * SLOT_MS
      if (timeMs <= fromMs) continue
      turnDials(inhabited, uses, slot, timeMs)
      if ((slot + 1) % shortest !== 0) continue
      for (const [index, home] of inhabited.entries()) {
        if ((slot + 1) % (steps[index] ?? shortest) === 0) readMeters(home, timeMs, transport)
      }
      yield* transport.sentBefore(timeMs + shortest * SLOT_MS)
    }
  }
}

/** The messages sent up to `toMs`. */
export function* messagesUntil(messages: Iterable<VillageMessage>, toMs: EpochMs): Generator<VillageMessage> {
  for (const message of messages) {
    if (message.sendAtMs > toMs) return
    yield message
  }
}

interface Inhabited {
  readonly home: Home
  readonly life: HomeLife
  readonly effects: Effects
  readonly water: Dial
  readonly electricity: Dial
}

function inhabit(home: Home, options: VillageOptions, calendar: Calendar): Inhabited {
  const effects = effectsOn(home.household, options.incidents)
  const life = (): HomeLife => createHomeLife(home, effects, calendar, options.seed)
  const rollover = options.incidents.find(
    (incident) => incident.kind === 'rollover' && incident.meter === home.water.id,
  )
  const water = rollover === undefined ? home.water : armed(home.water, life(), rollover, options, calendar)
  return {
    home,
    effects,
    life: life(),
    water: createDial(water, effects),
    electricity: createDial(home.electricity, effects),
  }
}

/** A dial that comes to its end just when the plan says so: the home is lived once in advance to know what it will use. */
function armed(
  model: MeterModel,
  life: HomeLife,
  rollover: Incident,
  { fromMs }: VillageOptions,
  calendar: Calendar,
): MeterModel {
  const { litres } = useBetween(life, calendar, fromMs, rollover.fromMs)
  return { ...model, startsAt: model.capacity - (litres[0] ?? 0) }
}

function turnDials(homes: readonly Inhabited[], uses: readonly Use[], slot: number, timeMs: EpochMs): void {
  for (const [index, { water, electricity }] of homes.entries()) {
    water.turn(uses[index]?.litres[slot] ?? 0, timeMs)
    electricity.turn(uses[index]?.kWh[slot] ?? 0, timeMs)
  }
}

function readMeters({ home, effects, ...dials }: Inhabited, timeMs: EpochMs, transport: Transport): void {
  const dark = covers(effects.powerCuts, timeMs)
  const readings: VillageReading[] = []
  const water = charge(home.water, timeMs, effects)
  if (water !== 'dead') readings.push(read(home.water, dials.water, timeMs, effects, water))
  if (!dark || home.electricity.battery) {
    readings.push(read(home.electricity, dials.electricity, timeMs, effects, dark ? 'power-down' : null))
  }
  if (readings.length > 0) transport.collect(home.gateway, home.household, timeMs, readings)
}

/** Whether a meter's battery carries this reading, and what it says of it: a dying one loses ever more of them. */
function charge(model: MeterModel, timeMs: EpochMs, { dying }: Effects): 'battery-low' | 'dead' | null {
  for (const { meter, spell } of dying) {
    if (meter !== model.id || !covers([spell], timeMs)) continue
    const left = 1 - (2 * (timeMs - spell[0])) / (spell[1] - spell[0])
    return seededRandom(model.id, 'battery', timeMs).chance(left) ? 'battery-low' : 'dead'
  }
  return null
}

function read(
  model: MeterModel,
  dial: Dial,
  timeMs: EpochMs,
  { skews }: Effects,
  status: VillageReading['status'],
): VillageReading {
  const skew = skews.find(({ meter, spell }) => meter === model.id && covers([spell], timeMs))
  return {
    meter: model.id,
    kind: model.kind,
    timeMs: timeMs + (skew?.aheadMs ?? 0),
    register: dial.show(timeMs),
    unit: model.unit,
    status,
  }
}

/** Meters that report once a day do it in the small hours. */
function nextNight(timeMs: EpochMs, calendar: Calendar): EpochMs {
  return calendar.startOf(calendar.dayOf(timeMs - 1) + 1) + 2 * HOUR_MS
}

export function gatewaysOf(homes: readonly Home[]): GatewayId[] {
  return [...new Set(homes.map(({ gateway }) => gateway))]
}
