import { HOUR_MS } from '../../../domain/time.ts'
import type { Home } from '../household.ts'
import type { Window } from '../window.ts'

/** Outages are told to the hour. */
const MARGIN_MS = HOUR_MS

/** Whether an item shows nothing because there was nothing to flow: an outage of its area, and no flow at all. */
export function isSupplyGone(home: Home, window: Window, index: number): boolean {
  const { outages } = home.member
  if (outages.length === 0 || window.amount[index] !== 0) return false
  const electric = home.profile.meters[window.meter[index] ?? 0]?.kind === 'electricity'
  const endMs = window.endMs[index] ?? 0
  const startMs = endMs - (window.intervalMs[index] ?? 0)
  return outages.some(
    ({ kinds, fromMs, toMs }) =>
      kinds.includes(electric ? 'power' : 'water') &&
      endMs > fromMs - MARGIN_MS &&
      startMs < (toMs ?? Infinity) + MARGIN_MS,
  )
}
