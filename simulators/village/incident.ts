import type { AlertKind } from '../../domain/alert-kinds.ts'
import type { GatewayId, HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Persona } from './home.ts'

interface Happening {
  /** Whom it concerns; one home, or all homes of an area or gateway. */
  readonly households: readonly HouseholdId[]
  readonly fromMs: EpochMs
  /** Until life, flow, power, meter or gateway are as before. */
  readonly toMs: EpochMs
}

/** Something that happens in the village beside daily life: the ground truth of what may be raised. */
export type Incident = Happening &
  /** Lights or a television stay on; a tap may be left running too. */
  (
    | { readonly kind: 'fall'; readonly leftOnW: number; readonly tapLPerHour?: number }
    /** Ever fewer doings, evenly until the end. */
    | { readonly kind: 'slow-decline'; readonly downTo: number }
    | { readonly kind: 'holiday' }
    | { readonly kind: 'hospital' }
    | { readonly kind: 'leak'; readonly litresPerHour: number }
    | { readonly kind: 'area-outage'; readonly area: string }
    | { readonly kind: 'meter-swap'; readonly meter: MeterId }
    | { readonly kind: 'rollover'; readonly meter: MeterId }
    | { readonly kind: 'frozen-meter'; readonly meter: MeterId }
    | { readonly kind: 'dead-gateway'; readonly gateway: GatewayId; readonly keeps: 'buffered' | 'lost' }
    | { readonly kind: 'clock-skew'; readonly meter: MeterId; readonly aheadMs: number }
    /** In bed within days, up for the least only, until somebody comes. */
    | { readonly kind: 'illness'; readonly downTo: number; readonly downByMs: EpochMs }
    /** As many doings as ever, each with ever less: shorter showers, a cold room. */
    | { readonly kind: 'rationing'; readonly downTo: number; readonly downByMs: EpochMs }
    | { readonly kind: 'unannounced-holiday' }
    /** Gone for good, the fridge unplugged and the main valve shut; nobody was told. */
    | { readonly kind: 'moved-out' }
    /** Others with other habits move in; until the end they are new. */
    | { readonly kind: 'new-tenant'; readonly persona: Persona }
    | { readonly kind: 'small-leak'; readonly litresPerHour: number }
    | { readonly kind: 'burst'; readonly litresPerHour: number }
    | { readonly kind: 'water-cut'; readonly area: string }
    /** Ever fewer readings in the first half, none in the second. */
    | { readonly kind: 'battery-dying'; readonly meter: MeterId }
    | { readonly kind: 'heatwave'; readonly warmerC: number }
    | { readonly kind: 'cold-spell'; readonly warmerC: number }
  )
export type IncidentKind = Incident['kind']

/** What a good detector says to each; nothing where the matter must not be raised. */
export const EXPECTED_ALERTS: Record<IncidentKind, readonly AlertKind[]> = {
  fall: ['inactivity'],
  'slow-decline': ['decline', 'drop'],
  // Announced to the system as a planned absence; without that, an inactivity alert is right.
  holiday: [],
  hospital: ['inactivity'],
  // Water that nobody draws is a leak and, where it is more than all the rest, a surge too.
  leak: ['continuous-flow', 'surge'],
  'area-outage': ['area-outage'],
  'meter-swap': [],
  rollover: [],
  'frozen-meter': ['meter-frozen'],
  // One alert for the gateway, or one for each meter behind it.
  'dead-gateway': ['meter-offline', 'area-outage'],
  'clock-skew': ['clock-skew'],
  illness: ['drop', 'decline'],
  rationing: ['decline', 'drop'],
  // Nothing but asking can tell it from a fall: the knock is needless, and nobody's mistake.
  'unannounced-holiday': [],
  'moved-out': [],
  'new-tenant': [],
  'small-leak': ['continuous-flow', 'surge'],
  burst: ['continuous-flow', 'surge'],
  'water-cut': ['area-outage'],
  'battery-dying': ['meter-offline'],
  heatwave: [],
  'cold-spell': [],
}
export const INCIDENT_KINDS = Object.keys(EXPECTED_ALERTS) as IncidentKind[]
/** Those that concern many homes at once. */
export const WIDE_KINDS: ReadonlySet<IncidentKind> = new Set([
  'area-outage',
  'water-cut',
  'dead-gateway',
  'heatwave',
  'cold-spell',
])

export type Spell = readonly [fromMs: EpochMs, toMs: EpochMs]

export function covers(spells: readonly Spell[], timeMs: EpochMs): boolean {
  return spells.some(([from, to]) => from <= timeMs && timeMs < to)
}
