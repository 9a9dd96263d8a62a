import { parseArgs } from 'node:util'
import { runBacktest } from '../detector/backtest/run.ts'
import type { BacktestAlert } from '../detector/backtest/alert.ts'
import { loadReadings } from '../detector/backtest/load-readings.ts'
import type { Series } from '../detector/backtest/series.ts'
import type { Profile } from '../detector/core/observation.ts'
import type { AlertKind } from '../domain/alert-kinds.ts'
import type { HouseholdId } from '../domain/ids.ts'
import { DAY_MS, HOUR_MS, type EpochMs } from '../domain/time.ts'
import { OperationalError } from '../domain/operational-error.ts'
import { openReadingFile } from '../platform/reading-file.ts'

/**
 * What the trends cost and find on real homes: false alarms of the lives as they were (nobody knows what happened in them,
 * so that these are upper bounds), and what is found of changes put into a fifth of the homes at a time. Seeded.
 */
interface Injection {
  readonly name: string
  readonly kinds: readonly AlertKind[]
  readonly withinDays: number
  readonly only?: 'water' | 'electricity'
  /** The amount of an interval that ends `sinceMs` after the onset; `base`: what the meter shows with nobody's doing, per hour. */
  readonly change: (amount: number, sinceMs: number, hours: number, base: number) => number
}

const scaled =
  (factor: number): Injection['change'] =>
  (amount, _since, hours, base) =>
    amount <= base * hours ? amount : base * hours + (amount - base * hours) * factor
const leaking =
  (litresPerHour: number): Injection['change'] =>
  (amount, _since, hours) =>
    amount + litresPerHour * hours

const INJECTIONS: readonly Injection[] = [
  { name: 'use x 0.4 from a day on', kinds: ['drop', 'decline'], withinDays: 21, change: scaled(0.4) },
  { name: 'use x 0.25 from a day on', kinds: ['drop', 'decline'], withinDays: 21, change: scaled(0.25) },
  {
    name: 'to 50 % over 8 weeks',
    kinds: ['decline', 'drop'],
    withinDays: 84,
    change: (amount, sinceMs, hours, base) =>
      scaled(Math.max(0.5, 1 - (0.5 * sinceMs) / (56 * DAY_MS)))(amount, sinceMs, hours, base),
  },
  { name: 'use x 3 from a day on', kinds: ['surge'], withinDays: 21, change: scaled(3) },
  { name: 'leak of 5 L/h', kinds: ['continuous-flow'], withinDays: 14, only: 'water', change: leaking(5) },
  { name: 'leak of 20 L/h', kinds: ['continuous-flow'], withinDays: 14, only: 'water', change: leaking(20) },
  { name: 'leak of 50 L/h', kinds: ['continuous-flow'], withinDays: 14, only: 'water', change: leaking(50) },
]
const TREND_KINDS: readonly AlertKind[] = ['drop', 'decline', 'surge', 'continuous-flow']
/** A home is changed once it has been watched for so long. */
const WARMUP_DAYS = 75
const SHARE = 0.2

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      readings: { type: 'string' },
      timezone: { type: 'string', default: 'UTC' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
    },
  })
  if (values.readings === undefined) {
    throw new OperationalError(
      'no-readings',
      'say which readings: npm run bench -- trend --readings FILE.csv.gz',
    )
  }
  const file = openReadingFile(values.readings)
  const { series } = await loadReadings(
    file,
    () => {},
    () => {},
  )
  const profiles = series.map(({ meter, kind }): Profile => ({
    household: meter as string as HouseholdId,
    tier: 'medium',
    timezone: values.timezone,
    rule: 'evidence',
    meters: [{ id: meter, kind }],
  }))
  const judge = (lives: readonly Series[]): BacktestAlert[] =>
    runBacktest({ profiles, series: lives, budget: 0.5 })
  const lived = judge(series)
  report(lived, series)
  if (values.only === 'false-alarms') return
  // A heatwave, and a festival for which half of everything stands still.
  for (const factor of [1.4, 0.4]) reportVillage(judge, series, lived, factor)
  const random = seeded(1)
  for (const injection of INJECTIONS) {
    if (values.only !== '' && !injection.name.includes(values.only)) continue
    const found: number[] = []
    let count = 0
    let silent = 0
    for (let round = 0; round < Number(values.rounds); round++) {
      const onsets = drawOnsets(series, injection, random)
      const alerts = judge(series.map((one) => changed(one, onsets.get(one.meter), injection)))
      for (const [meter, onsetMs] of onsets) {
        count++
        const delay = delayOf(alerts, lived, meter, onsetMs, injection)
        if (delay !== null) found.push(delay)
        else if (delayOf(alerts, lived, meter, onsetMs, { ...injection, kinds: ['inactivity'] }) !== null)
          silent++
      }
    }
    found.sort((a, b) => a - b)
    const days = (share: number): string => (found[Math.floor(share * found.length)] ?? NaN).toFixed(1)
    say(
      `${injection.name.padEnd(26)} ${count} homes, found ${((100 * found.length) / Math.max(1, count)).toFixed(0)} % within ${injection.withinDays} d; delay median ${days(0.5)} d, 90 % ${days(0.9)} d; of the others ${silent} had an inactivity alert`,
    )
  }
}

