import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BacktestAlert } from '../../detector/backtest/alert.ts'
import type { News } from '../../detector/backtest/areas/news.ts'
import { newHourTeller, tellHour, TOLD_HOURS } from '../../detector/backtest/areas/tell-hour.ts'
import { asRegistered, contendersOf } from '../../detector/backtest/contender.ts'
import { startCrew } from '../../detector/backtest/crew.ts'
import { alertsOf, foldHistory } from '../../detector/backtest/fold-history.ts'
import { gatherHomes } from '../../detector/backtest/profiles.ts'
import { runBacktest } from '../../detector/backtest/run.ts'
import type { Series } from '../../detector/backtest/series.ts'
import { Share } from '../../detector/backtest/share.ts'
import { areasOf } from '../../detector/backtest/village.ts'
import { addSums, newBudget } from '../../detector/core/area/budget.ts'
import { summarizeHour } from '../../detector/core/area/summarize-hour.ts'
import { FLAG, insertAt, newWindow } from '../../detector/core/window.ts'
import type { MeterId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import {
  asLived,
  day,
  registered,
  villageReadings,
  type Cut,
  type VillagePlan,
} from '../detector/area-feed.ts'
import { noise } from '../detector/life-timeline.ts'
import { backtest, liveAlerts, profilesIn, said, seriesOf } from './area-village.ts'

const grid = (n: number) => (home: number) => Math.floor(home / 10) === n
const everywhere = (): boolean => true

function cut(kind: Cut['kind'], fromMs: number, hours: number, homes = grid(0)): Cut {
  return { kind, fromMs, toMs: fromMs + hours * HOUR_MS, homes }
}

/** One gateway for all, as a file has none: a dead one is a grid that is not heard. */
const CALM: VillagePlan = { homes: 30, days: 45, homesPerGateway: 30 }

const EVENTFUL: VillagePlan = {
  ...CALM,
  cuts: [
    cut('power', day(20, 9), 6),
    cut('water', day(26, 2), 28, everywhere),
    cut('both', day(34, 9), 11, grid(2)),
    cut('both', day(36, 15), 24, grid(1)),
    cut('power', day(39, 22), 8, everywhere),
  ],
  mute: [cut('both', day(30, 9), 10)],
  empty: {
    // Falls in a cut, before one, in another with an alert that is due meanwhile, behind a dead gateway.
    3: [[day(20, 10), day(23)]],
    12: [[day(25), Infinity]],
    17: [[day(25, 14), day(29, 3)]],
    8: [[day(30, 8), day(33)]],
    21: [[day(33, 6), day(36)]],
    25: [[day(33, 14), day(34, 16)]],
  },
}

/** Some cuts, a dead gateway and people who are out, drawn for a seed; no two outages at once. */
function drawn(seed: number): VillagePlan {
  let n = 0
  const draw = (below: number): number => Math.floor(noise(++n, seed * 977) * below)
  const cuts = [16, 22, 28, 34].map((at) =>
    cut(
      draw(2) === 0 ? 'power' : 'water',
      day(at, 7 + draw(5)),
      5 + draw(6),
      draw(3) === 0 ? everywhere : grid(draw(3)),
    ),
  )
  const empty: Record<number, [number, number][]> = {}
  for (let i = 0; i < 20; i++) {
    const fromMs = day(13, draw(26 * 24))
    ;(empty[draw(30)] ??= []).push([fromMs, fromMs + (10 + draw(60)) * HOUR_MS])
  }
  return { ...CALM, days: 42, cuts, mute: [cut('both', day(19, 8), 6 + draw(20), grid(draw(3)))], empty }
}

/** What a backtest judges: no devices. */
const judged = ({ kind }: { readonly kind: string }): boolean => !kind.startsWith('meter-')

describe('beside the live detector', () => {
  const both = (plan: VillagePlan) => {
    const list = villageReadings(plan)
    return {
      ours: backtest(registered(plan), list).map(said),
      live: liveAlerts([registered(plan), ...asLived(list, day(plan.days))]).filter(judged),
    }
  }

  it('a village with cuts and a dead gateway has the same alerts, raised, held and cleared at the same time', () => {
    const { ours, live } = both(EVENTFUL)
    expect(ours).toEqual(live)
    expect(ours.filter(({ kind }) => kind === 'area-outage')).toHaveLength(6)
    const ofH = (household: string) => ours.filter((alert) => alert.household === household)
    expect(ofH('H03')).toMatchObject([{ severity: 'red', onsetMs: day(20, 10) }])
    expect(ours.filter(({ heldFor }) => heldFor === 'area-outage').length).toBeGreaterThan(0)
  })

  it.each([2, 3])('so has one whose outages are drawn (seed %i)', (seed) => {
    const { ours, live } = both(drawn(seed))
    expect(ours).toEqual(live)
    expect(ours.filter(({ kind }) => kind === 'area-outage').length).toBeGreaterThanOrEqual(3)
  })
})

const whole = (plan: VillagePlan, list = villageReadings(plan)): BacktestAlert[] =>
  runBacktest({ profiles: profilesIn(registered(plan)), series: seriesOf(list), budget: 0.5 })

describe('no look-ahead', () => {
  it('any prefix of a village’s readings gives the alerts of that prefix', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 15 * 24, max: 41 * 24 }),
        (seed, hours) => {
          const list = villageReadings(drawn(seed))
          const cutMs = day(0, hours)
          const seen = (alert: BacktestAlert): unknown => ({
            ...alert,
            severity: null,
            clearedAtMs: alert.clearedAtMs !== null && alert.clearedAtMs <= cutMs ? alert.clearedAtMs : null,
          })
          const prefix = whole(
            drawn(seed),
            list.filter(({ timeMs }) => timeMs <= cutMs),
          )
          const all = whole(drawn(seed), list)
          expect(prefix.map(seen)).toEqual(all.filter(({ raisedAtMs }) => raisedAtMs <= cutMs).map(seen))
        },
      ),
      { numRuns: 4 },
    )
  })

  it('also where rows end within the hour, and within an outage', () => {
    const list = villageReadings(EVENTFUL).map((one) => ({ ...one, timeMs: one.timeMs + 20 * MINUTE_MS }))
    const all = whole(EVENTFUL, list)
    for (const hours of [20 * 24 + 9, 20 * 24 + 10, 20 * 24 + 11, 26 * 24 + 9, 30 * 24 + 12, 34 * 24 + 15]) {
      const cutMs = day(0, hours) + 20 * MINUTE_MS
      const prefix = whole(
        EVENTFUL,
        list.filter(({ timeMs }) => timeMs <= cutMs),
      )
      const times = ({ household, kind, raisedAtMs }: BacktestAlert) => [household, kind, raisedAtMs]
      expect(prefix.map(times)).toEqual(all.filter(({ raisedAtMs }) => raisedAtMs <= cutMs).map(times))
    }
  })
})

