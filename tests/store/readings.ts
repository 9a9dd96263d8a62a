import type { GatewayId, MeterId } from '../../domain/ids.ts'
import type { Reading } from '../../domain/reading.ts'

/** A plain measured reading of a quarter hour, but for what a test is about. */
export function reading(changes: Omit<Partial<Reading>, 'meter'> & { meter?: string } = {}): Reading {
  const { meter = 'M1', ...rest } = changes
  return {
    meter: meter as MeterId,
    kind: 'water',
    household: null,
    gateway: 'gw1' as GatewayId,
    timeMs: Date.UTC(2026, 10, 20, 8),
    receivedAtMs: Date.UTC(2026, 10, 20, 8, 0, 5),
    register: 1500,
    consumption: 12,
    intervalMs: 900_000,
    quality: 'measured',
    status: 0,
    revision: false,
    ...rest,
  }
}