function report(alerts: readonly BacktestAlert[], series: readonly Series[]): void {
  const months = series.reduce((sum, one) => sum + watchedMs(one) / (30 * DAY_MS), 0)
  say(`${series.length} homes, ${months.toFixed(0)} home-months after the first four weeks`)
  for (const kind of TREND_KINDS) {
    const mine = alerts.filter((alert) => alert.kind === kind)
    const perHome = series.map(
      ({ meter }) => mine.filter(({ household }) => household === (meter as string)).length,
    )
    perHome.sort((a, b) => b - a)
    const openDays = mine.reduce(
      (sum, { raisedAtMs, clearedAtMs }) => sum + ((clearedAtMs ?? raisedAtMs) - raisedAtMs) / DAY_MS,
      0,
    )
    const reds = ['yellow', 'orange', 'red'].map(
      (severity) => mine.filter((alert) => alert.severity === severity).length,
    )
    say(
      `  ${kind.padEnd(16)} ${(mine.length / months).toFixed(3)} a home-month (${mine.length}: ${reds.join('/')}; homes with any: ${perHome.filter((n) => n > 0).length}, most in one: ${perHome[0] ?? 0}); median open ${median(mine)} d, ${(openDays / months).toFixed(2)} d a home-month`,
    )
  }
}

function median(alerts: readonly BacktestAlert[]): string {
  const days = alerts.map(
    ({ raisedAtMs, clearedAtMs }) => ((clearedAtMs ?? raisedAtMs) - raisedAtMs) / DAY_MS,
  )
  return (days.sort((a, b) => a - b)[days.length >> 1] ?? NaN).toFixed(1)
}

/** Everybody uses so many times as much for two weeks in the middle of the file: how many more alerts does that make? */
function reportVillage(
  judge: (series: readonly Series[]) => BacktestAlert[],
  series: readonly Series[],
  lived: readonly BacktestAlert[],
  factor: number,
): void {
  const middles = series
    .map((one) => ((one.endMs[0] ?? 0) + (one.endMs[one.length - 1] ?? 0)) / 2)
    .sort((a, b) => a - b)
  const fromMs = middles[middles.length >> 1] ?? 0
  const toMs = fromMs + 14 * DAY_MS
  const during: Injection = {
    name: 'village',
    kinds: TREND_KINDS,
    withinDays: 14,
    change: (amount, sinceMs, hours, base) =>
      fromMs + sinceMs > toMs ? amount : scaled(factor)(amount, sinceMs, hours, base),
  }
  const moved = series.map((one) => changed(one, fromMs, during))
  const near = (alerts: readonly BacktestAlert[]): number =>
    alerts.filter(
      ({ kind, raisedAtMs }) =>
        kind !== 'continuous-flow' &&
        TREND_KINDS.includes(kind) &&
        raisedAtMs > fromMs &&
        raisedAtMs < toMs + 28 * DAY_MS,
    ).length
  say(
    `what people use in all homes x ${factor} for two weeks: ${near(judge(moved))} drops, declines and surges in those six weeks; without it ${near(lived)}`,
  )
}

