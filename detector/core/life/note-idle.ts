import * as time from '../../../domain/time.ts'
import type { Observation } from '../observation.ts'
import { learnIdlePower } from './base-load.ts'
import { BLOCK_HOURS, noteFlow } from './leak-floor.ts'
import { NIGHT_TO_HOUR } from './parameters.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'
import { noteRun } from './steady.ts'

// Of this module's own: an import would be looked up with every use.
const { DAY_MS, HOUR_MS, MINUTE_MS } = time
const { F, FULL, LEAK_ROW } = places
const BLOCK_MS = BLOCK_HOURS * HOUR_MS
const NIGHT_ENDS_MS = NIGHT_TO_HOUR * HOUR_MS

/**
 * What an interval, held against the bar, teaches of the load with nobody's doing: of water the leak, of power how far it
 * moves by itself (looked at anew when a night is over, because it is learned from the nights), of both what runs on unchanged.
 */
export function noteIdle(
  state: LifeState,
  { meter, endMs, intervalMs, amount }: Observation,
  middleWallMs: number,
): void {
  const hours = intervalMs / HOUR_MS
  const used = amount ?? 0
  const minutes = wholeMinutes(intervalMs, endMs)
  if (state.profile.meters[meter]?.kind === 'electricity') {
    const at = state.leak + meter * LEAK_ROW + F.block
    const day = Math.floor((middleWallMs - NIGHT_ENDS_MS) / DAY_MS) & FULL
    if (state.u16[at] !== day) {
      state.u16[at] = day
      learnIdlePower(state, meter)
    }
  } else noteFlow(state, meter, used, hours, minutes, Math.floor(middleWallMs / BLOCK_MS))
  noteRun(state, meter, used / hours, hours, minutes)
}

/** Share of the golden section: steps of it fall evenly between 0 and 1. */
const GOLDEN = 0.618033988749895

/**
 * Minutes are counted whole; what is left over (all of an interval of seconds) is counted as a minute as often as it makes
 * one, by the interval's own time, which every replay repeats.
 */
function wholeMinutes(intervalMs: number, endMs: number): number {
  const minutes = intervalMs / MINUTE_MS
  const whole = Math.floor(minutes)
  return whole === minutes ? whole : whole + (((endMs / 1_000) * GOLDEN) % 1 < minutes - whole ? 1 : 0)
}
