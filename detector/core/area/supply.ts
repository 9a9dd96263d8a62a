import { HOUR_MS } from '../../../domain/time.ts'
import type { Observation, Profile } from '../observation.ts'
import type { HomeOutage } from './member.ts'

/** Outages are told to the hour. */
export const SUPPLY_MARGIN_MS = HOUR_MS

/** Whether an item shows nothing because there was nothing to flow: an outage of its area, and no flow at all. */
export function isSupplyGone(
  profile: Profile,
  outages: readonly HomeOutage[],
  item: Pick<Observation, 'amount' | 'endMs' | 'intervalMs' | 'meter'>,
): boolean {
  if (outages.length === 0 || item.amount !== 0) return false
  const electric = profile.meters[item.meter]?.kind === 'electricity'
  const { endMs } = item
  const startMs = endMs - item.intervalMs
  return outages.some(
    ({ kinds, fromMs, toMs }) =>
      kinds.includes(electric ? 'power' : 'water') &&
      endMs > fromMs - SUPPLY_MARGIN_MS &&
      startMs < (toMs ?? Infinity) + SUPPLY_MARGIN_MS,
  )
}
