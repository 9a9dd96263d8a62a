import { describe, expect, it } from 'vitest'
import type { Finding } from '../../domain/finding.ts'
import type { Reading } from '../../domain/reading.ts'
import { headOf } from '../../detector/core/head.ts'
import { tailOf } from '../../detector/core/area/tail.ts'
import { DAY_MS, MINUTE_MS } from '../../domain/time.ts'
import { asLived, day, lines, registered, villageReadings, type Cut, type VillagePlan } from './area-feed.ts'
import { play, readings, tick } from './feed.ts'

const grid0 = (home: number): boolean => home < 10
const everywhere = (): boolean => true
const calm: VillagePlan = { homes: 30, days: 23 }

function live(plan: VillagePlan, deliver: (list: Reading[]) => Reading[] = (list) => list) {
  return play([registered(plan), ...asLived(deliver(villageReadings(plan)), day(plan.days))])
}

const cut = (kind: Cut['kind'], from: number, to: number, homes = grid0): Cut => ({
  kind,
  fromMs: day(20, from),
  toMs: day(20, to),
  homes,
})

const without = (findings: readonly Finding[], kind: string): string[] =>
  lines(findings).filter((line) => !line.includes(kind))

const raiseOf = (findings: readonly Finding[], kind: string) =>
  findings.find(
    (finding): finding is Extract<Finding, { type: 'raise' }> =>
      finding.type === 'raise' && finding.kind === kind,
  )

describe('a power cut', () => {
  it('is one area-outage for the grid that it darkens, and nobody’s silence', () => {
    const { findings } = live({ ...calm, cuts: [cut('power', 9, 15)] })
    expect(lines(findings)).toEqual([
      '20d10h raise area-outage region/county/village/grid-0',
      '20d16h clear area-outage region/county/village/grid-0',
    ])
    expect(raiseOf(findings, 'area-outage')).toMatchObject({
      onsetMs: day(20, 9),
      region: 'county/village/grid-0',
      evidence: { areaType: 'region', outageKinds: ['power'], homes: 10, darkHomes: 10 },
      explanation: { zh: expect.stringContaining('区域性中断') },
    })
  })

  it('of the whole village is one for the village, and not one for each level of the region', () => {
    const { findings } = live({ ...calm, cuts: [cut('power', 9, 15, everywhere)] })
    expect(lines(findings)).toEqual([
      '20d10h raise area-outage region/county/village',
      '20d16h clear area-outage region/county/village',
    ])
  })

  it('at night, with everybody asleep, is seen by what nobody needs to be awake for', () => {
    const { findings } = live({ ...calm, cuts: [cut('power', 0, 5)] })
    expect(lines(findings)[0]).toBe('20d1h raise area-outage region/county/village/grid-0')
  })

  it('shows as well where most electricity meters go dark with it and a few say zero', () => {
    const battery = (home: number): boolean => home % 2 === 0
    const dark = cut('power', 9, 15, (home) => grid0(home) && !battery(home))
    const { findings } = live({ ...calm, cuts: [cut('power', 9, 15)], mute: [dark] })
    expect(without(findings, 'meter-offline')).toEqual([
      '20d10h raise area-outage region/county/village/grid-0',
      '20d16h clear area-outage region/county/village/grid-0',
    ])
    const offline = lines(findings).filter((line) => line.includes('raise meter-offline'))
    expect(offline.every((line) => line.endsWith('held:area-outage'))).toBe(true)
  })

  it('teaches nobody’s model anything: two weeks of nightly cuts leave the rhythm of a home as it was', () => {
    const nights = Array.from({ length: 12 }, (_, n): Cut => {
      const fromMs = day(10 + n, 8)
      return { kind: 'both', fromMs, toMs: fromMs + 4 * 60 * MINUTE_MS, homes: grid0 }
    })
    const rates = (plan: VillagePlan): number => {
      const home = live(plan).detector.homes.get('h:H03')
      if (home === undefined) throw new Error('the home is not known')
      const { u16, rates: first } = headOf(home)
      // Weekday hours 9 to 11 of the home, which lie within the cuts.
      return [9, 10, 11].reduce((sum, hour) => sum + (u16[first + hour] ?? 0), 0)
    }
    expect(rates({ ...calm, cuts: nights }) / rates(calm)).toBeGreaterThan(0.8)
  })
})