describe('several workers', () => {
  it('give to the byte what one gives of a village with outages, for every kind of judge', async () => {
    const homes = gatherHomes(profilesIn(registered(EVENTFUL)), seriesOf(villageReadings(EVENTFUL)))
    const contenders = [
      asRegistered(0.8),
      ...contendersOf(['evidence', 'silent-peaks', 'silent-24h'], [0.3, 2]),
    ]
    const texts = await Promise.all(
      [1, 3].map(async (workers) => {
        const rows = homes.map(({ profile, meters }) => ({ profile, meters: meters.map(rowsOf) }))
        const crew = await startCrew(workers, contenders, rows)
        try {
          const history = await foldHistory(crew, contenders, { seed: 5, rounds: 3 }, () => {})
          return JSON.stringify([history, await alertsOf(crew, history, 0)])
        } finally {
          await crew.stop()
        }
      }),
    )
    expect(texts[0]).toContain('area-outage')
    expect(texts[1]).toBe(texts[0])
  })
})

/** As a file holds them: by the start of each interval. */
function rowsOf({ meter, kind, endMs, amount }: Series) {
  return {
    meter,
    kind,
    register: false,
    times: endMs.map((end) => end - HOUR_MS),
    values: Float64Array.from(amount),
  }
}

describe('a home that is put back', () => {
  it('adds to the budget what it would have added had it known from the beginning', () => {
    const sumsOf = (plan: VillagePlan, change: (news: News) => News): number[][] => {
      const homes = gatherHomes(profilesIn(registered(plan)), seriesOf(villageReadings(plan)))
      const share = new Share([asRegistered(1)], homes, areasOf(homes.map(({ profile }) => profile)), null)
      const outage = { area: { type: 'region', name: 'county' }, kinds: ['power', 'water'] } as const
      const [fromMs, toMs] = [day(34, 20), day(36, 2)]
      // Known when the silence has come to many levels of the score, on two days that have been told.
      const news = [
        { atMs: day(36, 1), fromMs, outages: [{ ...outage, key: 'a', fromMs, toMs: null }] },
        { atMs: day(36, 3), fromMs, outages: [{ ...outage, key: 'a', fromMs, toMs }] },
      ]
      const heard = news.map(change)
      share.expectNews(new Map(homes.map(({ profile }) => [profile.household, heard])), share.newestMs())
      const sums = newBudget(1)
      for (let next = share.nextDay(); next !== Infinity;) {
        const done = share.foldBlock(next, 1, [[11]], [])
        for (const days of done.sums[0] ?? []) addSums(sums, days)
        next = done.nextDay
      }
      return sums.days.filter(([, ...counts]) => counts.some((count) => count !== 0))
    }
    const plan = { ...CALM, cuts: [cut('both', day(34, 20), 30, everywhere)] }
    const late = sumsOf(plan, (news) => news)
    const early = sumsOf(plan, (news) => ({
      ...news,
      atMs: news.fromMs - 2 * HOUR_MS,
      outages: news.outages,
    }))
    const never = sumsOf({ ...plan }, (news) => ({ ...news, outages: [] }))
    expect(late).toEqual(early)
    expect(late).not.toEqual(never)
  })
})

