import type { Area } from '../../../domain/area.ts'
import { HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import type { MeterKind } from '../../../domain/units.ts'

/** What is gone: the flow itself, or the word of it. */
export const OUTAGE_KINDS = ['power', 'water', 'reporting'] as const
export type OutageKind = (typeof OUTAGE_KINDS)[number]

/** Meters of a home are looked at by kind; the order is the code in rings and bits. */
export const KINDS = ['electricity', 'water'] as const satisfies readonly MeterKind[]

/** Hours that are remembered of each home and area: the lateness, and a day before it. */
export const RING_HOURS = 128
/** An hour is final this many hours behind the area's newest: then it teaches what is usual. */
export const SEALED_AFTER_HOURS = 120
/** Hours in which an outage may begin or end yet. */
export const JUDGED_HOURS = 100

/** Fewer homes than this are no area. */
export const FEWEST_HOMES = 5
/** So few of the usual number may show flow, or report, in an outage. */
export const OUTAGE_SHARE = 0.2
/** So many of the usual number report again: the network is back. */
export const BACK_SHARE = 0.5
/**
 * Flow is judged by the homes that are seen; so many of the usual number must be. No more, because most electricity meters
 * have no battery: in a power cut they fall silent, and only the others say zero.
 */
export const SEEN_SHARE = 0.2
/** Chance at which so little flow would be seen in an hour with supply, or so few homes heard. */
export const ALPHA = 1e-6
/** A home is mute for `REPORTING_HOURS` at a given time by itself with no more than this chance. */
export const MUTE_SHARE = 0.05
/** Hours without a word that make an outage of the network. */
export const REPORTING_HOURS = 3
/** No share of homes with flow is believed to be surer than this. */
export const SUREST_SHARE = 0.98
/** Days of an hour of the day before it is known what is usual then. */
export const USUAL_DAYS = 3
/** Days that the usual remembers. */
export const USUAL_MEMORY = 10
/** Nobody may have used water for hours before it was gone: an outage is said to begin at most so long before it was sure. */
export const LONGEST_LEAD_HOURS = 12

/** A span of hours in which a kind of supply or the network of a group was gone. */
export interface Run {
  readonly kind: OutageKind
  /** Index into KINDS of the meters that tell it. */
  readonly meters: number
  readonly fromHour: number
  /** The first hour in which it was back; null while it goes on. */
  readonly toHour: number | null
  /** The hour that made it sure. */
  readonly sureHour: number
}

/** An outage as it is said: one for an area and onset. */
export interface AreaOutage {
  readonly area: Area
  readonly onsetMs: EpochMs
  /** When the data that makes it sure were complete. */
  readonly raisedMs: EpochMs
  /** When supply or network was back, to the hour; null while it goes on. */
  readonly endMs: EpochMs | null
  readonly kinds: readonly OutageKind[]
  /** Homes of the area, and those without flow (or word) when it was sure, by id. */
  readonly homes: number
  readonly dark: readonly string[]
  /** What all homes of the area have in common. */
  readonly region: string | null
}

export function hourOf(timeMs: EpochMs): number {
  return Math.floor(timeMs / HOUR_MS)
}

/** Names an outage among all. */
export function outageKey({ area, onsetMs }: AreaOutage): string {
  return `${area.type}/${area.name}@${onsetMs}`
}
