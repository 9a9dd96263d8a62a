import { assert, constantFrom, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { calendarOf } from '../../store/local-time.ts'
import { STEPS } from '../../store/reading-store.ts'
import { bucketEdges, MAX_BUCKETS, sumInto } from '../../store/sum-buckets.ts'

const zones = constantFrom('UTC', 'Asia/Shanghai', 'Europe/Madrid', 'America/Sao_Paulo', 'Africa/Cairo', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia', 'Asia/Beirut') // prettier-ignore

test('the buckets of any range in any zone touch one another, cover it, and each step begins where the calendar says', () => {
  assert(
    property(
      zones,
      constantFrom(...STEPS),
      integer({ min: Date.UTC(1995, 0), max: Date.UTC(2035, 0) }),
      integer({ min: 1, max: 60 * DAY_MS }),
      (zone, step, fromMs, lengthMs) => {
        const toMs = fromMs + lengthMs
        const edges = bucketEdges({ fromMs, toMs }, step, zone)
        expect(edges[0]).toBeLessThanOrEqual(fromMs)
        expect(edges.at(-1)).toBeGreaterThanOrEqual(toMs)
        expect(edges.at(-2)).toBeLessThan(toMs)
        expect(edges[1]).toBeGreaterThan(fromMs)
        for (const [index, edge] of edges.entries())
          expect(edge).toBeGreaterThan(edges[index - 1] ?? -Infinity)
        if (step !== '1d' && step !== '1w' && step !== '1mo') return
        const calendar = calendarOf(zone)
        for (const edge of edges) {
          const date = calendar.dateAt(edge)
          expect(calendar.dateAt(edge - 1)).not.toEqual(date)
          const weekday = new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay()
          expect({ day: step === '1mo' ? date.day : 1, weekday: step === '1w' ? weekday : 1 }).toEqual({
            day: 1,
            weekday: 1,
          })
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('a zone that skips a whole day has no bucket for it', () => {
  // Samoa went from 29 to 31 December 2011.
  const edges = bucketEdges(
    { fromMs: Date.UTC(2011, 11, 29, 12), toMs: Date.UTC(2012, 0, 1, 9) },
    '1d',
    'Pacific/Apia',
  )
  const days = edges.map((edge) => calendarOf('Pacific/Apia').dateAt(edge).day)
  expect(days).toEqual([29, 31, 1, 2])
})

test('sums show no noise of binary fractions', () => {
  const summer = sumInto([0, HOUR_MS])
  for (let index = 1; index <= 10; index++) summer.add(index, 0.1)
  expect(summer.buckets()).toEqual([{ startMs: 0, endMs: HOUR_MS, consumption: 1, readings: 10 }])
})

test('more buckets than a chart can show are refused in words', () => {
  const range = { fromMs: 0, toMs: (MAX_BUCKETS + 1) * HOUR_MS }
  expect(() => bucketEdges(range, '1h', 'UTC')).toThrow('longer step')
})
