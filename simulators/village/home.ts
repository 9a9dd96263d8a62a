import type { RiskTier } from '../../domain/household.ts'
import type { GatewayId, HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { MeterKind } from '../../domain/units.ts'

export const PERSONAS = ['elder-alone', 'elder-couple', 'worker', 'family', 'part-time'] as const
export type Persona = (typeof PERSONAS)[number]

/** Habits of one person; minutes after midnight. */
export interface Resident {
  readonly role: 'elder' | 'worker' | 'night-worker' | 'homemaker' | 'child'
  readonly wakes: number
  readonly sleeps: number
  /** Spread of both from day to day, in minutes. */
  readonly spread: number
  /** Toilet visits in an average night. */
  readonly nightVisits: number
  readonly showersInTheMorning: boolean
}

/** What the house itself is like. */
export interface House {
  readonly flushL: number
  readonly waterHeater: 'electric' | 'gas' | 'solar'
  readonly gardener: boolean
  /** Drips without end: the home's leak floor, in litres per hour; 0 in most homes. */
  readonly dripLPerHour: number
  /** A leak that nobody mends: this home is never at zero. 0 in most homes. */
  readonly leakLPerHour: number
  /** How far it strays from its own mean, as a share: a flapper seeps evenly, a valve that sticks does not. */
  readonly leakUnevenness: number
  /** Router, standby, clocks. */
  readonly standbyW: number
  readonly fridge: { readonly watts: number; readonly periodMin: number; readonly duty: number }
  readonly televisionW: number
  readonly lightW: number
  readonly coolerW: number
  readonly heaterW: number
  /** Fills itself in cold nights; 0 in most homes. */
  readonly storageHeaterW: number
  readonly chargesBike: boolean
  readonly washesPerWeek: number
}

/** Regular emptiness of a part-time dwelling: leaves on a weekday, comes back some days later, each week. */
export interface WeeklyAway {
  readonly leavesOn: number
  readonly leavesAt: number
  readonly backAfterDays: number
  readonly backAt: number
  /** How many of its weeks it stays after all: "most weekends". */
  readonly skips: number
}

export interface MeterModel {
  readonly id: MeterId
  readonly kind: MeterKind
  /** As its gateway sends it. */
  readonly unit: 'kWh' | 'L' | 'm3'
  /** Smallest step of the dial, in kWh or L. */
  readonly resolution: number
  /** The dial falls back to 0 here, in kWh or L. */
  readonly capacity: number
  /** What the dial showed when the simulation began, in kWh or L. */
  readonly startsAt: number
  /** An electricity meter with a battery goes on reporting through a power cut; others fall silent. */
  readonly battery: boolean
}

/** How people of this home keep the Spring Festival. */
export interface Festival {
  /** How likely they travel. */
  readonly travels: number
  /** Days before its first and after its last within which they leave and return. */
  readonly leavesEarly: number
  readonly returnsLate: number
}

/** Minutes between readings. */
export type StepMinutes = 15 | 30 | 60

export interface Home {
  readonly index: number
  readonly household: HouseholdId
  readonly persona: Persona
  readonly region: string
  readonly gateway: GatewayId
  readonly tier: RiskTier
  readonly residents: readonly Resident[]
  readonly house: House
  readonly weeklyAway: WeeklyAway | null
  /** Unannounced nights elsewhere, per year. */
  readonly tripsPerYear: number
  readonly festival: Festival
  /** null: as often as the village's meters are read. */
  readonly stepMinutes: StepMinutes | null
  /** From here on they stay at home: a demonstration shows what it announces and little else. null: no such moment. */
  readonly staysHomeFromMs: EpochMs | null
  readonly water: MeterModel
  readonly electricity: MeterModel
}
