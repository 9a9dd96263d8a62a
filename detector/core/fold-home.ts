import * as time from '../../domain/time.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Member } from './area/member.ts'
import { wasAwayTogether } from './hold-together.ts'
import { foldReturn } from './area/return-to-life.ts'
import { isSupplyGone } from './area/supply.ts'
import * as pool from './area/pool.ts'
import { withoutSilences } from './area/budget.ts'
import { addDay, type Pool } from './area/pool.ts'
import { foldDevices } from './devices/fold.ts'
import type { HomeEvent } from './home-event.ts'
import { foldJudge, isSignOfLife, reachedOnDay } from './judge.ts'
import type { LifeContext } from './life/fold.ts'
import * as places from './life/state.ts'
import type { Hole } from './listening.ts'
import type { HomeState } from './state/home-state.ts'
import { closeOnce } from './state/row.ts'
import type { Slab } from './state/slab.ts'
import { foldTrend } from './trend/fold-trend.ts'
import type { VillageIndex } from './trend/village-index.ts'
import { foldUsual } from './usual-absence.ts'
import * as window from './window.ts'
import type { Item } from './window.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS } = time
const { CLOSED_AFTER_DAYS } = pool
const { C, NEVER } = places
const { FLAG } = window

/** What a home is folded with. */
export interface HomeContext {
  readonly life: LifeContext
  readonly pool: Pool
  readonly village: VillageIndex
  readonly holes: readonly Hole[]
}

/** What of its areas a home is folded with. */
export type Neighbourhood = Pick<Member, 'outages' | 'groups' | 'away'>

/** The newest measured interval's end; -Infinity before the first. */
export function measuredMsIn(state: HomeState): EpochMs {
  if (state.layout.judge === 'rule') return state.f64[state.measured] ?? -Infinity
  const newestMs = state.f64[state.clock + C.newestMs] ?? NEVER
  return newestMs === NEVER ? -Infinity : newestMs
}

/** One for all, filled in anew for each item: nobody keeps an observation. */
const observation = { meter: 0, endMs: 0, intervalMs: 0, amount: 0, measured: false }

/** Works one item of a home, in the order of its items: its meters as devices, who judges its silence, its trends. */
export function foldHome(
  state: HomeState,
  rows: Slab,
  row: number,
  neighbourhood: Neighbourhood,
  item: Item,
  context: HomeContext,
  say: (event: HomeEvent) => void,
): void {
  const { outages } = neighbourhood
  foldDevices(state, item, state.profile, context.holes, say)
  if ((item.flags & FLAG.fault) !== 0) return
  const { meter, endMs, intervalMs } = item
  const measured = (item.flags & FLAG.measured) !== 0
  if (measured) {
    if (state.layout.judge === 'rule') state.f64[state.measured] = endMs
    closeDayOf(state, rows, row, Math.floor(endMs / DAY_MS) - CLOSED_AFTER_DAYS, context.pool, neighbourhood)
  }
  observation.meter = meter
  observation.endMs = endMs
  observation.intervalMs = intervalMs
  const isKnown = !Number.isNaN(item.amount)
  observation.amount = isKnown ? item.amount : 0
  // What cannot flow is no evidence that nobody was there.
  observation.measured = measured && isKnown && !isSupplyGone(state.profile, outages, item)
  const findings = foldJudge(state, observation, context.life)
  if (findings.length > 0) {
    for (const finding of findings) if (finding.type !== 'retract') say({ meter: -1, finding })
  }
  foldReturn(state, outages, observation, say)
  foldUsual(state, observation, context.life, say)
  if (!observation.measured) return
  foldTrend(state, observation, isSignOfLife(state, observation), say)
}

/**
 * Adds a day of this home to the area's budget, with the first measured item that arrives of the day on which nothing can
 * change it any more. A day that has no such item (the home had a gap) is not made up for: others have gone by without it. A silence
 * that is held because it is one of many costs nobody a knock.
 */
function closeDayOf(
  state: HomeState,
  rows: Slab,
  row: number,
  day: number,
  pool: Pool,
  neighbourhood: Neighbourhood,
): void {
  if (!closeOnce(rows, row, day)) return
  const reached = reachedOnDay(state, day)
  if (reached === null) return
  addDay(pool, day, wasAwayTogether(neighbourhood, state.profile, day) ? withoutSilences(reached) : reached)
}
