/** Time inside Hearthline is epoch milliseconds, UTC. ISO 8601 exists at the edges only. */
export type EpochMs = number

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/**
 * How far behind its meter's newest time a reading may be and still be put right (DESIGN 3, Time). What is older is
 * stored, marked `late` and judged by nobody.
 */
export const LATENESS_MS = 96 * HOUR_MS

/** How far ahead of its receipt a reading's time may lie before it is refused as `time-in-future`. */
export const FUTURE_TOLERANCE_MS = HOUR_MS

/** ISO 8601 with `Z`; milliseconds only where there are any. */
export function toIso(timeMs: EpochMs): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z')
}

/** ISO 8601 with date, time and zone: without a zone it would be another moment on another machine. */
const ISO_WITH_ZONE = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/

/** The moment that people and files name, or NaN. `Date.parse` alone takes the 30th of February for the 2nd of March. */
export function parseIso(text: string): EpochMs {
  const day = ISO_WITH_ZONE.exec(text)?.[1]
  if (day === undefined) return NaN
  const dayMs = Date.parse(day)
  return !Number.isNaN(dayMs) && toIso(dayMs).startsWith(day) ? Date.parse(text) : NaN
}
