import type { HouseholdId } from '../../domain/ids.ts'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import type { LifeContext } from '../core/life/fold.ts'
import type { Profile } from '../core/observation.ts'
import type { BacktestAlert } from './alert.ts'
import type { NewsOfHomes } from './areas/news.ts'
import { expectNews, foldOnward } from './areas/go-back.ts'
import { newHourTeller, type HourTeller } from './areas/tell-hour.ts'
import { tellHours, type HoursTold } from './areas/tell-hours.ts'
import type { Contender } from './contender.ts'
import { newFeed, nextDay, takeRow, type Feed } from './feed.ts'
import { newBacktestHome, type BacktestHome } from './home.ts'
import { lastLifeMs } from './judge.ts'
import { judgeTrend, passTime } from './pass-time.ts'
import { sumDays, type DaySums } from './pools.ts'
import { countDays, newPortrait, portray, type Portrait } from './portrait.ts'
import { observedMonths } from './score/observed.ts'
import type { Series } from './series.ts'
import { branchOff, foldBranchDay, resultOf, type Branch, type StopResult } from './stops/branch.ts'
import { drawStops, type Stop, type StopPlan } from './stops/plan-stops.ts'
import { tellDay } from './trend.ts'
import {
  hear,
  newBacktestVillage,
  placeOfMeter,
  type AreaKey,
  type BacktestVillage,
  type Told,
} from './village.ts'

/** A home with its readings: what a share is made of. */
export interface HomeSeries {
  readonly profile: Profile
  readonly meters: readonly Series[]
}

interface SharedHome {
  readonly profile: Profile
  readonly feed: Feed
  /** One per contender. */
  readonly homes: readonly BacktestHome[]
  /** By onset, the next one first. */
  stops: Stop[]
  readonly portrait: Portrait | null
}

/** What a share says after a block of days. */
export interface BlockDone {
  /** What its homes told their areas, where trends are judged. */
  readonly told: Told
  /** Observations worked, each once however many contenders judged it. */
  readonly worked: number
  /** What the days add to the pooled budgets, per contender. */
  readonly sums: DaySums[][]
  /** Day of the next row of any home; Infinity when all are worked. */
  readonly nextDay: number
}

/** What became of one home, in numbers. */
export interface HomeResult {
  readonly household: HouseholdId
  readonly meters: readonly { readonly id: string; readonly kind: string }[]
  readonly timezone: string
  /** Start of its first and end of its last interval. */
  readonly firstMs: EpochMs
  readonly lastMs: EpochMs
  readonly observedMonths: number
  /** Days of which at least half was observed, and those of them without a life sign; 0 where nobody counted. */
  readonly observedDays: number
  readonly lifelessDays: number
  /** Per contender: raised and cleared (Infinity: not yet) of each `inactivity` alert, in turn. */
  readonly alerts: readonly Float64Array[]
}

const NOT_COUNTED = { observedDays: 0, lifelessDays: 0 }

/**
 * The homes that one worker folds, for all contenders at once. A block of days needs nothing but its thresholds, and
 * gives the sums that later thresholds rest on.
 */
export class Share {
  private readonly contenders: readonly Contender[]
  private readonly portrayed: number | null
  /** Per contender; null where trends are not judged. */
  private readonly villages: readonly (BacktestVillage | null)[]
  private readonly shared: SharedHome[]
  /** Per contender: the thresholds of the days so far. */
  private readonly thresholds: readonly Map<number, number>[]
  private readonly contexts: readonly LifeContext[]
  private tellers: readonly HourTeller[] = []
  /** Time ends with the newest row of the file. */
  private endMs: EpochMs
  private branches: Branch[] = []
  private readonly found: StopResult[] = []

  /**
   * @param areas of all homes, also those of other shares (`areasOf`).
   * @param portrayed the contender whose view of each home is kept day by day, for a report.
   */
  constructor(
    contenders: readonly Contender[],
    homes: readonly HomeSeries[],
    areas: readonly AreaKey[],
    portrayed: number | null,
  ) {
    this.contenders = contenders
    this.villages = contenders.map(({ full }) => (full ? newBacktestVillage(areas) : null))
    this.portrayed = portrayed
    this.thresholds = contenders.map(() => new Map<number, number>())
    this.contexts = this.thresholds.map((known) => ({ thresholdOn: (day) => known.get(day) ?? Infinity }))
    this.shared = homes.map(({ profile, meters }) => ({
      profile,
      feed: newFeed(meters),
      portrait: portrayed === null ? null : newPortrait(profile, meters),
      homes: contenders.map((contender) => newBacktestHome(contender, profile)),
      stops: [],
    }))
    this.endMs = this.newestMs()
  }

  /** End of the last row; -Infinity where there is none. */
  newestMs(): EpochMs {
    let newestMs = -Infinity
    for (const { feed } of this.shared) {
      for (const { endMs, length } of feed.series)
        newestMs = Math.max(newestMs, endMs[length - 1] ?? -Infinity)
    }
    return newestMs
  }

  /** What its homes tell their areas of `hours` hours; blocks of hours follow one another, before any day is folded. */
  tellHours(fromHour: number, hours: number): HoursTold {
    if (this.tellers.length === 0)
      this.tellers = this.shared.map(({ profile, feed }) => newHourTeller(profile, feed.series))
    return tellHours(this.tellers, fromHour, hours)
  }

