import { beforeAll, describe, expect, test } from 'vitest'
import type { MeterId } from '../../domain/ids.ts'
import type { Reading } from '../../domain/reading.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { reading } from './readings.ts'

const everything = { fromMs: -Infinity, toMs: Infinity }
const start = Date.UTC(2026, 10, 20)
const id = (text: string): MeterId => text as MeterId

/** What every store of readings does; `open` gives one that may hold other meters already. */
export function describeReadingStore(open: () => Promise<ReadingStore>): void {
  describe('as a store of readings', () => {
    let store: ReadingStore
    // Each test has meters of its own, so that servers which keep their data can be run against again.
    const run = Date.now().toString(36)
    let tests = 0
    const newMeter = (text = 'meter'): MeterId => id(`${text} ${run} ${++tests}`)
    const at = (meter: MeterId, timeMs: number, changes: Partial<Reading> = {}): Reading =>
      reading({ ...changes, meter, timeMs })
    beforeAll(async () => {
      store = await open()
      return () => store.close()
    }, 120_000)

    test('gives a reading back as it was written, to the last digit', async () => {
      const meter = newMeter()
      const written = [
        at(meter, start + 1, { register: 1234567.891, consumption: 0.1, intervalMs: 900_001 }),
        at(meter, start + 2, { register: 0, consumption: 0, intervalMs: 1_000 }),
        at(meter, start + 3, { register: null, consumption: 0.1 + 0.2, intervalMs: 60_000 }),
        at(meter, start + 4, {
          register: 99999999.999999,
          consumption: 1e-6,
          quality: 'rollover',
          status: 31,
        }),
        at(meter, start + 5, { register: 5e15, consumption: null, intervalMs: null, quality: 'missing' }),
        at(meter, start + 6, { register: 123456789.12345679, consumption: 7, quality: 'late' }),
        at(meter, start + 7, { register: null, consumption: null, intervalMs: null, quality: 'outage' }),
      ]
      expect(await store.write(written)).toEqual([])
      expect(await store.readings(meter, everything, 100)).toEqual(
        written.map(({ timeMs, register, consumption, intervalMs, quality }) => ({
          timeMs,
          register,
          consumption,
          intervalMs,
          quality,
        })),
      )
    })

    test('writing the same readings again changes nothing', async () => {
      const meter = newMeter()
      const written = [at(meter, start, { consumption: 3 }), at(meter, start + HOUR_MS, { consumption: 4 })]
      await store.write(written)
      const before = await store.readings(meter, everything, 100)
      await store.write(written)
      await store.write([...written].reverse())
      expect(await store.readings(meter, everything, 100)).toEqual(before)
    })

    test('a revision replaces values, takes them back, and gives them again', async () => {
      const meter = newMeter()
      const first = at(meter, start, { register: 10, consumption: 3, intervalMs: HOUR_MS })
      const taken = at(meter, start, {
        register: null,
        consumption: null,
        intervalMs: null,
        quality: 'missing',
        revision: true,
      })
      await store.write([first])
      await store.write([taken])
      const nothing = {
        timeMs: start,
        register: null,
        consumption: null,
        intervalMs: null,
        quality: 'missing',
      }
      expect(await store.readings(meter, everything, 9)).toEqual([nothing])
      const buckets = await store.consumption(meter, { fromMs: start - 1, toMs: start }, '15m', 'UTC')
      expect(buckets).toEqual([
        { startMs: start - 15 * MINUTE_MS, endMs: start, consumption: null, readings: 1 },
      ])
      await store.write([{ ...first, consumption: 5, revision: true }])
      expect(await store.last(meter)).toMatchObject({ register: 10, consumption: 5, intervalMs: HOUR_MS })
      await store.write([first, { ...first, consumption: 6, revision: true }, { ...taken }])
      expect(await store.readings(meter, everything, 9)).toEqual([nothing])
    })

    test('readings come in order of time, whatever order they were written in', async () => {
      const meter = newMeter()
      const times = [5, 1, 4, 2, 3].map((hour) => start + hour * HOUR_MS)
      for (const timeMs of times) await store.write([at(meter, timeMs)])
      const stored = await store.readings(meter, everything, 100)
      expect(stored.map(({ timeMs }) => timeMs)).toEqual(times.sort((a, b) => a - b))
    })

    test('a range leaves its start out and takes its end in', async () => {
      const meter = newMeter()
      await store.write([1, 2, 3].map((hour) => at(meter, start + hour * HOUR_MS)))
      const times = async (fromHour: number, toHour: number, limit = 100): Promise<number[]> => {
        const range = { fromMs: start + fromHour * HOUR_MS, toMs: start + toHour * HOUR_MS }
        return (await store.readings(meter, range, limit)).map(({ timeMs }) => (timeMs - start) / HOUR_MS)
      }
      expect(await times(1, 3)).toEqual([2, 3])
      expect(await times(1 - 1 / HOUR_MS, 3 - 1 / HOUR_MS)).toEqual([1, 2])
      expect(await times(3, 3)).toEqual([])
      expect(await times(3, 1)).toEqual([])
      expect(await times(0, 9, 2)).toEqual([1, 2])
      expect(await times(0, 9, 0)).toEqual([])
    })

    test('old times, from before 1970 on, are times like others', async () => {
      const meter = newMeter()
      const times = [-1, 0, 1, -DAY_MS, Date.UTC(2000, 1, 29)].sort((a, b) => a - b)
      await store.write(times.map((timeMs) => at(meter, timeMs)))
      const stored = await store.readings(meter, everything, 100)
      expect(stored.map(({ timeMs }) => timeMs)).toEqual(times)
    })

    test('the last reading is the newest by its own time, and null for a meter never heard of', async () => {
      const meter = newMeter()
      await store.write([
        at(meter, start + HOUR_MS, { consumption: 2 }),
        at(meter, start, { consumption: 1 }),
      ])
      expect(await store.last(meter)).toMatchObject({ timeMs: start + HOUR_MS, consumption: 2 })
      const stranger = newMeter('stranger')
      expect(await store.last(stranger)).toBeNull()
      expect(await store.readings(stranger, everything, 10)).toEqual([])
      expect(await store.consumption(stranger, everything, '1d', 'UTC')).toEqual([])
    })

    const hostile = [
      ',', '=', ' ', '"', "'", '\\', 'a\\', 'a\\,b', 'a\\\\', '\\ ', '%5C', '%', 'a b', ' a', 'a ', "'; DROP MEASUREMENT readings --",
      '" OR "1"="1', "\\' OR 1=1", '电表-01', 'ß', '🏠', 'é', 'é', 'a,b=c d', '$meter', '`x`', '{}', 'time', 'A', 'a',
      'x'.repeat(100), '户'.repeat(90), '&db=other', 'NaN', '1i',
    ] // prettier-ignore

    test('ids of every kind stay apart and come back as they are', async () => {
      const meters = hostile
        .map((text) => newMeter(text))
        .concat(hostile.map((text) => id(`${newMeter()}${text}`)))
      await store.write(meters.map((meter, index) => at(meter, start, { consumption: index })))
      for (const [index, meter] of meters.entries()) {
        const stored = await store.readings(meter, everything, 10)
        expect({ meter, found: stored.map(({ consumption }) => consumption) }).toEqual({
          meter,
          found: [index],
        })
      }
    })

    async function hourly(zone: string, fromMs: number, hours: number, step: '1h' | '1d' | '1w' | '1mo') {
      const meter = newMeter()
      const readings = Array.from({ length: hours }, (_, hour) =>
        at(meter, fromMs + (hour + 1) * HOUR_MS, { consumption: 1.1, intervalMs: HOUR_MS }),
      )
      await store.write(readings)
      return store.consumption(meter, { fromMs, toMs: fromMs + hours * HOUR_MS }, step, zone)
    }

    test('the day on which clocks go forward has 23 hours', async () => {
      const buckets = await hourly('Europe/Madrid', Date.UTC(2026, 2, 27, 23), 71, '1d')
      expect(buckets.map(({ startMs }) => new Date(startMs).toISOString())).toEqual([
        '2026-03-27T23:00:00.000Z',
        '2026-03-28T23:00:00.000Z',
        '2026-03-29T22:00:00.000Z',
      ])
      expect(buckets.map(({ readings }) => readings)).toEqual([24, 23, 24])
      expect(buckets.map(({ consumption }) => consumption)).toEqual([26.4, 25.3, 26.4])
    })

    test('the day on which clocks go back has 25 hours', async () => {
      const buckets = await hourly('America/New_York', Date.UTC(2026, 9, 31, 4), 73, '1d')
      expect(buckets.map(({ readings }) => readings)).toEqual([24, 25, 24])
      expect(buckets[1]).toMatchObject({ startMs: Date.UTC(2026, 10, 1, 4), endMs: Date.UTC(2026, 10, 2, 5) })
    })

    test('hours stay hours across the change of clocks', async () => {
      const buckets = await hourly('Europe/Madrid', Date.UTC(2026, 9, 24, 22), 25, '1h')
      expect(buckets.map(({ readings }) => readings)).toEqual(Array(25).fill(1))
    })

    test('weeks begin on Monday, months on their first, at local midnight', async () => {
      const weeks = await hourly('Asia/Shanghai', Date.UTC(2026, 10, 18, 16), 24 * 7, '1w')
      expect(weeks.map(({ startMs, readings }) => [new Date(startMs).toISOString(), readings])).toEqual([
        ['2026-11-15T16:00:00.000Z', 96],
        ['2026-11-22T16:00:00.000Z', 72],
      ])
      const months = await hourly('Europe/Madrid', Date.UTC(2026, 2, 31, 21), 2, '1mo')
      expect(months.map(({ startMs, readings }) => [new Date(startMs).toISOString(), readings])).toEqual([
        ['2026-02-28T23:00:00.000Z', 1],
        ['2026-03-31T22:00:00.000Z', 1],
      ])
    })

    test('where midnight itself is skipped, the day begins after the skip', async () => {
      const buckets = await hourly('Africa/Cairo', Date.UTC(2026, 3, 22, 22), 71, '1d')
      expect(buckets.map(({ startMs, readings }) => [new Date(startMs).toISOString(), readings])).toEqual([
        ['2026-04-22T22:00:00.000Z', 24],
        ['2026-04-23T22:00:00.000Z', 23],
        ['2026-04-24T21:00:00.000Z', 24],
      ])
    })

    test('buckets cover the whole range, empty ones too, and an open range ends at the readings', async () => {
      const meter = newMeter()
      await store.write([
        at(meter, start + HOUR_MS, { consumption: 1 }),
        at(meter, start + 4 * HOUR_MS, { consumption: 2 }),
      ])
      const expected = [
        { startMs: start, endMs: start + HOUR_MS, consumption: 1, readings: 1 },
        { startMs: start + HOUR_MS, endMs: start + 2 * HOUR_MS, consumption: null, readings: 0 },
        { startMs: start + 2 * HOUR_MS, endMs: start + 3 * HOUR_MS, consumption: null, readings: 0 },
        { startMs: start + 3 * HOUR_MS, endMs: start + 4 * HOUR_MS, consumption: 2, readings: 1 },
      ]
      expect(await store.consumption(meter, everything, '1h', 'UTC')).toEqual(expected)
      const [first, ...others] = await store.consumption(
        meter,
        { fromMs: start + 30 * MINUTE_MS, toMs: start + 5 * HOUR_MS },
        '1h',
        'UTC',
      )
      // A bucket is whole even where the range begins inside it: half an hour of use must not pass for an hour's.
      expect([first, ...others.slice(0, 3)]).toEqual(expected)
      expect(others).toHaveLength(4)
    })

    test('a chart of a year shows what its readings are, revised ones and fractions of a second too', async () => {
      const meter = newMeter()
      const written = Array.from({ length: 2_000 }, (_, n) =>
        at(meter, start + Math.floor((n * 366 * DAY_MS) / 2_000) + (n % 3) * 250, {
          consumption: n % 11 === 0 ? null : (n % 7) + 0.001 * (n % 5) + (n % 13 === 0 ? 1e-6 : 0),
        }),
      )
      const revised = written
        .filter((_, n) => n % 17 === 0)
        .map((one) => ({ ...one, consumption: 5, revision: true }))
      for (let from = 0; from < written.length; from += 500)
        await store.write(written.slice(from, from + 500))
      await store.write(revised)
      const range = { fromMs: start, toMs: start + 366 * DAY_MS }
      const known = await store.readings(meter, range, 10_000)
      const days = await store.consumption(meter, range, '1d', 'UTC')
      expect(known.filter(({ consumption }) => consumption === 5)).not.toHaveLength(0)
      for (const { startMs, endMs, consumption, readings } of days) {
        const inside = known.filter(({ timeMs }) => timeMs > startMs && timeMs <= endMs)
        const amounts = inside.flatMap((one) => one.consumption ?? [])
        const sum = amounts.reduce((all, one) => all + one, 0)
        expect(readings).toBe(inside.length)
        if (amounts.length === 0) expect(consumption).toBeNull()
        else expect(consumption).toBeCloseTo(sum, 6)
      }
      expect(days).toHaveLength(366)
    })

    test('a million readings of a thousand meters are all there, each meter with its own', async () => {
      const meters = Array.from({ length: 1_000 }, () => newMeter('many'))
      let batch: Reading[] = []
      const flush = async (): Promise<void> => {
        expect(await store.write(batch)).toEqual([])
        batch = []
      }
      for (let wave = 0; wave < 1_000; wave++) {
        for (const [index, meter] of meters.entries()) {
          batch.push(
            at(meter, start + wave * 15 * MINUTE_MS, {
              register: wave * (index + 1),
              consumption: index + 1,
            }),
          )
        }
        if (batch.length >= 10_000) await flush()
      }
      await flush()
      for (const index of [0, 499, 999]) {
        const meter = meters[index]!
        const stored = await store.readings(meter, everything, 2_000)
        expect(stored).toHaveLength(1_000)
        expect(stored.at(-1)?.register).toBe(999 * (index + 1))
        const months = await store.consumption(meter, everything, '1mo', 'UTC')
        expect(months.reduce((sum, { consumption }) => sum + (consumption ?? 0), 0)).toBe(1_000 * (index + 1))
      }
    }, 120_000)
  })
}
