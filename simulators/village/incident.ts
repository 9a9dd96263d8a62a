import type { AlertKind } from '../../domain/alert-kinds.ts'
import type { GatewayId, HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'

interface Happening {
  /** Whom it concerns; one home, or all homes of an area or gateway. */
  readonly households: readonly HouseholdId[]
  readonly fromMs: EpochMs
  /** Until life, flow, power, meter or gateway are as before. */
  readonly toMs: EpochMs
}

/** Something that happens in the village beside daily life: the ground truth of what may be raised. */
export type Incident = Happening &
  (
    | { readonly kind: 'fall'; readonly leftOnW: number }
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
  )
export type IncidentKind = Incident['kind']

/** What a good detector says to each; nothing where the matter must not be raised. */
export const EXPECTED_ALERTS: Record<IncidentKind, readonly AlertKind[]> = {
  fall: ['inactivity'],
  'slow-decline': ['decline', 'drop'],
  // Announced to the system as a planned absence; without that, an inactivity alert is right.
  holiday: [],
  hospital: ['inactivity'],
  leak: ['continuous-flow'],
  'area-outage': ['area-outage'],
  'meter-swap': [],
  rollover: [],
  'frozen-meter': ['meter-frozen'],
  'dead-gateway': ['meter-offline'],
  'clock-skew': ['clock-skew'],
}
export const INCIDENT_KINDS = Object.keys(EXPECTED_ALERTS) as IncidentKind[]

export type Spell = readonly [fromMs: EpochMs, toMs: EpochMs]

/** What the incidents do to one home, gathered once so that its days need not search for it. */
export interface Effects {
  /** Nobody is there, or nobody can move. */
  readonly lifeless: readonly Spell[]
  readonly leftOn: readonly { readonly spell: Spell; readonly watts: number }[]
  readonly declines: readonly { readonly spell: Spell; readonly downTo: number }[]
  readonly leaks: readonly { readonly spell: Spell; readonly litresPerHour: number }[]
  readonly powerCuts: readonly Spell[]
  readonly swaps: readonly { readonly meter: MeterId; readonly atMs: EpochMs }[]
  readonly frozen: readonly { readonly meter: MeterId; readonly spell: Spell }[]
  readonly skews: readonly { readonly meter: MeterId; readonly spell: Spell; readonly aheadMs: number }[]
}

export function effectsOn(household: HouseholdId, incidents: readonly Incident[]): Effects {
  const lifeless: Spell[] = []
  const leftOn: Effects['leftOn'][number][] = []
  const declines: Effects['declines'][number][] = []
  const leaks: Effects['leaks'][number][] = []
  const powerCuts: Spell[] = []
  const swaps: Effects['swaps'][number][] = []
  const frozen: Effects['frozen'][number][] = []
  const skews: Effects['skews'][number][] = []
  for (const incident of incidents) {
    if (!incident.households.includes(household)) continue
    const spell: Spell = [incident.fromMs, incident.toMs]
    switch (incident.kind) {
      case 'fall':
        lifeless.push(spell)
        if (incident.leftOnW > 0) leftOn.push({ spell, watts: incident.leftOnW })
        break
      case 'holiday':
      case 'hospital':
        lifeless.push(spell)
        break
      case 'slow-decline':
        declines.push({ spell, downTo: incident.downTo })
        break
      case 'leak':
        leaks.push({ spell, litresPerHour: incident.litresPerHour })
        break
      case 'area-outage':
        powerCuts.push(spell)
        break
      case 'meter-swap':
        swaps.push({ meter: incident.meter, atMs: incident.fromMs })
        break
      case 'frozen-meter':
        frozen.push({ meter: incident.meter, spell })
        break
      case 'clock-skew':
        skews.push({ meter: incident.meter, spell, aheadMs: incident.aheadMs })
        break
      // A dial that starts near its end rolls over by itself; a dead gateway stops messages, not lives.
      case 'rollover':
      case 'dead-gateway':
        break
    }
  }
  return { lifeless, leftOn, declines, leaks, powerCuts, swaps, frozen, skews }
}

export function covers(spells: readonly Spell[], timeMs: EpochMs): boolean {
  return spells.some(([from, to]) => from <= timeMs && timeMs < to)
}