  /**
   * To be called before the first day.
   * @param news of all homes; yardsticks hear of no outage.
   * @param endMs of the newest row of the file.
   */
  expectNews(news: NewsOfHomes, endMs: EpochMs): void {
    this.tellers = []
    this.endMs = endMs
    for (const { homes, profile } of this.shared) {
      const own = news.get(profile.household)
      if (own === undefined) continue
      for (const home of homes) if ('core' in home.judge) expectNews(home, own)
    }
  }

  nextDay(): number {
    const lived = this.shared.reduce((first, { feed }) => Math.min(first, nextDay(feed)), Infinity)
    return this.branches.reduce((first, { feed }) => Math.min(first, nextDay(feed)), lived)
  }

  drawStops(plan: StopPlan): Stop[] {
    return this.shared.flatMap(({ profile, feed }) => drawStops(profile.household, feed.series, plan))
  }

  /** To be called before the first day; stops of homes of other shares are passed over. */
  plantStops(stops: readonly Stop[]): void {
    for (const home of this.shared) {
      home.stops = stops
        .filter(({ household }) => household === home.profile.household)
        .sort((a, b) => a.onsetMs - b.onsetMs)
    }
  }

  /**
   * Folds `days` days from `fromDay` on.
   * @param thresholds of these days, per contender (none for a rule).
   * @param heard what all homes told after the block before.
   */
  foldBlock(
    fromDay: number,
    days: number,
    thresholds: readonly (readonly number[])[],
    heard: Told,
  ): BlockDone {
    this.judgeTrends(heard)
    let worked = 0
    for (const [at, known] of this.thresholds.entries()) {
      for (const [n, threshold] of (thresholds[at] ?? []).entries()) known.set(fromDay + n, threshold)
    }
    for (let n = 0; n < days; n++) {
      for (const home of this.shared) worked += this.foldDay(home, fromDay + n)
      this.foldBranches(fromDay + n)
    }
    const sums = this.contenders.map(({ budget }, at) =>
      budget === null ? [] : sumDays(this.homesOf(at), fromDay, days),
    )
    return { worked, sums, nextDay: this.nextDay(), told: this.tellDays() }
  }

  /** Once all homes have told of a day, each is judged by what its area was like. */
  judgeTrends(heard: Told): void {
    for (const [at, village] of this.villages.entries()) {
      if (village === null) continue
      hear(village, heard)
      for (const home of this.homesOf(at)) judgeTrend(home, village.index)
    }
  }

  private tellDays(): number[] {
    const told: number[] = []
    for (const [at, village] of this.villages.entries()) {
      if (village === null) continue
      for (const { homes, profile } of this.shared) {
        const trend = homes[at]?.trend ?? null
        if (trend === null) continue
        tellDay(trend, village.box, (meter, day, oldBin, newBin) => {
          told.push(placeOfMeter(village, profile, meter), day, oldBin, newBin)
        })
      }
    }
    return told
  }

  /** Of one contender, in the order of homes. */
  alerts(contender: number): BacktestAlert[] {
    return this.homesOf(contender).flatMap(({ alerts }) => alerts)
  }

  results(): HomeResult[] {
    return this.shared.map(({ profile, feed, homes, portrait }) => ({
      household: profile.household,
      meters: profile.meters,
      timezone: profile.timezone,
      ...observedMonths(feed.series),
      ...(portrait === null ? NOT_COUNTED : countDays(portrait)),
      alerts: homes.map(({ alerts }) =>
        Float64Array.from(
          alerts
            .filter(({ kind }) => kind === 'inactivity')
            .flatMap(({ raisedAtMs, clearedAtMs }) => [raisedAtMs, clearedAtMs ?? Infinity]),
        ),
      ),
    }))
  }

  stopResults(): StopResult[] {
    return [...this.found, ...this.branches.map(resultOf)]
  }

  portraits(households: readonly string[]): Portrait[] {
    const wanted = new Set(households)
    return this.shared.flatMap(({ portrait }) =>
      portrait !== null && wanted.has(portrait.household) ? portrait : [],
    )
  }

  private homesOf(contender: number): BacktestHome[] {
    return this.shared.flatMap(({ homes }) => homes[contender] ?? [])
  }

  private foldDay(home: SharedHome, day: number): number {
    const { contexts } = this
    let worked = 0
    for (let row = takeRow(home.feed, day); row !== null; row = takeRow(home.feed, day)) {
      while (home.stops[0] !== undefined && row.endMs > home.stops[0].onsetMs) this.stopLife(home)
      worked++
      for (const [at, each] of home.homes.entries()) {
        const context = contexts[at]
        if (context === undefined) continue
        passTime(each, row.endMs, context)
        foldOnward(each, row, context)
      }
      const seenBy = home.homes[this.portrayed ?? -1]
      if (home.portrait !== null && seenBy !== undefined)
        portray(home.portrait, row, lastLifeMs(seenBy.judge))
    }
    this.passAll(home.homes, Math.min((day + 1) * DAY_MS, this.endMs) + 1)
    return worked
  }

  private passAll(homes: readonly BacktestHome[], toMs: EpochMs): void {
    for (const [at, home] of homes.entries()) {
      const context = this.contexts[at]
      if (context !== undefined) passTime(home, toMs, context)
    }
  }

  private stopLife(home: SharedHome): void {
    const stop = home.stops.shift()
    if (stop === undefined) return
    this.passAll(home.homes, stop.onsetMs + 1)
    const branch = branchOff(stop, home.profile, home.feed.series, home.homes)
    if (branch !== null) this.branches.push(branch)
  }

  private foldBranches(day: number): void {
    this.branches = this.branches.filter((branch) => {
      if (foldBranchDay(branch, day, this.contexts)) return true
      this.found.push(resultOf(branch))
      return false
    })
  }
}
