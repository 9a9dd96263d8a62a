import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { createCalendar } from '../../simulators/village/calendar.ts'
import type { Home } from '../../simulators/village/home.ts'
import type { Incident } from '../../simulators/village/incident.ts'
import { encodeReadings, type VillageReading } from '../../simulators/village/message.ts'
import { settleHomes } from '../../simulators/village/settle-homes.ts'
import type { TransportFault } from '../../simulators/village/transport.ts'
import { messagesUntil, villageMessages } from '../../simulators/village/village.ts'

const FROM_MS = Date.parse('2026-03-02T00:00:00+08:00')

interface Scene {
  homes?: readonly Home[]
  incidents?: readonly Incident[]
  days?: number
  seed?: number
  timezone?: string
  fromMs?: number
  stepMinutes?: 15 | 60
  faults?: readonly TransportFault[]
}

function live(scene: Scene) {
  const fromMs = scene.fromMs ?? FROM_MS
  const seed = scene.seed ?? 1
  return messagesUntil(
    villageMessages({
      homes: scene.homes ?? settle(8, seed),
      incidents: scene.incidents ?? [],
      timezone: scene.timezone ?? 'Asia/Shanghai',
      seed,
      fromMs,
      stepMinutes: scene.stepMinutes ?? 60,
      faults: new Set(scene.faults ?? []),
    }),
    fromMs + (scene.days ?? 7) * DAY_MS,
  )
}

function settle(households: number, seed = 1): Home[] {
  return settleHomes({ households, seed, homesPerGateway: 4 })
}

function readingsOf(scene: Scene): VillageReading[] {
  return [...live(scene)].flatMap(({ readings }) => readings)
}

/** Use between readings in L or kWh, keyed by the end of the interval. */
function useOf(meter: string, readings: readonly VillageReading[]): { endMs: number; amount: number }[] {
  const own = readings.filter((reading) => reading.meter === meter)
  return own.slice(1).map(({ timeMs, register, unit }, i) => ({
    endMs: timeMs,
    amount: (register - own[i]!.register) * (unit === 'm3' ? 1000 : 1),
  }))
}

const elder = (homes: readonly Home[]): Home => homes.find(({ persona }) => persona === 'elder-alone')!
const text = (scene: Scene): string =>
  [...live(scene)].map(({ readings }) => encodeReadings(readings)).join('\n')

describe('a village', () => {
  test('is the same to the byte for the same seed, and another for another', () => {
    expect(text({ days: 3, seed: 5 })).toBe(text({ days: 3, seed: 5 }))
    expect(text({ days: 3, seed: 5 })).not.toBe(text({ days: 3, seed: 6 }))
  })

  test('has every kind of home even when it is small', () => {
    const personas = new Set(settle(5).map(({ persona }) => persona))
    expect(personas).toEqual(new Set(['elder-alone', 'elder-couple', 'worker', 'family', 'part-time']))
  })

  test('never turns a register back, and uses about what homes use', () => {
    assert(
      property(integer({ min: 0, max: 1e6 }), (seed) => {
        const homes = settle(8, seed)
        const readings = readingsOf({ homes, seed, days: 10 })
        for (const { water, electricity, persona } of homes) {
          const litres = useOf(water.id, readings).map(({ amount }) => amount)
          const kWh = useOf(electricity.id, readings).map(({ amount }) => amount)
          expect(Math.min(...litres, ...kWh)).toBeGreaterThanOrEqual(-1e-6)
          if (persona === 'part-time') continue
          const perDay = litres.reduce((a, b) => a + b, 0) / 10
          expect(perDay).toBeGreaterThan(20)
          expect(perDay).toBeLessThan(1_200)
          expect(kWh.reduce((a, b) => a + b, 0) / 10).toBeGreaterThan(0.4)
        }
      }),
      { numRuns: 10 },
    )
  })

  test('keeps to local time across the change of clocks, each hour once', () => {
    const times = readingsOf({
      homes: settle(1),
      timezone: 'Europe/Madrid',
      fromMs: Date.parse('2026-03-27T00:00:00+01:00'),
      days: 4,
    })
      .filter(({ kind }) => kind === 'water')
      .map(({ timeMs }) => timeMs)
    expect(times.length).toBeGreaterThanOrEqual(95)
    expect(new Set(times.slice(1).map((timeMs, i) => timeMs - times[i]!))).toEqual(new Set([HOUR_MS]))
  })

  test('leaves a weekend dwelling empty at the weekend and inhabited in the week', () => {
    const [, second] = settle(8)
    const home: Home = {
      ...second!,
      tripsPerYear: 0,
      house: { ...second!.house, dripLPerHour: 0 },
      weeklyAway: { leavesOn: 5, leavesAt: 1_060, backAfterDays: 2, backAt: 1_130, skips: 0 },
    }
    const use = useOf(home.water.id, readingsOf({ homes: [home], days: 28 }))
    const calendar = createCalendar('Asia/Shanghai', 1)
    const first = calendar.dayOf(FROM_MS)
    const days = Array.from({ length: 28 }, (_, i) => calendar.day(first + i))
    const litresOn = (weekdays: readonly number[]): number[] =>
      days
        .filter(({ weekday }) => weekdays.includes(weekday))
        .map(({ startMs, endMs }) =>
          use
            .filter((hour) => hour.endMs > startMs && hour.endMs <= endMs)
            .reduce((sum, { amount }) => sum + amount, 0),
        )
    expect(Math.max(...litresOn([6]))).toBe(0)
    expect(Math.min(...litresOn([1, 2, 3, 4]))).toBeGreaterThan(20)
  })
})

