import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import { seededRandom } from './random.ts'

/** A day as the people of the village live it. */
export interface LocalDay {
  /** Days since 1970-01-01 on the local calendar. */
  readonly number: number
  readonly startMs: EpochMs
  /** Start of the next day: 23 or 25 h later where clocks change. */
  readonly endMs: EpochMs
  /** 0 is Sunday. */
  readonly weekday: number
  readonly weekend: boolean
  readonly festival: 'spring-festival' | 'national-day' | null
  /** Minutes after midnight. */
  readonly sunrise: number
  readonly sunset: number
  /** Mean of the day, in degrees Celsius, the same for the whole village. */
  readonly temperatureC: number
}

export interface Calendar {
  dayOf(timeMs: EpochMs): number
  startOf(day: number): EpochMs
  day(number: number): LocalDay
}

// First days of the lunar year; the feast is what empties and fills a village's homes at once.
const SPRING_FESTIVALS: ReadonlySet<string> = new Set(
  `2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10
   2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19
   2035-02-08`.split(/\s+/),
)
const FESTIVAL_DAYS = 6

export function createCalendar(timezone: string, seed: number): Calendar {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  // One entry a simulated day: a century is 36,525 of them.
  const starts = new Map<number, EpochMs>()
  const days = new Map<number, LocalDay>()

  function offsetMs(timeMs: EpochMs): number {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(timeMs)) part[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(timeMs / 1000) * 1000
  }

  function startOf(day: number): EpochMs {
    const known = starts.get(day)
    if (known !== undefined) return known
    // Twice, because the first guess may lie on the other side of a clock change.
    let start = day * DAY_MS - offsetMs(day * DAY_MS)
    start = day * DAY_MS - offsetMs(start)
    starts.set(day, start)
    return start
  }

  function makeDay(number: number): LocalDay {
    const weekday = (((number + 4) % 7) + 7) % 7
    const date = new Date(number * DAY_MS)
    const dayOfYear = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS)
    const summer = Math.cos((2 * Math.PI * (dayOfYear - 172)) / 365.25)
    return {
      number,
      startMs: startOf(number),
      endMs: startOf(number + 1),
      weekday,
      weekend: weekday === 0 || weekday === 6,
      festival: festivalOn(number),
      sunrise: Math.round(360 - 55 * summer),
      sunset: Math.round(1_080 + 65 * summer),
      temperatureC: temperatureOn(number, dayOfYear, seed),
    }
  }

  return {
    dayOf: (timeMs) => Math.floor((timeMs + offsetMs(timeMs)) / DAY_MS),
    startOf,
    day(number) {
      let day = days.get(number)
      if (day === undefined) days.set(number, (day = makeDay(number)))
      return day
    },
  }
}

function festivalOn(day: number): LocalDay['festival'] {
  for (let back = -1; back <= FESTIVAL_DAYS; back++) {
    const iso = new Date((day - back) * DAY_MS).toISOString().slice(0, 10)
    if (SPRING_FESTIVALS.has(iso)) return 'spring-festival'
    if (back >= 0 && iso.endsWith('-10-01')) return 'national-day'
  }
  return null
}

/** Hangzhou's year (coldest in January at 5 °C, hottest in July at 29 °C), with weather that lasts some days. */
function temperatureOn(day: number, dayOfYear: number, seed: number): number {
  const season = 17 + 12 * Math.cos((2 * Math.PI * (dayOfYear - 203)) / 365.25)
  const spell = (block: number): number => seededRandom(seed, 'weather', block).normal(0, 3)
  const block = Math.floor(day / 4)
  const share = (day - block * 4) / 4
  return season + spell(block) * (1 - share) + spell(block + 1) * share
}
