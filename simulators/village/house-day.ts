import { MINUTE_MS, type EpochMs } from '../../domain/time.ts'
import { covers, type Spell } from './incident.ts'
import type { Random } from './random.ts'

/** Everything is summed in quarter hours; what reaches past midnight is carried into the days that follow. */
export const SLOT_MINUTES = 15
export const SLOT_MS = SLOT_MINUTES * MINUTE_MS
/** 25 h of the longest day, and what began in its evening: a bike that charges, a film. */
const SLOTS = 25 * 4 + 24 * 4

export interface Use {
  readonly litres: Float64Array
  readonly kWh: Float64Array
}

export function noUse(): Use {
  return { litres: new Float64Array(SLOTS), kWh: new Float64Array(SLOTS) }
}

/**
 * The taps and switches of a home on one day. What a person does happens only while one is there and well; what the
 * house does by itself happens always. Minutes count from local midnight.
 */
export interface HouseDay {
  readonly use: Use
  /** A person draws water. */
  draw(minute: number, litres: number, minutes: number): void
  /** A person lets something run. */
  run(minute: number, minutes: number, watts: number): void
  drip(minute: number, litres: number, minutes: number): void
  hum(minute: number, minutes: number, watts: number): void
}

export interface DayConditions {
  readonly startMs: EpochMs
  /** Nobody is there or can move. */
  readonly lifeless: readonly Spell[]
  /** Share of their usual doings that people still do: 1 is health. */
  readonly vigour: number
  /** How much of the usual each of them takes. */
  readonly thrift: number
  readonly random: Random
}

export function createHouseDay({ startMs, lifeless, vigour, thrift, random }: DayConditions): HouseDay {
  const use = noUse()
  const momentOf = (minute: number): EpochMs => startMs + minute * MINUTE_MS

  return {
    use,
    draw(minute, litres, minutes) {
      // Drawn also where it has no effect, so that an incident changes nothing before it begins.
      const done = random.next() < vigour
      if (done && !covers(lifeless, momentOf(minute))) spread(use.litres, minute, minutes, litres * thrift)
    },
    run(minute, minutes, watts) {
      const end = minute + minutes * vigour * thrift
      for (const [from, to] of awake(lifeless, momentOf(minute), momentOf(end))) {
        const begin = (from - startMs) / MINUTE_MS
        const length = (to - from) / MINUTE_MS
        spread(use.kWh, begin, length, (watts * length) / 60_000)
      }
    },
    drip: (minute, litres, minutes) => spread(use.litres, minute, minutes, litres),
    hum: (minute, minutes, watts) => spread(use.kWh, minute, minutes, (watts * minutes) / 60_000),
  }
}

/** The parts of from..to that lie in no lifeless spell. */
function awake(lifeless: readonly Spell[], fromMs: EpochMs, toMs: EpochMs): Spell[] {
  let parts: Spell[] = [[fromMs, toMs]]
  for (const [start, end] of lifeless) {
    parts = parts.flatMap(([from, to]): Spell[] =>
      end <= from || to <= start
        ? [[from, to]]
        : ([
            [from, start],
            [end, to],
          ] as Spell[]),
    )
    parts = parts.filter(([from, to]) => from < to)
  }
  return parts
}

function spread(slots: Float64Array, minute: number, minutes: number, amount: number): void {
  const from = Math.max(0, minute)
  const length = Math.max(minutes, 0.01)
  const to = Math.min(from + length, SLOTS * SLOT_MINUTES)
  let at = from
  while (at < to) {
    const slot = Math.floor(at / SLOT_MINUTES)
    const until = Math.min(to, (slot + 1) * SLOT_MINUTES)
    slots[slot] = (slots[slot] ?? 0) + (amount * (until - at)) / length
    at = until
  }
}
