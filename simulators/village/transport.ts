import type { GatewayId, HouseholdId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type EpochMs } from '../../domain/time.ts'
import { covers, type Incident, type Spell } from './incident.ts'
import type { VillageMessage, VillageReading } from './message.ts'
import { seededRandom, type Random } from './random.ts'

export const TRANSPORT_FAULTS = ['duplicates', 'out-of-order', 'late-batches'] as const
export type TransportFault = (typeof TRANSPORT_FAULTS)[number]

const DUPLICATE_SHARE = 0.02
const HELD_BACK_SHARE = 0.03
const LONGEST_HOLD_MS = 6 * HOUR_MS
const LATE_HOMES_SHARE = 0.12
/** A gateway that buffers keeps a week; what is older is overwritten, as in the real ones. */
export const GATEWAY_BUFFER_MS = 7 * DAY_MS
/** Largest delay that a message can have: bounds what is waiting at any moment. */
const GATEWAY_SPREAD_MS = 8 * MINUTE_MS

/** Whether a home is one of those that deliver once a day, where there are any (`late-batches`). */
export function reportsByNight(household: HouseholdId, seed: number): boolean {
  return seededRandom(seed, household, 'late').chance(LATE_HOMES_SHARE)
}

/** The way from meter to broker: gateways that take their time, lose, repeat and reorder. */
export interface Transport {
  /** A gateway has read its meters at `timeMs`. */
  collect(
    gateway: GatewayId,
    household: HouseholdId,
    timeMs: EpochMs,
    readings: readonly VillageReading[],
  ): void
  /** Messages sent before `timeMs`, in order of sending. */
  sentBefore(timeMs: EpochMs): VillageMessage[]
}

interface TransportOptions {
  readonly seed: number
  readonly faults: ReadonlySet<TransportFault>
  readonly incidents: readonly Incident[]
  readonly nextNight: (timeMs: EpochMs) => EpochMs
}

export function createTransport({ seed, faults, incidents, nextNight }: TransportOptions): Transport {
  const random = seededRandom(seed, 'transport')
  const outages = gatewayOutages(incidents)
  const late = new Map<HouseholdId, boolean>()
  const delays = new Map<GatewayId, number>()
  const fresh = new Map<string, VillageMessage & { readings: VillageReading[] }>()
  let waiting: VillageMessage[] = []

  function isLate(household: HouseholdId): boolean {
    if (!faults.has('late-batches')) return false
    let known = late.get(household)
    if (known === undefined) late.set(household, (known = reportsByNight(household, seed)))
    return known
  }

  function delayOf(gateway: GatewayId): number {
    let delay = delays.get(gateway)
    if (delay === undefined) {
      delay = Math.round(seededRandom(seed, gateway).between(20 * SECOND_MS, GATEWAY_SPREAD_MS))
      delays.set(gateway, delay)
    }
    return delay
  }

  function sendTime(gateway: GatewayId, household: HouseholdId, timeMs: EpochMs): EpochMs | null {
    const usual = (isLate(household) ? nextNight(timeMs) : timeMs) + delayOf(gateway)
    for (const { spell, keeps } of outages.get(gateway) ?? []) {
      if (!covers([spell], usual)) continue
      if (keeps === 'lost' || spell[1] - usual > GATEWAY_BUFFER_MS) return null
      return spell[1] + delayOf(gateway)
    }
    return usual
  }

  return {
    collect(gateway, household, timeMs, readings) {
      const sendAtMs = sendTime(gateway, household, timeMs)
      if (sendAtMs === null) return
      const key = `${gateway} ${sendAtMs} ${isLate(household) ? household : timeMs}`
      const message = fresh.get(key)
      if (message !== undefined) message.readings.push(...readings)
      else fresh.set(key, { gateway, sendAtMs, readings: [...readings] })
    },
    sentBefore(timeMs) {
      for (const [key, message] of fresh) {
        // A daily batch grows until its night comes.
        if (message.sendAtMs >= timeMs) continue
        fresh.delete(key)
        if (message.readings.length > 0) waiting.push(...disturb(message, faults, random))
      }
      const due = waiting.filter((message) => message.sendAtMs < timeMs)
      waiting = waiting.filter((message) => message.sendAtMs >= timeMs)
      return due.sort((a, b) => a.sendAtMs - b.sendAtMs)
    },
  }
}

function disturb(
  message: VillageMessage,
  faults: ReadonlySet<TransportFault>,
  random: Random,
): VillageMessage[] {
  const held = random.chance(HELD_BACK_SHARE)
  const holdMs = Math.round(random.between(20 * MINUTE_MS, LONGEST_HOLD_MS))
  const twice = random.chance(DUPLICATE_SHARE)
  const againMs = Math.round(random.between(5 * SECOND_MS, HOUR_MS))
  const first =
    faults.has('out-of-order') && held ? { ...message, sendAtMs: message.sendAtMs + holdMs } : message
  if (!faults.has('duplicates') || !twice) return [first]
  return [first, { ...first, sendAtMs: first.sendAtMs + againMs }]
}

type GatewayOutage = { readonly spell: Spell; readonly keeps: 'buffered' | 'lost' }

function gatewayOutages(incidents: readonly Incident[]): Map<GatewayId, GatewayOutage[]> {
  const outages = new Map<GatewayId, GatewayOutage[]>()
  for (const incident of incidents) {
    if (incident.kind !== 'dead-gateway') continue
    const known = outages.get(incident.gateway) ?? []
    known.push({ spell: [incident.fromMs, incident.toMs], keeps: incident.keeps })
    outages.set(incident.gateway, known)
  }
  return outages
}
