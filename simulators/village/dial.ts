import type { EpochMs } from '../../domain/time.ts'
import type { MeterModel } from './home.ts'
import type { Effects } from './effects.ts'
import { covers } from './incident.ts'

/** A meter's face: turns use into what the meter says of it. Amounts are in kWh or L. */
export interface Dial {
  /** Adds what flowed before `timeMs`. */
  turn(amount: number, timeMs: EpochMs): void
  /** What the meter shows at `timeMs`, in its gateway's unit, cut (not rounded) to the meter's resolution as dials do. */
  show(timeMs: EpochMs): number
}

export function createDial(model: MeterModel, effects: Effects): Dial {
  const swaps = effects.swaps.filter(({ meter }) => meter === model.id).map(({ atMs }) => atMs)
  const frozen = effects.frozen.filter(({ meter }) => meter === model.id).map(({ spell }) => spell)
  let value = model.startsAt
  let stuckAt: number | null = null

  return {
    turn(amount, timeMs) {
      while (swaps[0] !== undefined && swaps[0] <= timeMs) {
        // The new meter comes from its box with nothing on it.
        value = 0
        swaps.shift()
      }
      value += amount
      if (value >= model.capacity) value -= model.capacity
    },
    show(timeMs) {
      if (!covers(frozen, timeMs)) stuckAt = null
      else stuckAt ??= value
      return inUnit(stuckAt ?? value, model)
    },
  }
}

// Sums of binary fractions fall a hair short of the step that they have reached.
const HAIR = 1e-9

function inUnit(value: number, { resolution, unit }: MeterModel): number {
  const steps = Math.floor(value / resolution + HAIR)
  if (unit === 'kWh') return Math.round(steps * resolution * 1000) / 1000
  return unit === 'm3' ? Math.round(steps * resolution) / 1000 : steps * resolution
}
