import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EARLIEST_TIME_MS, LATEST_TIME_MS, parseTime } from '../../ingest/native/parse-time.ts'

describe('the time of a reading', () => {
  it.each([
    ['2026-11-22T08:00:00+08:00', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22T08:00:00Z', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22T08:00Z', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22T08:00:00.5Z', '2026-11-22T08:00:00.500Z'],
    ['2026-11-22T08:00:00.123456789-03:30', '2026-11-22T11:30:00.123Z'],
    ['2026-11-22T08:00:00+0530', '2026-11-22T02:30:00.000Z'],
    ['2026-11-22T08:00:00+08', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22T08:00:00,25-03', '2026-11-22T11:00:00.250Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['2026-12-31T24:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['2026-12-31T24:00:00.000+08:00', '2026-12-31T16:00:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(new Date(parseTime(text)!).toISOString()).toBe(iso)
  })

  it.each([
    '2026-11-22T08:00:00',
    '2026-11-22',
    '2026-02-30T00:00:00Z',
    '2026-02-30T00:00:00+01:00',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-04-00T00:00:00Z',
    '2026-04-01T25:00:00Z',
    '2026-04-01T24:00:01Z',
    '2026-04-01T24:00:00.001Z',
    '2026-04-01T23:60:00Z',
    '2026-04-01T23:59:60Z',
    '2026-04-01T23:59:59+24:00',
    '2026-04-01T23:59:59+08:60',
    '2026-04-01T23:59:59+8',
    '2026-04-01T23:59:59+24',
    '2026-04-01t23:59:59z',
    '2026-04-01 23:59:59Z',
    ' 2026-04-01T23:59:59Z',
    '1999-12-31T23:59:59Z',
    '1764000000',
    '',
    'Z'.repeat(100_000),
    1_764_000_000,
    1_764_000_000_000.5,
    -1,
    NaN,
    Infinity,
    9e15,
    null,
    undefined,
    true,
    {},
    [1_764_000_000_000],
  ])('refuses %j', (value) => {
    expect(parseTime(value)).toBeNull()
  })

  it('reads every moment that Date can write, in each of its forms', () => {
    const moment = fc.integer({ min: EARLIEST_TIME_MS, max: LATEST_TIME_MS })
    fc.assert(
      fc.property(moment, (timeMs) => {
        const whole = timeMs - (timeMs % 1_000)
        expect(parseTime(timeMs)).toBe(timeMs)
        expect(parseTime(new Date(timeMs).toISOString())).toBe(timeMs)
        expect(parseTime(new Date(whole).toISOString().replace('.000Z', 'Z'))).toBe(whole)
      }),
    )
  })
})
