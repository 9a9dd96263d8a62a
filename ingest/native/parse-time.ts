import type { EpochMs } from '../../domain/time.ts'

/** Before it no smart meter reported: smaller numbers are epoch seconds, or a clock that was never set. */
export const EARLIEST_TIME_MS = Date.UTC(2000, 0, 1)
/** The end of the year 9999, where ISO 8601 with four digits ends. */
export const LATEST_TIME_MS = 253_402_300_799_999

const iso =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * The moment that a reading names, or null. ISO 8601 with date, time and zone: `2026-11-22T08:00:00+08:00`, seconds and
 * up to nine digits of their fraction optional (cut to milliseconds), `Z` or an offset of hours, with or without minutes,
 * below 24 h.
 * Days must exist. `24:00` is the end of its day (meters close their day so; ISO 8601-1/Amd 1:2022); second 60 is
 * refused, because no clock here could tell it from the next one. Or epoch milliseconds, a whole number since 2000.
 */
export function parseTime(value: unknown): EpochMs | null {
  const timeMs = typeof value === 'string' ? parseIso(value) : value
  if (typeof timeMs !== 'number' || !Number.isInteger(timeMs)) return null
  return timeMs >= EARLIEST_TIME_MS && timeMs <= LATEST_TIME_MS ? timeMs : null
}

function parseIso(text: string): EpochMs | null {
  // The form that most gateways send is read without the expression, at a third of the time.
  if (text.length === 20 && text.charCodeAt(19) === UPPER_Z && usual.test(text)) {
    const second = twoDigits(text, 17)
    return toEpochMs(
      twoDigits(text, 0) * 100 + twoDigits(text, 2),
      twoDigits(text, 5),
      twoDigits(text, 8),
      twoDigits(text, 11),
      twoDigits(text, 14),
      second,
      0,
    )
  }
  const match = iso.exec(text)
  if (match === null) return null
  const fraction = match[7] ?? ''
  const timeMs = toEpochMs(
    Number(match[1]),
    Number(match[2]),
    Number(match[3]),
    Number(match[4]),
    Number(match[5]),
    Number(match[6] ?? 0),
    Number(fraction.slice(0, 3).padEnd(3, '0')),
  )
  // 24:00 with anything behind it is no moment of the day.
  if (timeMs === null || (match[4] === '24' && Number(fraction) > 0)) return null
  const offsetHours = Number(match[9] ?? 0)
  const offsetMinutes = Number(match[10] ?? 0)
  if (offsetHours > 23 || offsetMinutes > 59) return null
  return timeMs - (offsetHours * 60 + offsetMinutes) * (match[8] === '-' ? -60_000 : 60_000)
}

const UPPER_Z = 90
const ZERO = 48
const usual = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO
}

function toEpochMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  milli: number,
): EpochMs | null {
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return null
  if (minute > 59 || second > 59 || hour > 24) return null
  if (hour === 24 && (minute > 0 || second > 0)) return null
  return Date.UTC(year, month - 1, day, hour, minute, second, milli)
}

function daysOf(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return (DAYS[month - 1] ?? 0) + (leap ? 1 : 0)
}