describe('water that is gone', () => {
  it('is known by the homes that should be up, and the power meters go on showing life', () => {
    const { findings } = live({ ...calm, cuts: [cut('water', 2, 18, everywhere)] })
    expect(lines(findings)).toEqual([
      expect.stringMatching(/^20d(6|7)h raise area-outage region\/county\/village$/),
      '20d19h clear area-outage region/county/village',
    ])
    expect(raiseOf(findings, 'area-outage')?.evidence['outageKinds']).toEqual(['water'])
  })
})

describe('a dead gateway', () => {
  it('is one alert, by the clock, however many homes are behind it; their meters’ own are held', () => {
    const { findings } = live({ ...calm, mute: [{ ...cut('both', 9, 0), toMs: day(21, 15) }] })
    expect(without(findings, 'meter-offline')).toEqual([
      '20d12h raise area-outage gateway/gw-0',
      '21d16h clear area-outage gateway/gw-0',
    ])
    expect(raiseOf(findings, 'area-outage')).toMatchObject({
      region: 'county/village/grid-0',
      evidence: { areaType: 'gateway', area: 'gw-0', outageKinds: ['reporting'] },
    })
    const offline = lines(findings).filter((line) => line.includes('raise meter-offline'))
    expect(new Set(offline.map((line) => line.split(' ')[3])).size).toBe(10)
    expect(offline.every((line) => line.endsWith('held:area-outage'))).toBe(true)
  })

  it('that delivers everything in one batch when it is back has lost nothing: its outage is taken back', () => {
    const late = (list: Reading[]): Reading[] =>
      list.map((one) => {
        const isHeldUp = one.gateway === 'gw-0' && one.timeMs > day(20, 9) && one.timeMs <= day(20, 19)
        return isHeldUp ? { ...one, receivedAtMs: day(20, 19) + MINUTE_MS } : one
      })
    const { findings } = live(calm, late)
    const told = findings.filter(({ kind }) => kind === 'area-outage')
    expect(told.map(({ type }) => type)).toEqual(['raise', 'retract'])
  })

  it('with our own downtime is nobody’s fault but ours', () => {
    const plan = { ...calm, mute: [{ ...cut('both', 6, 18), homes: everywhere }] }
    const entries = asLived(villageReadings(plan), day(plan.days))
    const down = entries.filter(
      (entry) =>
        !(entry.type === 'tick' && entry.receivedAtMs > day(20, 6) && entry.receivedAtMs < day(20, 18)),
    )
    expect(lines(play([registered(plan), ...down]).findings)).toEqual([])
  })
})

describe('after an outage', () => {
  const fallen = (at: number) => ({ 3: [[day(20, at), Infinity]] }) as const

  it('a home that does not come back to life with its neighbours is urgent within hours', () => {
    const { findings } = live({ ...calm, empty: fallen(10), cuts: [cut('power', 9, 15)] })
    expect(lines(findings)).toEqual([
      '20d10h raise area-outage region/county/village/grid-0',
      '20d16h clear area-outage region/county/village/grid-0',
      expect.stringMatching(/^20d(1[89]|2[01])h raise inactivity H03$/),
    ])
    expect(raiseOf(findings, 'inactivity')).toMatchObject({
      severity: 'red',
      explanation: {
        en: expect.stringContaining('has not come back to life with its neighbours'),
        zh: expect.stringContaining('未随邻居恢复'),
      },
    })
  })

  it('so is one that fell behind a dead gateway, when its meters are heard again', () => {
    const mute = [cut('both', 9, 19)]
    const { findings } = live({ ...calm, empty: fallen(8), mute })
    const [line] = without(findings, 'meter-offline').filter((each) => each.includes('inactivity'))
    expect(line).toMatch(/^2(0d2[0-3]|1d([0-9]|1[01]))h raise inactivity H03$/)
  })

  it('an alert that was open before the gateway died stays open, and is not cleared by silence', () => {
    const mute = [{ ...cut('both', 0, 0), fromMs: day(22), toMs: day(22, 4) }]
    const undisturbed = lines(live({ ...calm, empty: fallen(10) }).findings)
    expect(undisturbed).toEqual([expect.stringMatching(/^21d\d+h raise inactivity H03$/)])
    const { findings } = live({ ...calm, empty: fallen(10), mute })
    const inactivity = lines(findings).filter((line) => line.includes('inactivity'))
    expect(inactivity).toEqual(undisturbed)
  })

  it('a home that had been empty for days before is not urgent for that', () => {
    const empty = { 3: [[day(16), Infinity]] } as const
    const { findings } = live({ ...calm, empty, cuts: [cut('power', 9, 15)] })
    const reds = findings.filter((one) => one.type === 'raise' && one.severity === 'red')
    expect(reds).toEqual([])
  })
})

