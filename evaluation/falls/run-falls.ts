import { parseArgs } from 'node:util'
import { MODEL } from '../../detector/core/life/model.ts'
import { tally, thresholdFor } from '../../detector/fit/count-alarms.ts'
import type { Stop } from '../../detector/fit/inject-stops.ts'
import { SCORE, traceHome, type Trace } from '../../detector/fit/trace-home.ts'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import { METER_KINDS, type MeterKind } from '../../domain/units.ts'
import { createCalendar } from '../../simulators/village/calendar.ts'
import type { Home } from '../../simulators/village/home.ts'
import { settleCounty } from '../../simulators/village/settle-county.ts'
import { refused, wholeNumber } from '../read-options.ts'
import { hours, percent, writeTable } from '../write-table.ts'
import { drawFalls, fallAt, liveHome, type LeftOn, type Life, type Watched } from './live-homes.ts'
import { CIRCUMSTANCES, GROUPS } from './what-is-left-on.ts'

const START = '2025-12-01T00:00:00+08:00'
const TIMEZONE = 'Asia/Shanghai'
const HOMES_PER_GATEWAY = 50
const SOON_HOURS = [12, 24, 48, 96] as const

/**
 * Many falls in each home of a county, at one threshold for all that costs as many false alarms as asked for: what the house
 * lets run by itself, and what was left running. The same falls for each circumstance.
 */
export function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      homes: { type: 'string', default: '300' },
      days: { type: 'string', default: '95' },
      seed: { type: 'string', default: '1' },
      falls: { type: 'string', default: '3' },
      rate: { type: 'string', default: '0.2' },
      meters: { type: 'string', default: 'both' },
    },
  })
  const households = wholeNumber('--homes', values.homes, 10, 100_000)
  const days = wholeNumber('--days', values.days, 60, 3_660)
  const seed = wholeNumber('--seed', values.seed, 0, 4_294_967_295)
  const falls = wholeNumber('--falls', values.falls, 1, 1_000)
  const rate = Number(values.rate)
  if (!(rate > 0)) throw refused('--rate', values.rate, 'false alarms per home and month, above 0')
  const kinds = METER_KINDS.filter((kind) => values.meters === 'both' || values.meters === kind)
  if (kinds.length === 0) throw refused('--meters', values.meters, 'both, water or electricity')

  const fromMs = Date.parse(START)
  const calendar = createCalendar(TIMEZONE, seed)
  const life: Life = { seed, calendar, timezone: TIMEZONE, fromMs, toMs: fromMs + days * DAY_MS }
  const homes = settleCounty({ households, seed, homesPerGateway: HOMES_PER_GATEWAY })
  const watched = homes.map((home) => liveHome(home, life))
  const drawn = watched.map((one) => drawFalls(one, falls, life))
  const traced = CIRCUMSTANCES.map(({ leftOn }) =>
    watched.map((one, at) =>
      traceFalls(one, drawn[at] ?? [], kinds, life, (onsetMs) => leftOn(one.home, seed, onsetMs)),
    ),
  )
  const threshold = thresholdFor(traced[0] ?? [], rate)
  const rows = CIRCUMSTANCES.flatMap(({ name }, at) => rowsOf(name, homes, traced[at] ?? [], threshold))
  const soon = SOON_HOURS.map((within) => `≤ ${within} h`)
  const head = ['falls', 'homes', 'falls', 'false alarms a home-month', ...soon, 'median']
  process.stdout.write(`${writeTable([head, ...rows])}\n`)
  return Promise.resolve()
}

function traceFalls(
  one: Watched,
  falls: readonly Stop[],
  kinds: readonly MeterKind[],
  life: Life,
  leftOn: (onsetMs: EpochMs) => LeftOn,
): Trace {
  const heard = <T extends { readonly kind: MeterKind }>(series: readonly T[]): T[] =>
    series.filter(({ kind }) => kinds.includes(kind))
  const home = { ...one.lived, series: heard(one.lived.series) }
  return traceHome(home, falls, MODEL, SCORE, (_, onsetMs) =>
    heard(fallAt(one, onsetMs, leftOn(onsetMs), life)),
  )
}

function rowsOf(
  name: string,
  homes: readonly Home[],
  traces: readonly Trace[],
  threshold: number,
): string[][] {
  return GROUPS.flatMap(([group, has]) => {
    const chosen = traces.filter((_, at) => {
      const home = homes[at]
      return home !== undefined && has(home)
    })
    const { stops, falseAlarms, within, medianDelayHours } = tally(chosen, threshold)
    if (stops === 0) return []
    const soon = SOON_HOURS.map((limit) => percent(within(limit), 1))
    const median = within(medianDelayHours) < 1 ? hours(medianDelayHours) : '-'
    return [
      [`${name}: ${group}`, String(chosen.length), String(stops), falseAlarms.toFixed(2), ...soon, median],
    ]
  })
}
