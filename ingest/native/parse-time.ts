import type { EpochMs } from '../../domain/time.ts'

/** Before it no smart meter reported: smaller numbers are epoch seconds, or a clock that was never set. */
export const EARLIEST_TIME_MS = Date.UTC(2000, 0, 1)
/** The end of the year 9999, where ISO 8601 with four digits ends. */
export const LATEST_TIME_MS = 253_402_300_799_999

const iso = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d))$/
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * The moment that a reading names, or null. ISO 8601 with date, time and zone: `2026-11-22T08:00:00+08:00`, seconds and
 * up to nine digits of their fraction optional (cut to milliseconds), `Z` or an offset of hours and minutes below 24 h.
 * Days must exist. `24:00` is the end of its day (meters close their day so; ISO 8601-1/Amd 1:2022); second 60 is
 * refused, because no clock here could tell it from the next one. Or epoch milliseconds, a whole number since 2000.
 */
export function parseTime(value: unknown): EpochMs | null {
  const timeMs = typeof value === 'string' ? parseIso(value) : value
  if (typeof timeMs !== 'number' || !Number.isInteger(timeMs)) return null
  return timeMs >= EARLIEST_TIME_MS && timeMs <= LATEST_TIME_MS ? timeMs : null
}

function parseIso(text: string): EpochMs | null {
  if (text.length > 40) return null
  const match = iso.exec(text)
  if (match === null) return null
  const year = Number(match[1])
  const month = Number(match[2])
  const day = Number(match[3])
  const hour = Number(match[4])
  const minute = Number(match[5])
  const second = Number(match[6] ?? 0)
  const milli = match[7] === undefined ? 0 : Number(match[7].slice(0, 3).padEnd(3, '0'))
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return null
  if (minute > 59 || second > 59 || hour > 24) return null
  if (hour === 24 && (minute > 0 || second > 0 || Number(match[7] ?? 0) > 0)) return null
  const offsetHours = Number(match[9] ?? 0)
  const offsetMinutes = Number(match[10] ?? 0)
  if (offsetHours > 23 || offsetMinutes > 59) return null
  const offset = (offsetHours * 60 + offsetMinutes) * (match[8] === '-' ? -60_000 : 60_000)
  return Date.UTC(year, month - 1, day, hour, minute, second, milli) - offset
}

function daysOf(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return (DAYS[month - 1] ?? 0) + (leap ? 1 : 0)
}
