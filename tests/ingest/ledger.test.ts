import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Quality } from '../../domain/quality.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import type { MeterKind } from '../../domain/units.ts'
import { differenceSeries } from '../../ingest/ledger/difference-series.ts'
import { foldReading } from '../../ingest/ledger/fold-reading.ts'
import { newTrack, type Derived, type LedgerInput } from '../../ingest/ledger/track.ts'

const START_MS = Date.UTC(2026, 0, 1)

/** Hourly registers in, "consumption quality" out; `null` in place of a consumption that cannot be told. */
function hourly(registers: readonly number[], kind: MeterKind = 'water'): string[] {
  const readings = registers.map((register, i) => ({ timeMs: START_MS + i * HOUR_MS, register }))
  return differenceSeries(kind, readings).map(words)
}

const words = (one: Derived): string =>
  `${one.consumption} ${one.quality}${one.fault === null ? '' : ` fault ${one.fault}`}`

describe('the ledger of a register', () => {
  it('tells use as what the register has grown by', () => {
    expect(hourly([100, 112.5, 112.5, 113])).toEqual([
      'null measured',
      '12.5 measured',
      '0 measured',
      '0.5 measured',
    ])
  })

  it('keeps the use over a gap, with its long interval', () => {
    const series = differenceSeries('water', [
      { timeMs: START_MS, register: 10 },
      { timeMs: START_MS + 9 * HOUR_MS, register: 400 },
    ])
    expect(series[1]).toMatchObject({ consumption: 390, intervalMs: 9 * HOUR_MS, quality: 'measured' })
  })

  it('reads on across a rollover', () => {
    expect(hourly([99_999_900, 99_999_990, 20, 50])).toEqual([
      'null measured',
      '90 measured',
      '30 rollover',
      '30 measured',
    ])
    expect(hourly([99_998, 99_999.5, 0.5, 1], 'electricity')[2]).toBe('1 rollover')
  })

  it('takes a rollover back when the old value returns', () => {
    expect(hourly([99_999_900, 5, 99_999_950])).toEqual([
      'null measured',
      'null missing fault 99999900',
      '50 measured',
    ])
  })

  it('takes a fall that stays for an exchange, and goes on from the new value', () => {
    expect(hourly([54_321, 54_400, 0, 12, 30, 30])).toEqual([
      'null measured',
      '79 measured',
      'null exchange',
      '12 measured',
      '18 measured',
      '0 measured',
    ])
  })

  it('names a register that ran backwards and stays a fault', () => {
    expect(hourly([1_000, 1_000, 990, 990, 995])).toEqual([
      'null measured',
      '0 measured',
      'null exchange fault 1000',
      '0 measured',
      '5 measured',
    ])
  })

  it('passes over a value that leaps up and comes back', () => {
    expect(hourly([100, 110, 9_000_000, 130, 140])).toEqual([
      'null measured',
      '10 measured',
      'null missing fault 110',
      '20 measured',
      '10 measured',
    ])
  })

  it('passes over a plausible rise that the next value takes back', () => {
    expect(hourly([100, 500, 110, 120])).toEqual([
      'null measured',
      'null missing fault 100',
      '10 measured',
      '10 measured',
    ])
  })

  it('passes over a fall that comes back', () => {
    expect(hourly([100, 100, 0, 0, 120])).toEqual([
      'null measured',
      '0 measured',
      'null missing fault 100',
      'null missing',
      '20 measured',
    ])
  })

  it('takes a leap that stays for a new baseline, without a giant consumption', () => {
    expect(hourly([100, 9_000_000, 9_000_010, 9_000_020, 9_000_030])).toEqual([
      'null measured',
      'null exchange',
      '10 measured',
      '10 measured',
      '10 measured',
    ])
  })

  it('never calls a silent home frozen within days', () => {
    const moving = Array.from({ length: 48 }, (_, i) => i)
    const silent = Array.from({ length: 29 * 24 }, () => 47)
    expect(
      hourly([...moving, ...silent])
        .slice(1)
        .every((text) => text.endsWith('measured')),
    ).toBe(true)
  })

  it('calls a register frozen that has stood still for 30 days and used to move', () => {
    const moving = Array.from({ length: 48 }, (_, i) => i)
    const still = Array.from({ length: 31 * 24 }, () => 47)
    const texts = hourly([...moving, ...still, 48])
    expect(texts.at(-2)).toBe('0 frozen')
    expect(texts.at(-1)).toBe('1 measured')
    expect(hourly(Array.from({ length: 40 * 24 }, () => 5)).at(-1)).toBe('0 measured')
  })

  it('holds what follows from an estimate for an estimate, and never uses a filler', () => {
    const stated: [number, Quality][] = [
      [100, 'measured'],
      [110, 'estimated'],
      [115, 'measured'],
      [0, 'missing'],
      [120, 'measured'],
      [3, 'exchange'],
      [4, 'measured'],
    ]
    const track = newTrack()
    const derived: Derived[] = []
    stated.forEach(([register, quality], i) => {
      foldReading(
        track,
        { timeMs: START_MS + i * HOUR_MS, register, consumption: null, intervalMs: null, stated: quality },
        'water',
        derived,
      )
    })
    expect(derived.map(words)).toEqual([
      'null measured',
      '10 estimated',
      '5 estimated',
      'null missing',
      '5 measured',
      'null exchange',
      '1 measured',
    ])
  })

  it('marks a consumption whose interval reaches over the reading before it as an estimate', () => {
    const track = newTrack()
    const derived: Derived[] = []
    for (const minutes of [60, 120, 135]) {
      const timeMs = START_MS + minutes * 60_000
      foldReading(
        track,
        { timeMs, register: null, consumption: 5, intervalMs: HOUR_MS, stated: 'measured' },
        'water',
        derived,
      )
    }
    expect(derived.map((one) => one.quality)).toEqual(['measured', 'measured', 'estimated'])
  })

  it('counts the use that a register and intervals both tell once, and what only the register tells as an estimate', () => {
    const track = newTrack()
    const derived: Derived[] = []
    const told = { register: null, intervalMs: HOUR_MS, stated: 'measured' } as const
    const shown = { consumption: null, intervalMs: null, stated: 'measured' } as const
    const readings: LedgerInput[] = [
      { timeMs: START_MS, register: 100, ...shown },
      { timeMs: START_MS + HOUR_MS, consumption: 10, ...told },
      { timeMs: START_MS + 2 * HOUR_MS, register: 125, ...shown },
      { timeMs: START_MS + 3 * HOUR_MS, consumption: 5, ...told },
      { timeMs: START_MS + 4 * HOUR_MS, consumption: 5, ...told },
      { timeMs: START_MS + 4 * HOUR_MS + 5_000, register: 135, ...shown },
      { timeMs: START_MS + 5 * HOUR_MS, register: 140, ...shown },
    ]
    for (const reading of readings) foldReading(track, reading, 'water', derived)
    expect(derived.map(words)).toEqual([
      'null measured',
      '10 measured',
      '15 estimated',
      '5 measured',
      '5 measured',
      '0 estimated',
      '5 measured',
    ])
    expect(derived[2]?.intervalMs).toBe(HOUR_MS)
  })

  it('sums up to last less first for a register that only grows', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 48 }), fc.integer({ min: 0, max: 2_000 })), {
      minLength: 1,
    })
    fc.assert(
      fc.property(steps, (list) => {
        let timeMs = START_MS
        let register = 1_000
        const readings = [{ timeMs, register }]
        for (const [hours, grown] of list) {
          timeMs += hours * HOUR_MS
          register += grown
          readings.push({ timeMs, register })
        }
        const sum = differenceSeries('water', readings).reduce(
          (total, one) => total + (one.consumption ?? 0),
          0,
        )
        expect(sum).toBe(register - 1_000)
      }),
    )
  })

  it('never tells a negative or giant consumption, whatever the register does', () => {
    const anything = fc.array(
      fc.tuple(
        fc.integer({ min: 1_000, max: 3 * DAY_MS }),
        fc.oneof(
          fc.integer({ min: 0, max: 300 }),
          fc.constantFrom(0, 9_990, 10_000, 99_999_990, 1e12),
          fc.double({ min: 0, max: 1e9, noNaN: true }),
        ),
      ),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(anything, fc.constantFrom<MeterKind>('water', 'electricity'), (list, kind) => {
        let timeMs = START_MS
        const readings = list.map(([spanMs, register]) => ({ timeMs: (timeMs += spanMs), register }))
        for (const { consumption, intervalMs } of differenceSeries(kind, readings)) {
          expect(consumption === null).toBe(intervalMs === null)
          if (consumption === null || intervalMs === null) continue
          expect(consumption).toBeGreaterThanOrEqual(0)
          const most = (kind === 'water' ? 20_000 : 100) * (Math.max(intervalMs, 60_000) / HOUR_MS)
          expect(consumption).toBeLessThanOrEqual(Math.max(most, kind === 'water' ? 1_000 : 10))
        }
      }),
      { numRuns: 500 },
    )
  })
})
