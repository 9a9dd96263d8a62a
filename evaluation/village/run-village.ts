import fs from 'node:fs'
import { parseArgs } from 'node:util'
import { INACTIVITY_RULES } from '../../domain/household.ts'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { DAY_MS, toIso } from '../../domain/time.ts'
import { showProgress } from '../../platform/progress.ts'
import { createAlertCollector } from './collect-alerts.ts'
import { foundCounty, type County } from './county.ts'
import { feedCounty, type Fed } from './feed-county.ts'
import { recordLines } from './record-lines.ts'
import { scoreAlerts, type Scored } from './score-alerts.ts'
import { tellReport } from './tell-report.ts'
import { truthOf } from './truth-of-homes.ts'

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
      out: { type: 'string' },
    },
  })
  const fromMs = Date.parse(values.start)
  if (Number.isNaN(fromMs)) throw refused('--start', values.start, 'a time such as 2025-12-01T00:00:00+08:00')
  const households = wholeNumber('--homes', values.homes, 10, 100_000)
  const days = wholeNumber('--days', values.days, 35, 3_660)
  const seed = wholeNumber('--seed', values.seed, 0, 4_294_967_295)
  const budget = Number(values.budget)
  if (!(budget > 0)) throw refused('--budget', values.budget, 'alerts per home and month, above 0')

  const rule = INACTIVITY_RULES.find((known) => known === values.rule)
  if (rule === undefined) throw refused('--rule', values.rule, `one of ${INACTIVITY_RULES.join(', ')}`)

  // Half an hour of work must not end in a file that cannot be written.
  if (values.out !== undefined) writeOut(values.out, [])

  const startedMs = Date.now()
  const toMs = fromMs + days * DAY_MS
  const county = foundCounty({ households, seed, timezone: TIMEZONE, rule, fromMs, toMs })
  const { scored, fed } = evaluateCounty(county, budget)
  const seconds = (Date.now() - startedMs) / 1000
  say(
    `${households} homes, ${days} days from ${toIso(fromMs)}, seed ${seed}, judged by ${rule}: ${fed.readings} readings (${countsOf(fed)}) ` +
      `in ${seconds.toFixed(0)} s, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB\n`,
  )
  say(tellReport(county, scored, budget))
  if (values.out === undefined) return Promise.resolve()
  writeOut(values.out, recordLines(county, scored))
  say(`\nwrote every alert and incident with its verdict to ${values.out}`)
  return Promise.resolve()
}

/** Lives a county through the system and holds what it said against the truth. */
export function evaluateCounty(county: County, budget: number): { scored: Scored; fed: Fed } {
  const { fromMs, toMs } = county
  const collector = createAlertCollector()
  const bar = showProgress('living', Math.round((toMs - fromMs) / DAY_MS), 'days')
  try {
    const fed = feedCounty(county, {
      budget,
      onFinding: (finding, saidMs) => collector.take(finding, saidMs),
      onProgress: (reachedMs, readings) =>
        bar.update(Math.floor((reachedMs - fromMs) / DAY_MS), `${Math.round(readings / 1000)} k readings`),
    })
    return {
      fed,
      scored: scoreAlerts(collector.alerts(), collector.heldToTheEnd(), county, truthOf(county)),
    }
  } finally {
    bar.finish()
  }
}

function countsOf({ counted }: Fed): string {
  return [...counted]
    .filter(([name]) => name !== 'received' && name !== 'kept' && name !== 'rejected')
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

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < low || value > high)
    throw refused(name, text, `a whole number from ${low} to ${high}`)
  return value
}

function refused(name: string, text: string, wanted: string): OperationalError {
  return new OperationalError('bad-option', `${name} is ${JSON.stringify(text)}: give ${wanted}.`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
