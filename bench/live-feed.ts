import type { GatewayId, HouseholdId, MeterId } from '../domain/ids.ts'
import type { Reading } from '../domain/reading.ts'
import { MINUTE_MS } from '../domain/time.ts'
import { amountAt, METERS, START_MS, type Village } from './detector-village.ts'

/** A reading of each meter of the first homes of the village, as a live feed brings them at one moment. */
export function readingsOf(village: Village, homes: number, step: number, startMs = START_MS): Reading[] {
  const readings: Reading[] = []
  const timeMs = startMs + (step + 1) * village.stepMs
  for (let home = 0; home < homes; home++) {
    for (let meter = 0; meter < METERS; meter++) {
      const kind = meter === 0 ? 'water' : 'electricity'
      readings.push({
        meter: `${meter === 0 ? 'W' : 'E'}${home}` as MeterId,
        kind,
        household: `H${home}` as HouseholdId,
        gateway: 'bench' as GatewayId,
        timeMs,
        receivedAtMs: timeMs + MINUTE_MS,
        register: null,
        consumption: amountAt(village, home, step, meter),
        intervalMs: village.stepMs,
        quality: 'measured',
        status: 0,
        revision: false,
      })
    }
  }
  return readings
}
