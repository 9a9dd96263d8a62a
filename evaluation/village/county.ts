import type { InactivityRule } from '../../domain/household.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Calendar } from '../../simulators/village/calendar.ts'
import { createCalendar } from '../../simulators/village/calendar.ts'
import type { Home } from '../../simulators/village/home.ts'
import type { Incident } from '../../simulators/village/incident.ts'
import { batchMessages, type VillageMessage } from '../../simulators/village/message.ts'
import { planCounty } from '../../simulators/village/plan-county.ts'
import { settleCounty } from '../../simulators/village/settle-county.ts'
import { TRANSPORT_FAULTS } from '../../simulators/village/transport.ts'
import { messagesUntil, villageMessages } from '../../simulators/village/village.ts'

/** Homes, what happens to them, and how their readings arrive. */
export interface County {
  readonly homes: readonly Home[]
  readonly incidents: readonly Incident[]
  readonly calendar: Calendar
  readonly timezone: string
  /** What judges its homes. */
  readonly rule: InactivityRule
  readonly seed: number
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
  /** In order of receipt. */
  messages(): Iterable<VillageMessage>
}

export interface CountyPlan {
  readonly households: number
  readonly seed: number
  readonly timezone: string
  readonly rule: InactivityRule
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
}

const HOMES_PER_GATEWAY = 50
const READINGS_PER_MESSAGE = 100

export function foundCounty(plan: CountyPlan): County {
  const homes = settleCounty({ ...plan, homesPerGateway: HOMES_PER_GATEWAY })
  const calendar = createCalendar(plan.timezone, plan.seed)
  return countyOf(plan, homes, planCounty({ ...plan, homes, calendar }))
}

/** The same for homes and incidents that somebody else has thought of. */
export function countyOf(plan: CountyPlan, homes: readonly Home[], incidents: readonly Incident[]): County {
  const { seed, timezone, fromMs, toMs } = plan
  const calendar = createCalendar(timezone, seed)
  const faults = new Set(TRANSPORT_FAULTS)
  const options = { homes, incidents, timezone, seed, fromMs, stepMinutes: 60, faults } as const
  return {
    ...plan,
    homes,
    incidents,
    calendar,
    messages: () =>
      batchMessages(messagesUntil(villageMessages(options), toMs), READINGS_PER_MESSAGE, -Infinity),
  }
}
