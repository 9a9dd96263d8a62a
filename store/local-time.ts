import { HOUR_MS, SECOND_MS, type EpochMs } from '../domain/time.ts'

/** A date on a wall calendar; `month` 1 to 12. */
export interface LocalDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

export interface LocalCalendar {
  dateAt(timeMs: EpochMs): LocalDate
  /** The first moment of that date: local midnight, or where daylight saving skips midnight, the moment after the skip. */
  startOf(date: LocalDate): EpochMs
}

/** Midnights are asked for again and again by charts of the same weeks; beyond this many the memory starts anew. */
const MAX_REMEMBERED_DAYS = 4_000

/** No zone is further from UTC than this; the start of a local date lies within it of the date's UTC midnight. */
const MAX_OFFSET_MS = 26 * HOUR_MS

const calendars = new Map<string, LocalCalendar>()
const MAX_CALENDARS = 600

/** The calendar of an IANA time zone, from the zone data that Node carries (Intl). */
export function calendarOf(timezone: string): LocalCalendar {
  const known = calendars.get(timezone)
  if (known !== undefined) return known
  if (calendars.size >= MAX_CALENDARS) calendars.clear()
  const calendar = createCalendar(timezone)
  calendars.set(timezone, calendar)
  return calendar
}

function createCalendar(timezone: string): LocalCalendar {
  const format = new Intl.DateTimeFormat('en-u-ca-gregory', {
    timeZone: timezone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    era: 'short',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  })
  const starts = new Map<number, EpochMs>()

  /** The wall clock at a moment, as if it were UTC. */
  function wallMs(timeMs: EpochMs): number {
    const part: Record<string, string> = {}
    for (const { type, value } of format.formatToParts(timeMs)) part[type] = value
    const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year'])
    return utcMs(year, Number(part['month']), Number(part['day'])) + clockMs(part)
  }

  function startOfUtcDay(midnightMs: number): EpochMs {
    const guess = midnightMs - (wallMs(midnightMs) - midnightMs)
    for (const candidate of [guess, midnightMs - (wallMs(guess) - guess)]) {
      if (wallMs(candidate) === midnightMs && wallMs(candidate - SECOND_MS) < midnightMs) return candidate
    }
    return searchStart(midnightMs)
  }

  /** Midnight is skipped or doubled that day: halves the time around it until the first second of the date is found. */
  function searchStart(midnightMs: number): EpochMs {
    let before = (midnightMs - MAX_OFFSET_MS) / SECOND_MS
    let inside = (midnightMs + MAX_OFFSET_MS) / SECOND_MS
    while (inside - before > 1) {
      const middle = Math.floor((before + inside) / 2)
      if (wallMs(middle * SECOND_MS) >= midnightMs) inside = middle
      else before = middle
    }
    return inside * SECOND_MS
  }

  return {
    dateAt(timeMs) {
      const wall = new Date(wallMs(timeMs))
      return { year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate() }
    },
    startOf({ year, month, day }) {
      const midnightMs = utcMs(year, month, day)
      const known = starts.get(midnightMs)
      if (known !== undefined) return known
      if (starts.size >= MAX_REMEMBERED_DAYS) starts.clear()
      const start = startOfUtcDay(midnightMs)
      starts.set(midnightMs, start)
      return start
    },
  }
}

function clockMs(part: Record<string, string>): number {
  return (
    Number(part['hour']) * HOUR_MS +
    Number(part['minute']) * 60 * SECOND_MS +
    Number(part['second']) * SECOND_MS
  )
}

/** Days and months outside their bounds run over into the next month and year, as in Date.UTC, but for every year. */
function utcMs(year: number, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime()
}
