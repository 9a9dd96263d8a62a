import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { Resident } from './home.ts'
import type { Incident, Spell } from './incident.ts'
import { seededRandom } from './random.ts'
import { peopleOf } from './settle-homes.ts'

/** What people still do of what they usually do (`acts`), or how much each of it takes (`amounts`). */
export interface Decline {
  readonly spell: Spell
  readonly of: 'acts' | 'amounts'
  readonly downTo: number
  /** From here on it stays at `downTo`. */
  readonly downByMs: EpochMs
}

/** What the incidents do to one home, gathered once so that its days need not search for it. */
export interface Effects {
  /** Nobody is there, or nobody can move. */
  readonly lifeless: readonly Spell[]
  readonly leftOn: readonly { readonly spell: Spell; readonly watts: number }[]
  readonly declines: readonly Decline[]
  readonly leaks: readonly { readonly spell: Spell; readonly litresPerHour: number }[]
  /** The grid is dead: nothing runs, and meters without a battery are mute. */
  readonly powerCuts: readonly Spell[]
  /** Nothing flows, whatever anybody does. */
  readonly dry: readonly Spell[]
  readonly unplugged: readonly Spell[]
  readonly swaps: readonly { readonly meter: MeterId; readonly atMs: EpochMs }[]
  readonly frozen: readonly { readonly meter: MeterId; readonly spell: Spell }[]
  readonly skews: readonly { readonly meter: MeterId; readonly spell: Spell; readonly aheadMs: number }[]
  readonly dying: readonly { readonly meter: MeterId; readonly spell: Spell }[]
  readonly weather: readonly { readonly spell: Spell; readonly warmerC: number }[]
  /** From a moment on others live here. */
  readonly tenants: readonly { readonly fromMs: EpochMs; readonly residents: readonly Resident[] }[]
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }

export function effectsOn(household: HouseholdId, incidents: readonly Incident[]): Effects {
  const effects: Mutable<Effects> = {
    lifeless: [],
    leftOn: [],
    declines: [],
    leaks: [],
    powerCuts: [],
    dry: [],
    unplugged: [],
    swaps: [],
    frozen: [],
    skews: [],
    dying: [],
    weather: [],
    tenants: [],
  }
  for (const incident of incidents) {
    if (incident.households.includes(household)) take(effects, incident, household)
  }
  return effects
}

function take(effects: Mutable<Effects>, incident: Incident, household: HouseholdId): void {
  const { fromMs } = incident
  const spell: Spell = [fromMs, incident.toMs]
  switch (incident.kind) {
    case 'fall': {
      const { leftOnW, tapLPerHour = 0 } = incident
      effects.lifeless.push(spell)
      if (leftOnW > 0) effects.leftOn.push({ spell, watts: leftOnW })
      if (tapLPerHour > 0) effects.leaks.push({ spell, litresPerHour: tapLPerHour })
      break
    }
    case 'holiday':
    case 'unannounced-holiday':
    case 'hospital':
      effects.lifeless.push(spell)
      break
    case 'moved-out':
      effects.lifeless.push(spell)
      effects.dry.push(spell)
      effects.unplugged.push(spell)
      break
    case 'new-tenant':
      effects.tenants.push({
        fromMs,
        residents: peopleOf(incident.persona, seededRandom(household, fromMs, 'tenant')),
      })
      break
    case 'slow-decline':
      effects.declines.push({ spell, of: 'acts', downTo: incident.downTo, downByMs: incident.toMs })
      break
    case 'illness':
      effects.declines.push({ spell, of: 'acts', downTo: incident.downTo, downByMs: incident.downByMs })
      break
    case 'rationing':
      effects.declines.push({ spell, of: 'amounts', downTo: incident.downTo, downByMs: incident.downByMs })
      break
    case 'leak':
    case 'small-leak':
    case 'burst':
      effects.leaks.push({ spell, litresPerHour: incident.litresPerHour })
      break
    case 'area-outage':
      effects.powerCuts.push(spell)
      effects.unplugged.push(spell)
      break
    case 'water-cut':
      effects.dry.push(spell)
      break
    case 'meter-swap':
      effects.swaps.push({ meter: incident.meter, atMs: fromMs })
      break
    case 'frozen-meter':
      effects.frozen.push({ meter: incident.meter, spell })
      break
    case 'clock-skew':
      effects.skews.push({ meter: incident.meter, spell, aheadMs: incident.aheadMs })
      break
    case 'battery-dying':
      effects.dying.push({ meter: incident.meter, spell })
      break
    case 'heatwave':
    case 'cold-spell':
      effects.weather.push({ spell, warmerC: incident.warmerC })
      break
    // A dial that starts near its end rolls over by itself; a dead gateway stops messages, not lives.
    case 'rollover':
    case 'dead-gateway':
      break
  }
}
