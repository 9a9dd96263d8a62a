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

/** Homes, and what happens to them. */
export interface SettledCounty {
  readonly homes: readonly Home[]
  readonly incidents: readonly Incident[]
  readonly calendar: Calendar
  readonly timezone: string
  /** What judges its homes. */
  readonly rule: InactivityRule
  readonly seed: number
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
}

/** The same with how its readings arrive. */
export interface County extends SettledCounty {
  /** In order of receipt. */
  messages(): Iterable<VillageMessage>
}

export interface CountyPlan {
  readonly households: number
  /** Index of its first home: a part of a county begins where the one before ends. */
  readonly firstHome: number
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

/** Parts of a county, each with a monitoring centre and a budget of its own; of `households` together. */
export function partsOf(plan: CountyPlan, parts: number): CountyPlan[] {
  return Array.from({ length: parts }, (_, part) => {
    const first = Math.round((part * plan.households) / parts)
    const next = Math.round(((part + 1) * plan.households) / parts)
    return { ...plan, firstHome: plan.firstHome + first, households: next - first }
  })
}

/** The whole of its parts, for whoever looks at all homes together. */
export function wholeOf(plan: CountyPlan, parts: readonly County[]): SettledCounty {
  return {
    ...plan,
    calendar: createCalendar(plan.timezone, plan.seed),
    homes: parts.flatMap(({ homes }) => homes),
    incidents: parts.flatMap(({ incidents }) => incidents),
  }
}
