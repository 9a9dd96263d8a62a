import type { EpochMs } from '../../domain/time.ts'
import { createCalendar } from './calendar.ts'
import type { Home } from './home.ts'
import type { Incident, IncidentKind } from './incident.ts'
import { planIncidents } from './plan-incidents.ts'
import { settleHomes } from './settle-homes.ts'
import type { TransportFault } from './transport.ts'
import { messagesUntil, villageMessages } from './village.ts'
import { batchMessages, type VillageMessage } from './message.ts'

export interface VillagePlan {
  readonly households: number
  readonly homesPerGateway: number
  readonly seed: number
  readonly timezone: string
  readonly fromMs: EpochMs
  /** Infinity: until it is stopped; incidents then happen within `incidentsUntilMs`. */
  readonly toMs: EpochMs
  readonly incidentsUntilMs: EpochMs
  readonly stepMinutes: 15 | 60
  readonly counts: ReadonlyMap<IncidentKind, number>
  readonly faults: ReadonlySet<TransportFault>
  /** Readings a message at most. */
  readonly batch: number
  /** Joins the rounds of a gateway up to `batch`, where the pace does not matter. */
  readonly join: boolean
}

export interface PlannedVillage {
  readonly homes: readonly Home[]
  readonly incidents: readonly Incident[]
  readonly expectedReadings: number
  messages(): Generator<VillageMessage>
}

/** From a few numbers to a village with a past and a fate; everything follows from the seed. */
export function planVillage(plan: VillagePlan): PlannedVillage {
  const homes = settleHomes(plan)
  const incidents = planIncidents({
    homes,
    seed: plan.seed,
    counts: plan.counts,
    fromMs: plan.fromMs,
    toMs: plan.incidentsUntilMs,
    calendar: createCalendar(plan.timezone, plan.seed),
  })
  const rounds = Math.floor((plan.toMs - plan.fromMs) / (plan.stepMinutes * 60_000))
  return {
    homes,
    incidents,
    expectedReadings: rounds * homes.length * 2,
    messages: () =>
      batchMessages(
        messagesUntil(villageMessages({ ...plan, homes, incidents }), plan.toMs),
        plan.batch,
        plan.join ? Infinity : -Infinity,
      ),
  }
}
