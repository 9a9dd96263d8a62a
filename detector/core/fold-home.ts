import { DAY_MS } from '../../domain/time.ts'
import { addDay, CLOSED_AFTER_DAYS, type Pool } from './area/pool.ts'
import { foldDevices } from './devices/fold.ts'
import type { HomeEvent } from './home-event.ts'
import { foldJudge, reachedOnDay } from './judge.ts'
import type { LifeContext } from './life/fold.ts'
import type { Hole } from './listening.ts'
import type { HomeState } from './state/home-state.ts'
import { closeOnce } from './state/row.ts'
import type { Slab } from './state/slab.ts'
import { FLAG, type Item } from './window.ts'

/** What a home is folded with. */
export interface HomeContext {
  readonly life: LifeContext
  readonly pool: Pool
  readonly holes: readonly Hole[]
}

/** Works one item of a home, in the order of its items: its meters as devices, and who judges its silence. */
export function foldHome(
  state: HomeState,
  rows: Slab,
  row: number,
  item: Item,
  context: HomeContext,
  say: (event: HomeEvent) => void,
): void {
  foldDevices(state, item, state.profile, context.holes, say)
  if ((item.flags & FLAG.fault) !== 0) return
  const { meter, endMs, intervalMs } = item
  const measured = (item.flags & FLAG.measured) !== 0
  if (measured) {
    state.f64[state.measured] = endMs
    closeDayOf(state, rows, row, Math.floor(endMs / DAY_MS) - CLOSED_AFTER_DAYS, context.pool)
  }
  const amount = Number.isNaN(item.amount) ? null : item.amount
  for (const finding of foldJudge(state, { meter, endMs, intervalMs, amount, measured }, context.life)) {
    if (finding.type !== 'retract') say({ meter: -1, finding })
  }
}

/**
 * Adds a day of this home to the area's budget, with the first measured item that arrives of the day on which nothing can
 * change it any more. A day that has no such item (the home had a gap) is not made up for: others have gone by without it.
 */
function closeDayOf(state: HomeState, rows: Slab, row: number, day: number, pool: Pool): void {
  if (!closeOnce(rows, row, day)) return
  const reached = reachedOnDay(state, day)
  if (reached !== null) addDay(pool, day, reached)
}