describe('an incident', () => {
  const homes = settle(8)
  const victim = elder(homes)
  const fromMs = FROM_MS + 4 * DAY_MS + 8 * HOUR_MS + 40 * MINUTE_MS
  const one = { households: [victim.household], fromMs, toMs: fromMs + 2 * DAY_MS }
  const during = (spell: { fromMs: number; toMs: number }) => (hour: { endMs: number }) =>
    hour.endMs - HOUR_MS >= spell.fromMs && hour.endMs <= spell.toMs

  test('changes nothing before it begins, nor in any other home', () => {
    const fall: Incident = { kind: 'fall', ...one, leftOnW: 50 }
    const calm = readingsOf({ homes, days: 7 })
    const with_ = readingsOf({ homes, incidents: [fall], days: 7 })
    expect(with_.filter(({ timeMs }) => timeMs <= fromMs)).toEqual(
      calm.filter(({ timeMs }) => timeMs <= fromMs),
    )
    const others = ({ meter }: VillageReading): boolean =>
      meter !== victim.water.id && meter !== victim.electricity.id
    expect(with_.filter(others)).toEqual(calm.filter(others))
  })

  test('fall: water falls to the leak floor and power to the base load, until the person is found', () => {
    const fall: Incident = { kind: 'fall', ...one, leftOnW: 0 }
    const readings = readingsOf({ homes, incidents: [fall], days: 8 })
    const litres = useOf(victim.water.id, readings).filter(during(one))
    expect(litres.length).toBe(47)
    expect(Math.max(...litres.map(({ amount }) => amount))).toBeLessThanOrEqual(
      Math.ceil(victim.house.dripLPerHour) + victim.water.resolution,
    )
    const { standbyW, fridge } = victim.house
    const kWh = useOf(victim.electricity.id, readings).filter(during(one))
    // The first hours may still hold what was switched on before.
    expect(Math.max(...kWh.slice(6).map(({ amount }) => amount))).toBeLessThan(
      (standbyW + fridge.watts) / 1000,
    )
    const after = useOf(victim.water.id, readings).filter(({ endMs }) => endMs > one.toMs + DAY_MS)
    expect(after.some(({ amount }) => amount > 3)).toBe(true)
  })

  test('leak: water flows in every hour', () => {
    const leak: Incident = { kind: 'leak', ...one, litresPerHour: 60 }
    const hours = useOf(victim.water.id, readingsOf({ homes, incidents: [leak] })).filter(during(one))
    expect(Math.min(...hours.map(({ amount }) => amount))).toBeGreaterThanOrEqual(50)
  })

  test('slow decline: the home uses much less at its end', () => {
    const spell = { fromMs: FROM_MS + 7 * DAY_MS, toMs: FROM_MS + 35 * DAY_MS }
    const decline: Incident = { kind: 'slow-decline', households: [victim.household], ...spell, downTo: 0.2 }
    const use = useOf(victim.water.id, readingsOf({ homes: [victim], incidents: [decline], days: 35 }))
    const week = (number: number): number =>
      use
        .filter(({ endMs }) => Math.floor((endMs - 1 - FROM_MS) / (7 * DAY_MS)) === number)
        .reduce((sum, { amount }) => sum + amount, 0)
    expect(week(4)).toBeLessThan(week(0) * 0.6)
  })

  test('area outage: electricity meters are silent or say power-down, with their registers still', () => {
    const spell = { fromMs: FROM_MS + 2 * DAY_MS, toMs: FROM_MS + 2 * DAY_MS + 5 * HOUR_MS }
    const area = victim.region
    const outage: Incident = {
      kind: 'area-outage',
      households: homes.map((home) => home.household),
      ...spell,
      area,
    }
    const readings = readingsOf({ homes, incidents: [outage] })
    for (const { electricity, water } of homes) {
      const dark = readings.filter(
        ({ meter, timeMs }) => meter === electricity.id && timeMs >= spell.fromMs && timeMs < spell.toMs,
      )
      expect(dark.length).toBe(electricity.battery ? 5 : 0)
      expect(dark.every(({ status }) => status === 'power-down')).toBe(true)
      expect(new Set(dark.map(({ register }) => register)).size).toBeLessThanOrEqual(1)
      const wet = readings.filter(
        ({ meter, timeMs }) => meter === water.id && timeMs >= spell.fromMs && timeMs < spell.toMs,
      )
      expect(wet.length).toBe(5)
    }
  })

  test('meter swap: the register begins again near 0', () => {
    const swap: Incident = { kind: 'meter-swap', ...one, toMs: fromMs, meter: victim.water.id }
    const use = useOf(victim.water.id, readingsOf({ homes, incidents: [swap] }))
    const backwards = use.filter(({ amount }) => amount < 0)
    expect(backwards.map(({ endMs }) => endMs)).toEqual([Math.ceil(fromMs / HOUR_MS) * HOUR_MS])
  })

  test('rollover: the dial passes its end when the plan says so', () => {
    const roll: Incident = { kind: 'rollover', ...one, toMs: fromMs, meter: victim.water.id }
    const use = useOf(victim.water.id, readingsOf({ homes, incidents: [roll] }))
    const backwards = use.filter(({ amount }) => amount < 0)
    expect(backwards.length).toBe(1)
    expect(backwards[0]!.amount).toBeLessThan(-99_000_000)
    expect(Math.abs(backwards[0]!.endMs - fromMs)).toBeLessThan(10 * HOUR_MS)
  })

  test('frozen meter: the register stands still while life goes on, and jumps when it is mended', () => {
    const frozen: Incident = { kind: 'frozen-meter', ...one, meter: victim.water.id }
    const use = useOf(victim.water.id, readingsOf({ homes, incidents: [frozen] }))
    expect(use.filter(during(one)).every(({ amount }) => amount === 0)).toBe(true)
    const jump = use.find(({ endMs }) => endMs > one.toMs)!
    expect(jump.amount).toBeGreaterThan(50)
  })

  test('clock skew: the meter names times that are ahead, and its neighbours do not', () => {
    const skew: Incident = { kind: 'clock-skew', ...one, meter: victim.water.id, aheadMs: 365 * DAY_MS }
    const ahead = readingsOf({ homes, incidents: [skew] }).filter(
      ({ timeMs }) => timeMs > FROM_MS + 300 * DAY_MS,
    )
    expect(ahead.length).toBe(48)
    expect(new Set(ahead.map(({ meter }) => meter))).toEqual(new Set([victim.water.id]))
  })

  test.each(['lost', 'buffered'] as const)('dead gateway (%s): nothing comes until it is back', (keeps) => {
    const { gateway } = victim
    const served = homes.filter((home) => home.gateway === gateway).map((home) => home.household)
    const dead: Incident = { kind: 'dead-gateway', ...one, households: served, gateway, keeps }
    const messages = [...live({ homes, incidents: [dead], days: 9 })].filter(
      (message) => message.gateway === gateway,
    )
    const inside = messages.filter(({ sendAtMs }) => sendAtMs >= one.fromMs && sendAtMs < one.toMs)
    expect(inside).toEqual([])
    const readings = messages.flatMap((message) => message.readings)
    const missed = readings.filter(({ timeMs }) => timeMs >= one.fromMs && timeMs < one.toMs - HOUR_MS)
    expect(missed.length > 0).toBe(keeps === 'buffered')
  })
})