describe('no outage', () => {
  it.each([
    ['a village of four homes', { homes: 4, days: 23, cuts: [cut('power', 9, 15)] }],
    ['a cut of three homes of ten', { ...calm, cuts: [cut('power', 9, 15, (home) => home < 3)] }],
    ['a quiet village', calm],
  ])('is said of %s', (_what, plan) => {
    expect(lines(live(plan).findings).filter((line) => line.includes('area-outage'))).toEqual([])
  })

  it('is said where half of the homes are on holiday: the others live', () => {
    const odd = Array.from({ length: 15 }, (_, n) => [2 * n, [[day(16), day(22)]]] as const)
    const { findings } = live({ ...calm, empty: Object.fromEntries(odd) })
    expect(lines(findings).filter((line) => line.includes('area-outage'))).toEqual([])
    expect(lines(findings).filter((line) => line.includes('raise inactivity'))).toHaveLength(15)
  })
})

it('a past that is played faster than the clock is no outage while it is still being delivered', () => {
  const nowMs = day(calm.days)
  const played = villageReadings(calm).map((one) => ({ ...one, receivedAtMs: nowMs }))
  const last = played.filter(({ timeMs }) => timeMs > nowMs - DAY_MS)
  const entries = [registered(calm), readings(...played.slice(0, played.length - last.length))]
  // A day in twelve minutes: two hours of it between two ticks.
  const chunk = last.length / 12
  for (let minute = 0; minute < 12; minute++) {
    const receivedAtMs = nowMs + minute * MINUTE_MS
    const some = last.slice(minute * chunk, (minute + 1) * chunk)
    entries.push(readings(...some.map((one) => ({ ...one, receivedAtMs }))), tick(receivedAtMs + 1))
  }
  const { findings } = play(entries)
  expect(findings.filter(({ kind }) => kind === 'area-outage')).toEqual([])
})

describe('the bound on chance', () => {
  it('holds for the binomial tail, and is 1 where nothing is missing', () => {
    const binomial = (n: number, p: number, x: number): number => {
      let [sum, term] = [0, (1 - p) ** n]
      for (let k = 0; k <= x; k++) {
        sum += term
        term *= ((n - k) / (k + 1)) * (p / (1 - p))
      }
      return sum
    }
    for (const [n, p, x] of [
      [5, 0.98, 0],
      [10, 0.7, 1],
      [40, 0.3, 4],
      [25, 0.95, 5],
    ] as const) {
      expect(tailOf(n, p, x)).toBeGreaterThanOrEqual(binomial(n, p, x))
      expect(tailOf(n, p, x)).toBeLessThan(1)
    }
    expect(tailOf(10, 0.5, 5)).toBe(1)
    expect(tailOf(0, 0.5, 0)).toBe(1)
  })
})

describe('an outage long past', () => {
  it('stays what it was when the first of its supplies to come back has left the judged hours', () => {
    const cuts = [cut('power', 9, 15, everywhere), { ...cut('water', 2, 0, everywhere), toMs: day(21, 22) }]
    const { detector, findings } = live({ ...calm, days: 26, cuts })
    expect(lines(findings, day(24))).toEqual([])
    expect(detector.areas.outages.map(({ kinds }) => kinds)).toEqual([['power', 'water']])
  })

  it('is not said anew for a part of its area that has told nothing since', () => {
    const grid = (n: number) => (home: number) => Math.floor(home / 10) === n
    const plan: VillagePlan = {
      homes: 40,
      days: 34,
      cuts: [
        { kind: 'power', fromMs: day(20, 9), toMs: day(20, 15), homes: () => true },
        { kind: 'power', fromMs: day(32, 9), toMs: day(32, 15), homes: grid(2) },
      ],
      mute: [{ kind: 'both', fromMs: day(20, 20), toMs: day(99), homes: grid(0) }],
    }
    const list = villageReadings(plan)
    const entries = [registered(plan)]
    // History: nobody's clock ticks, so that grid 0 stands still where its readings end.
    for (let i = 0; i < list.length; i += 80) entries.push(readings(...list.slice(i, i + 80)))
    const raised = play(entries).findings.filter(
      (one) => one.kind === 'area-outage' && one.type === 'raise' && one.atMs < day(21),
    )
    expect(raised).toHaveLength(1)
  })
})