describe('a gap in everybody’s data', () => {
  it('is no outage, and holds nothing', () => {
    const plan = {
      ...CALM,
      mute: [cut('both', day(30, 9), 30, everywhere)],
      empty: { 3: [[day(29, 8), day(33)]] },
    } as const
    const alerts = whole(plan)
    expect(alerts.filter(({ kind }) => kind === 'area-outage')).toEqual([])
    expect(alerts.some(({ household }) => (household as string) === 'H03')).toBe(true)
  })

  it('stays one where a single meter’s clock runs a month ahead of all others', () => {
    const list = villageReadings(CALM)
    const ahead = list
      .filter(({ meter }) => (meter as string) === 'W00')
      .map((one) => ({ ...one, timeMs: one.timeMs + 30 * DAY_MS }))
    const others = list.filter(({ meter }) => (meter as string) !== 'W00')
    expect(whole(CALM, [...others, ...ahead]).filter(({ kind }) => kind === 'area-outage')).toEqual([])
  })
})

describe('homes without a region', () => {
  it('are no area: their silence is their own', () => {
    const plan = { ...CALM, days: 25, cuts: [cut('power', day(20, 9), 6, everywhere)] }
    const profiles = profilesIn(registered(plan)).map((profile) => ({ ...profile, region: null }))
    const alerts = runBacktest({ profiles, series: seriesOf(villageReadings(plan)), budget: 0.5 })
    expect(alerts.filter(({ kind }) => kind === 'area-outage')).toEqual([])
  })
})

describe('what a home tells of an hour', () => {
  it('is in the end what the live detector would say of it', () => {
    const interval = fc.record({
      minutes: fc.constantFrom(15, 30, 60, 60, 120, 180),
      amount: fc.constantFrom(0, 0, 0, 3, NaN),
      gap: fc.constantFrom(0, 0, 0, 10, 75),
    })
    fc.assert(
      fc.property(
        fc.array(interval, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 59 }),
        (rows, shift) => {
          let endMs = 0
          const list = rows.map(({ minutes, amount, gap }) => {
            endMs += (gap + minutes) * MINUTE_MS
            return { endMs: endMs + shift * MINUTE_MS, intervalMs: minutes * MINUTE_MS, amount }
          })
          const series: Series = {
            meter: 'W' as MeterId,
            kind: 'water',
            length: list.length,
            endMs: Float64Array.from(list, (one) => one.endMs),
            intervalMs: Float64Array.from(list, (one) => one.intervalMs),
            amount: Float32Array.from(list, ({ amount }) => amount),
          }
          const [profile] = profilesIn(registered({ ...CALM, homes: 1, waterOnly: true }))
          if (profile === undefined) throw new Error('no home')
          const window = newWindow()
          for (const { amount, ...one } of list) {
            const flags = FLAG.heard | (Number.isNaN(amount) ? 0 : FLAG.measured)
            insertAt(window, window.length, { ...one, meter: 0, amount, flags })
          }
          const teller = newHourTeller(profile, [series])
          const hours = Math.ceil(endMs / HOUR_MS) + 3
          const told = new Uint8Array(hours + 2)
          const now = new Uint8Array(TOLD_HOURS)
          for (let hour = 0; hour < hours; hour++) {
            if (!tellHour(teller, hour, now, 0)) continue
            for (let back = 0; back < TOLD_HOURS && back <= hour; back++) told[hour - back] = now[back] ?? 0
          }
          for (let hour = 0; hour < hours; hour++)
            expect(told[hour]).toBe(summarizeHour(window, profile, hour))
        },
      ),
    )
  })
})
