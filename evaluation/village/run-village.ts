import fs from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { INACTIVITY_RULES } from '../../domain/household.ts'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { DAY_MS, toIso } from '../../domain/time.ts'
import { showProgress } from '../../platform/progress.ts'
import { refused, wholeNumber } from '../read-options.ts'
import { foundCounty, partsOf, wholeOf, type CountyPlan } from './county.ts'
import { scoreCounty, type Lived } from './live-county.ts'
import { liveParts } from './live-parts.ts'
import { recordLines } from './record-lines.ts'
import { mergeScores } from './score-alerts.ts'
import { tellReport } from './tell-report.ts'

/** 1 December: half a year from here has a winter, a Spring Festival and the first heat. */
const START = '2025-12-01T00:00:00+08:00'
const TIMEZONE = 'Asia/Shanghai'

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      homes: { type: 'string', default: '100' },
      days: { type: 'string', default: '90' },
      seed: { type: 'string', default: '1' },
      budget: { type: 'string', default: '0.2' },
      start: { type: 'string', default: START },
      rule: { type: 'string', default: 'evidence' },
      parts: { type: 'string', default: '1' },
      workers: { type: 'string' },
      out: { type: 'string' },
    },
  })
  const fromMs = Date.parse(values.start)
  if (Number.isNaN(fromMs)) throw refused('--start', values.start, 'a time such as 2025-12-01T00:00:00+08:00')
  const households = wholeNumber('--homes', values.homes, 10, 100_000)
  const days = wholeNumber('--days', values.days, 35, 3_660)
  const seed = wholeNumber('--seed', values.seed, 0, 4_294_967_295)
  const parts = wholeNumber('--parts', values.parts, 1, Math.floor(households / 10))
  const workers = wholeNumber(
    '--workers',
    values.workers ?? String(Math.min(parts, availableParallelism())),
    1,
    64,
  )
  const budget = Number(values.budget)
  if (!(budget > 0)) throw refused('--budget', values.budget, 'alerts per home and month, above 0')

  const rule = INACTIVITY_RULES.find((known) => known === values.rule)
  if (rule === undefined) throw refused('--rule', values.rule, `one of ${INACTIVITY_RULES.join(', ')}`)

  // Half an hour of work must not end in a file that cannot be written.
  if (values.out !== undefined) writeOut(values.out, [])

  const startedMs = Date.now()
  const toMs = fromMs + days * DAY_MS
  const plan = { households, firstHome: 0, seed, timezone: TIMEZONE, rule, fromMs, toMs }
  const plans = partsOf(plan, parts)
  const lived = await liveAll(plans, budget, workers, days * parts)
  const counties = plans.map(foundCounty)
  const whole = wholeOf(plan, counties)
  const scored = mergeScores(
    counties.flatMap((county, at) => {
      const part = lived[at]
      return part === undefined ? [] : [scoreCounty(county, part)]
    }),
  )
  const seconds = (Date.now() - startedMs) / 1000
  say(
    `${households} homes in ${parts} ${parts === 1 ? 'part' : 'parts'}, ${days} days from ${toIso(fromMs)}, seed ${seed}, judged by ${rule}: ` +
      `${countsOf(lived)} in ${seconds.toFixed(0)} s, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB\n`,
  )
  say(tellReport(whole, scored, budget))
  if (values.out === undefined) return
  writeOut(values.out, recordLines(whole, scored))
  say(`\nwrote every alert and incident with its verdict to ${values.out}`)
}

async function liveAll(
  plans: readonly CountyPlan[],
  budget: number,
  workers: number,
  days: number,
): Promise<Lived[]> {
  const bar = showProgress('living', days, plans.length === 1 ? 'days' : 'days of parts')
  try {
    return await liveParts(plans, budget, workers, (reached) =>
      bar.update(reached.days, `${Math.round(reached.readings / 1000)} k readings`),
    )
  } finally {
    bar.finish()
  }
}

function countsOf(lived: readonly Lived[]): string {
  const counts = new Map<string, number>()
  for (const { fed } of lived) {
    for (const [name, count] of fed.counted) counts.set(name, (counts.get(name) ?? 0) + count)
  }
  return [...counts]
    .filter(([name]) => name !== 'kept' && name !== 'rejected')
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function writeOut(file: string, lines: readonly string[]): void {
  try {
    fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  } catch (error) {
    throw new OperationalError(
      'file-unwritable',
      `cannot write ${file}: ${messageOf(error)}. Give a file in a folder that can be written.`,
      {
        cause: error,
      },
    )
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
