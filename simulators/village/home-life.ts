import type { EpochMs } from '../../domain/time.ts'
import type { Calendar, LocalDay } from './calendar.ts'
import type { Effects } from './effects.ts'
import type { Home } from './home.ts'
import { noUse, SLOT_MS, type Use } from './house-day.ts'
import { liveDay } from './live-day.ts'

/** A home lived day after day: what ran past midnight is found in the morning. */
export interface HomeLife {
  /** Use of the day's quarter hours; days must be asked for in order. */
  live(day: LocalDay): Use
}

export function createHomeLife(home: Home, effects: Effects, calendar: Calendar, seed: number): HomeLife {
  let carried: Use | null = null
  return {
    live(day) {
      const use = liveDay(home, day, effects, calendar, seed)
      if (carried !== null) add(use, carried)
      carried = behind(use, slotsOf(day))
      return use
    },
  }
}

export function slotsOf(day: LocalDay): number {
  return Math.round((day.endMs - day.startMs) / SLOT_MS)
}

/** What a home uses from..to, for whoever must know before it happens (a dial that is to roll over then). */
export function useBetween(life: HomeLife, calendar: Calendar, fromMs: EpochMs, toMs: EpochMs): Use {
  const sum: Use = { litres: new Float64Array(1), kWh: new Float64Array(1) }
  for (let number = calendar.dayOf(fromMs); calendar.startOf(number) < toMs; number++) {
    const day = calendar.day(number)
    const use = life.live(day)
    for (let slot = 0; slot < slotsOf(day); slot++) {
      const endMs = day.startMs + (slot + 1) * SLOT_MS
      if (endMs <= fromMs || endMs > toMs) continue
      sum.litres[0] = (sum.litres[0] ?? 0) + (use.litres[slot] ?? 0)
      sum.kWh[0] = (sum.kWh[0] ?? 0) + (use.kWh[slot] ?? 0)
    }
  }
  return sum
}

function add(use: Use, more: Use): void {
  for (let slot = 0; slot < use.litres.length; slot++) {
    use.litres[slot] = (use.litres[slot] ?? 0) + (more.litres[slot] ?? 0)
    use.kWh[slot] = (use.kWh[slot] ?? 0) + (more.kWh[slot] ?? 0)
  }
}

function behind(use: Use, slots: number): Use {
  const rest = noUse()
  rest.litres.set(use.litres.subarray(slots))
  rest.kWh.set(use.kWh.subarray(slots))
  return rest
}
