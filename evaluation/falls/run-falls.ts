import { parseArgs } from 'node:util'
import type { LivedHome, Stop } from '../../detector/fit/inject-stops.ts'
import { tally, thresholdFor } from '../../detector/fit/count-alarms.ts'
import { SCORE, traceHome, type Trace } from '../../detector/fit/trace-home.ts'
import { MODEL } from '../../detector/core/life/model.ts'
import type { MeterKind } from '../../domain/units.ts'
import { DAY_MS } from '../../domain/time.ts'
import { createCalendar } from '../../simulators/village/calendar.ts'
import type { Home } from '../../simulators/village/home.ts'
import { seededRandom } from '../../simulators/village/random.ts'
import { settleCounty } from '../../simulators/village/settle-county.ts'
import { percent, writeTable } from '../write-table.ts'
import { drawFalls, fallAt, liveHome, type LeftOn, type Life, type Watched } from './live-homes.ts'

const START = '2025-12-01T00:00:00+08:00'
const TIMEZONE = 'Asia/Shanghai'
const NOTHING: LeftOn = { leftOnW: 0, tapLPerHour: 0 }

type Left = 'nothing' | 'light' | 'tap'
const LEFT: Record<Left, { readonly name: string; readonly draw: (watched: Watched, seed: number, onsetMs: number) => LeftOn }> = {
  nothing: { name: 'nothing left on', draw: () => NOTHING },
  light: {
    name: 'a light or television left on',
    draw: ({ home }, seed, onsetMs) => ({
      ...NOTHING,
      leftOnW: seededRandom(seed, home.household, onsetMs, 'left on').between(20, 150),
    }),
  },
  tap: {
    name: 'a tap left running',
    draw: ({ home }, seed, onsetMs) => ({
      ...NOTHING,
      tapLPerHour: seededRandom(seed, home.household, onsetMs, 'tap').between(60, 500),
    }),
  },
}

const GROUPS: readonly (readonly [name: string, has: (home: Home) => boolean])[] = [
  ['all homes', () => true],
  ['tight', (home) => !isLeaky(home) && !isLoud(home)],
  ['tight, dial of 10 L', (home) => !isLeaky(home) && home.water.resolution === 10],
  ['leaky', isLeaky],
  ['leaky, even (up to 15 %)', (home) => isLeaky(home) && home.house.leakUnevenness < 0.15],
  ['leaky, uneven', (home) => isLeaky(home) && home.house.leakUnevenness >= 0.15],
  ['leaky, read each 15 or 30 min', (home) => isLeaky(home) && (home.stepMinutes ?? 60) < 60],
  ['leaky, dial of 10 L', (home) => isLeaky(home) && home.water.resolution === 10],
  ['storage heating', isLoud],
]

function isLeaky({ house }: Home): boolean {
  return house.leakLPerHour > 0
}

function isLoud({ house }: Home): boolean {
  return house.storageHeaterW > 0
}

const METERS: readonly (readonly [name: string, kinds: readonly MeterKind[]])[] = [
  ['both', ['water', 'electricity']],
  ['water', ['water']],
  ['electricity', ['electricity']],
]

/**
 * Many falls in each home of a county, at one threshold for all that costs as many false alarms as asked for: what is left
 * running when somebody falls, and what the house itself lets run.
 */
export async function run(args: string[]): Promise<void> {
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
  const seed = Number(values.seed)
  const fromMs = Date.parse(START)
  const life: Life = {
    seed,
    calendar: createCalendar(TIMEZONE, seed),
    timezone: TIMEZONE,
    fromMs,
    toMs: fromMs + Number(values.days) * DAY_MS,
  }
  const homes = settleCounty({ households: Number(values.homes), seed, homesPerGateway: 50 })
  const watched = homes.map((home) => liveHome(home, life))
  const kinds = METERS.find(([name]) => name === values.meters)?.[1] ?? ['water', 'electricity']
  const results = (Object.keys(LEFT) as Left[]).map((left) => ({
    left,
    traces: watched.map((one) => traceFalls(one, drawFalls(one, Number(values.falls), life), left, life, kinds)),
  }))
  const lived = results[0]?.traces ?? []
  const rate = Number(values.rate)
  const threshold = thresholdFor(lived, rate)
  const rows: string[][] = [['falls', 'homes', 'falls', 'false alarms', '≤ 12 h', '≤ 24 h', '≤ 48 h', '≤ 96 h', 'median']]
  for (const { left, traces } of results) {
    for (const [name, has] of GROUPS) {
      const chosen = traces.filter((_, at) => {
        const home = homes[at]
        return home !== undefined && has(home)
      })
      const one = tally(chosen, threshold)
      if (one.stops === 0) continue
      rows.push([
        `${LEFT[left].name}: ${name}`,
        String(chosen.length),
        String(one.stops),
        one.falseAlarms.toFixed(3),
        ...[12, 24, 48, 96].map((hours) => percent(one.within(hours), 1)),
        one.medianDelayHours > 24 * 6 ? '-' : `${one.medianDelayHours.toFixed(0)} h`,
      ])
    }
  }
  process.stdout.write(`${writeTable(rows)}\n`)
}

function traceFalls(one: Watched, falls: readonly Stop[], left: Left, life: Life, kinds: readonly MeterKind[]): Trace {
  const heard = <T extends { readonly kind: MeterKind }>(series: readonly T[]): T[] =>
    series.filter(({ kind }) => kinds.includes(kind))
  const home: LivedHome = { ...one.lived, series: heard(one.lived.series) }
  return traceHome(home, falls, MODEL, SCORE, (_, onsetMs) =>
    heard(fallAt(one, onsetMs, LEFT[left].draw(one, life.seed, onsetMs), life)),
  )
}
