import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { household, lived, readings, START_MS, tick, usual } from './feed.ts'

const RECEIVED_MS = Date.parse('2026-11-20T00:00:00Z')

/**
 * A log with everything in it: `homes` homes (every third registered, of two meters) over `days` days, some of which
 * fall silent, lose readings for a while, deliver a day late, or are claimed half way.
 */
export function villageLog(homes: number, days: number): ReadingsLogEntry[] {
  const feed: { arrivalMs: number; reading: Reading }[] = []
  for (let home = 0; home < homes; home++) {
    const quietFrom = START_MS + (15 + (home % 8)) * DAY_MS + 10 * HOUR_MS
    const quietTo = quietFrom + (20 + (home % 5) * 12) * HOUR_MS
    const amount = (timeMs: number): number =>
      home % 2 === 0 && timeMs > quietFrom && timeMs <= quietTo ? 0 : usual(timeMs)
    for (const meter of home % 3 === 0 ? [`W${home}`, `E${home}`] : [`W${home}`]) {
      const kind = meter.startsWith('W') ? 'water' : 'electricity'
      for (const reading of lived(meter, START_MS, START_MS + days * DAY_MS, amount, {
        kind,
        receivedAtMs: RECEIVED_MS,
      })) {
        const day = Math.floor((reading.timeMs - START_MS) / DAY_MS)
        if (home % 4 === 1 && day === 17) continue
        const isLate = (home + day) % 6 === 0
        feed.push({ arrivalMs: reading.timeMs + (isLate ? 30 * HOUR_MS : 0), reading })
      }
    }
  }
  feed.sort((one, other) => one.arrivalMs - other.arrivalMs)
  const entries: ReadingsLogEntry[] = [registration(homes, 0)]
  for (let index = 0; index < feed.length; index += 97) {
    entries.push(readings(...feed.slice(index, index + 97).map(({ reading }) => reading)))
    if (index % (97 * 20) === 0) entries.push(tick(RECEIVED_MS))
  }
  entries.splice(Math.floor(entries.length / 2), 0, registration(homes, 3))
  return [...entries, tick(RECEIVED_MS + MINUTE_MS), tick(RECEIVED_MS + 2 * MINUTE_MS)]
}

/** Every third home; those of a remainder of 6 only in the second one, when their meters have been heard for long. */
function registration(homes: number, remainder: number): ReadingsLogEntry {
  const numbers = Array.from({ length: homes }, (_, home) => home).filter((home) => home % 6 === remainder)
  return {
    type: 'households',
    receivedAtMs: RECEIVED_MS,
    households: numbers.map((home) =>
      household(`H${home}`, [
        [`W${home}`, 'water'],
        [`E${home}`, 'electricity'],
      ]),
    ),
  }
}