function watchedMs(series: Series): number {
  let total = 0
  const fromMs = (series.endMs[0] ?? 0) + 28 * DAY_MS
  for (let row = 0; row < series.length; row++) {
    if ((series.endMs[row] ?? 0) > fromMs && !Number.isNaN(series.amount[row]))
      total += series.intervalMs[row] ?? 0
  }
  return total
}

/** In random order, homes that are watched for long enough before and after, at midday of a random day. */
function drawOnsets(
  series: readonly Series[],
  injection: Injection,
  random: () => number,
): Map<Series['meter'], EpochMs> {
  const onsets = new Map<Series['meter'], EpochMs>()
  const order = series.map((one) => ({ one, at: random() })).sort((a, b) => a.at - b.at)
  for (const { one } of order) {
    if (onsets.size >= SHARE * series.length) break
    if (injection.only !== undefined && one.kind !== injection.only) continue
    const fromMs = (one.endMs[0] ?? 0) + WARMUP_DAYS * DAY_MS
    const toMs = (one.endMs[one.length - 1] ?? 0) - injection.withinDays * DAY_MS
    if (toMs <= fromMs) continue
    for (let attempt = 0; attempt < 20; attempt++) {
      const onsetMs = fromMs + random() * (toMs - fromMs)
      if (!isLived(one, onsetMs)) continue
      onsets.set(one.meter, onsetMs)
      break
    }
  }
  return onsets
}

/** The meter reports around the onset, or nobody could be blamed for not seeing it. */
function isLived(series: Series, onsetMs: EpochMs): boolean {
  let hours = 0
  let amount = 0
  for (let row = 0; row < series.length; row++) {
    const endMs = series.endMs[row] ?? 0
    if (endMs <= onsetMs || endMs > onsetMs + 5 * DAY_MS) continue
    if (Number.isNaN(series.amount[row])) continue
    hours += (series.intervalMs[row] ?? 0) / HOUR_MS
    amount += series.amount[row] ?? 0
  }
  return hours > 0.9 * 5 * 24 && amount > 0
}

function changed(series: Series, onsetMs: EpochMs | undefined, { change }: Injection): Series {
  if (onsetMs === undefined) return series
  const base = series.kind === 'water' ? 0 : lowLoad(series, onsetMs)
  return {
    ...series,
    amount: series.amount.map((amount, row) => {
      const sinceMs = (series.endMs[row] ?? 0) - onsetMs
      return sinceMs <= 0 ? amount : change(amount, sinceMs, (series.intervalMs[row] ?? 0) / HOUR_MS, base)
    }),
  }
}

/** What an electricity meter shows at the least: the lowest tenth of the four weeks before, per hour. */
function lowLoad(series: Series, onsetMs: EpochMs): number {
  const loads: number[] = []
  for (let row = 0; row < series.length; row++) {
    const endMs = series.endMs[row] ?? 0
    if (endMs <= onsetMs && endMs > onsetMs - 28 * DAY_MS)
      loads.push(((series.amount[row] ?? 0) * HOUR_MS) / (series.intervalMs[row] ?? HOUR_MS))
  }
  return loads.sort((a, b) => a - b)[Math.floor(loads.length / 10)] ?? 0
}

/** Days from the onset to the first alert of it; null where there is none that the life as it was did not have. */
function delayOf(
  alerts: readonly BacktestAlert[],
  lived: readonly BacktestAlert[],
  meter: Series['meter'],
  onsetMs: EpochMs,
  { kinds, withinDays }: Injection,
): number | null {
  const mine = (list: readonly BacktestAlert[]): BacktestAlert[] =>
    list.filter(
      ({ household, kind, raisedAtMs }) =>
        household === (meter as string) &&
        kinds.includes(kind) &&
        raisedAtMs > onsetMs &&
        raisedAtMs <= onsetMs + withinDays * DAY_MS,
    )
  const before = new Set(mine(lived).map(({ kind, onsetMs: at }) => `${kind}${at}`))
  const first = mine(alerts).find(({ kind, onsetMs: at }) => !before.has(`${kind}${at}`))
  return first === undefined ? null : (first.raisedAtMs - onsetMs) / DAY_MS
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