describe('the way to the broker', () => {
  const faults = ['duplicates', 'out-of-order', 'late-batches'] as const
  const keyOf = ({ meter, timeMs, register }: VillageReading): string => `${meter} ${timeMs} ${register}`

  test('repeats, delays and reorders without losing or changing a reading', () => {
    const homes = settle(12)
    const settled = ({ timeMs }: VillageReading): boolean => timeMs < FROM_MS + 5 * DAY_MS
    const clean = readingsOf({ homes, days: 8 }).filter(settled).map(keyOf)
    const faulty = readingsOf({ homes, days: 8, faults }).filter(settled).map(keyOf)
    expect(new Set(faulty)).toEqual(new Set(clean))
    expect(faulty.length).toBeGreaterThan(clean.length)
    expect(faulty).not.toEqual(clean)
  })

  test('sends in order of sending, whatever it does to the readings', () => {
    const times = [...live({ homes: settle(12), faults })].map(({ sendAtMs }) => sendAtMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('brings late homes once a day', () => {
    const homes = settle(40)
    const perHome = new Map<string, number>()
    for (const { readings } of live({ homes, days: 6, faults: ['late-batches'] })) {
      const waters = readings.filter(({ kind }) => kind === 'water')
      if (new Set(waters.map(({ meter }) => meter)).size !== 1 || waters.length < 24) continue
      perHome.set(waters[0]!.meter, (perHome.get(waters[0]!.meter) ?? 0) + 1)
    }
    expect(perHome.size).toBeGreaterThan(1)
    expect(Math.max(...perHome.values())).toBeLessThanOrEqual(6)
  })
})
