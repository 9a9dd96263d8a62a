import { expect, it } from 'vitest'
import { newDetector, type Detector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import { isOutdated } from '../../detector/core/trend/home-trend.ts'
import type { Reading } from '../../domain/reading.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { hours, reading, readings, SETTINGS, START_MS, tick } from './feed.ts'
import { homeBytes, saveAndLoad } from './save-and-load.ts'

const PUNCTUAL = 2_500
const LATECOMERS = 700
const DAYS = 19
const RECEIVED_MS = START_MS + (DAYS + 1) * DAY_MS

/** Daily readings of homes that all use a little more or less each day; the latecomers more than usual on their last days. */
function day(of: number, homes: readonly number[]): Reading[] {
  return homes.map((home) => {
    const usual = 100 + ((home * 7 + of * 13) % 40)
    const amount = home >= PUNCTUAL && of >= DAYS - 4 ? usual * 3 : usual
    const more = { intervalMs: DAY_MS, receivedAtMs: RECEIVED_MS }
    return reading(`M${home}`, START_MS + (of + 1) * DAY_MS, amount, more)
  })
}

function county(): Detector {
  const detector = newDetector(SETTINGS)
  const homes = Array.from({ length: PUNCTUAL + LATECOMERS }, (_, home) => home)
  for (let of = 0; of < DAYS; of++) {
    const reporting = of < DAYS - 4 ? homes : homes.slice(0, PUNCTUAL)
    foldEntry(detector, readings(...day(of, reporting)))
  }
  for (let minute = 0; outdated(detector) > 0; minute++)
    foldEntry(detector, tick(RECEIVED_MS + minute * MINUTE_MS))
  for (let of = DAYS - 4; of < DAYS; of++) foldEntry(detector, readings(...day(of, homes.slice(PUNCTUAL))))
  return detector
}

function outdated(detector: Detector): number {
  return [...detector.homes.values()].filter((home) => isOutdated(home, detector.context.village)).length
}

it('judges the homes of an area whose index has moved in portions, the same ones whether or not it was restarted', () => {
  const through = county()
  const moved = outdated(through)
  expect(moved).toBeGreaterThanOrEqual(PUNCTUAL)
  let restarted = saveAndLoad(through)
  const left: number[] = []
  for (let minute = 1_000; minute < 1_003; minute++) {
    const entry = tick(RECEIVED_MS + minute * MINUTE_MS)
    foldEntry(through, entry)
    foldEntry(restarted, entry)
    left.push(outdated(through))
    expect(homeBytes(restarted)).toEqual(homeBytes(through))
    restarted = saveAndLoad(restarted)
  }
  expect(left).toEqual([moved - 2_000, 0, 0])
})

it('calls the meters of a network that falls silent offline in portions, the same ones whether or not it was restarted', () => {
  const METERS = 4_300
  const through = newDetector(SETTINGS)
  for (const timeMs of hours(START_MS, START_MS + 12 * HOUR_MS)) {
    const all = Array.from({ length: METERS }, (_, meter) => reading(`M${meter}`, timeMs, 1 + (meter % 7)))
    foldEntry(through, readings(...all))
  }
  let restarted = saveAndLoad(through)
  const called: number[] = []
  for (let minute = 0; minute < 4; minute++) {
    const entry = tick(START_MS + 2 * DAY_MS + minute * MINUTE_MS)
    const findings = foldEntry(through, entry)
    expect(foldEntry(restarted, entry)).toEqual(findings)
    called.push(findings.filter(({ type, kind }) => type === 'raise' && kind === 'meter-offline').length)
    restarted = saveAndLoad(restarted)
  }
  // With the first tick somebody may still be delivering.
  expect(called).toEqual([0, 4_000, METERS - 4_000, 0])
})
