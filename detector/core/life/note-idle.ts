import { HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import { learnIdlePower } from './base-load.ts'
import { BLOCK_HOURS, noteFlow } from './leak-floor.ts'
import { noteRun } from './steady.ts'
import { F, FULL, LEAK_ROW, type LifeState } from './state.ts'

/**
 * What an interval, held against the bar, teaches of the load with nobody's doing: of water the leak, of power how far it
 * moves by itself (looked at anew with each block of hours, because the nights that it is learned from come once a day), of
 * both what runs on unchanged.
 */
export function noteIdle(
  state: LifeState,
  meter: number,
  amount: number,
  hours: number,
  wallMs: EpochMs,
): void {
  const block = Math.floor(wallMs / (BLOCK_HOURS * HOUR_MS))
  if (state.profile.meters[meter]?.kind === 'electricity') {
    const at = state.leak + meter * LEAK_ROW + F.block
    if (state.u16[at] !== (block & FULL)) {
      state.u16[at] = block & FULL
      learnIdlePower(state, meter)
    }
  } else noteFlow(state, meter, amount, hours, block)
  noteRun(state, meter, amount / hours, hours)
}
