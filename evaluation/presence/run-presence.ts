import { parseArgs } from 'node:util'
import { timezoneSchema } from '../../domain/household.ts'
import { OperationalError } from '../../domain/operational-error.ts'
import { writeTable } from '../write-table.ts'
import { loadHome, type Hour } from './load-home.ts'
import { scorePresence, type Score } from './score-presence.ts'
import { DAY_HOURS, daysOf, evidenceOf, presentHours, type Day } from './tell-presence.ts'

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      readings: { type: 'string' },
      occupancy: { type: 'string' },
      timezone: { type: 'string', default: 'Europe/Zurich' },
    },
  })
  const { readings, occupancy, timezone } = values
  if (readings === undefined || occupancy === undefined)
    throw new OperationalError('bad-option', 'give --readings FILE and --occupancy FILE.')
  if (!timezoneSchema.safeParse(timezone).success)
    throw new OperationalError(
      'bad-option',
      `--timezone is "${timezone}": give an IANA name such as Europe/Zurich.`,
    )
  process.stdout.write(`${tellPresence(await loadHome(readings, occupancy, timezone))}\n`)
}

/** A way to say of a day whether somebody was in. */
type Way = readonly [name: string, present: (day: Day) => boolean]

/** The waking part of a day: by night everybody is in, and nothing shows it. */
const WAKING_FROM = 6
const WAKING_TO = 22

function isWaking({ wall }: Hour): boolean {
  const clock = wall % DAY_HOURS
  return clock >= WAKING_FROM && clock < WAKING_TO
}

function isOccupied({ occupied }: Hour): boolean {
  return (occupied ?? 0) >= 0.5
}

/** Ours and the yardsticks on the same days; none of them has seen the truth. */
export function tellPresence(hours: readonly Hour[]): string {
  const judged = hours.filter(({ occupied, known }) => occupied !== null && known)
  const days = daysOf(judged)
  const noted = days.filter((day) => day.hours.some(({ occupied }) => occupied !== 0))
  const waking = noted.map((day) => ({ ...day, hours: day.hours.filter(isWaking) }))
  const past = (day: Day): Day[] => days.filter(({ number }) => number < day.number)
  const told = presentHours(hours)
  const isTold = ({ wall }: Hour): boolean => told.has(wall)
  return [
    `${days.length} whole days with readings, truth and a base load that the model knows (of ${daysOf(hours).length});` +
      ` on ${days.length - noted.length} of them the truth says "empty" from midnight to midnight`,
    'A. Day, as the file has it: somebody was in at all',
    writeScores(
      scoreDays(days, ({ hours: own }) => own.some(({ occupied }) => occupied !== 0), [
        ['evidence of life above 0', (day) => evidenceOf(day, days) > 0],
        ['the same, from the days before it alone', (day) => evidenceOf(day, past(day)) > 0],
        ...yardsticks(days),
      ]),
    ),
    `B. Day, where anything is noted: somebody was in for half of ${WAKING_FROM} to ${WAKING_TO} and more`,
    writeScores(
      scoreDays(waking, (day) => isMost(day, isOccupied), [
        ['half of the hours near a life sign', (day) => isMost(day, isTold)],
        ...yardsticks(waking),
      ]),
    ),
    `C. Hour of ${WAKING_FROM} to ${WAKING_TO}, where anything is noted: somebody was in for half of it and more`,
    hourTable(waking, isTold),
  ].join('\n\n')
}

function isMost({ hours }: Day, holds: (hour: Hour) => boolean): boolean {
  return hours.filter(holds).length >= hours.length / 2
}

function hourTable(days: readonly Day[], isTold: (hour: Hour) => boolean): string {
  const hours = days.flatMap((day) => day.hours)
  const high = new Set(hours.filter((_hour, at) => aboveMedian(hours.map(({ loads }) => mean(loads)))[at]))
  const ways = [
    ['near a life sign', isTold],
    ['yardstick: use above its own median', (hour: Hour) => high.has(hour)],
  ] as const
  const whole = writeScores(
    ways.map(([name, isIn]) => [name, scorePresence(hours.map(isIn), hours.map(isOccupied))]),
  )
  const daily = ways.map(([name, isIn]) => {
    const scores = days
      .map((day) => scorePresence(day.hours.map(isIn), day.hours.map(isOccupied)).balancedAccuracy)
      .filter((score) => !Number.isNaN(score))
    return `${name} ${(100 * mean(scores)).toFixed(0)} % (${scores.length} days)`
  })
  return `${whole}\nmean of the days' own balanced accuracy, days with both: ${daily.join('; ')}`
}

function scoreDays(
  days: readonly Day[],
  truth: (day: Day) => boolean,
  ways: readonly Way[],
): [name: string, score: Score][] {
  return ways.map(([name, present]) => [name, scorePresence(days.map(present), days.map(truth))])
}

/** What anybody would try first. */
function yardsticks(days: readonly Day[]): Way[] {
  const among = (measure: (loads: readonly number[]) => number): ((day: Day) => boolean) => {
    const values = days.map(({ hours }) => measure(hours.flatMap(({ loads }) => loads)))
    const above = aboveMedian(values)
    return (day) => above[days.indexOf(day)] ?? false
  }
  return [
    ['yardstick: use above its own median', among(mean)],
    ['yardstick: spread of its loads above the median', among(spread)],
    ['yardstick: always in', () => true],
  ]
}

function writeScores(scores: readonly (readonly [name: string, score: Score])[]): string {
  const share = (value: number): string => (Number.isNaN(value) ? '-' : `${(100 * value).toFixed(0)} %`)
  return writeTable([
    ['told by', 'in', 'empty', 'in and called so', 'empty and called so', 'balanced accuracy'],
    ...scores.map(([name, score]) => [
      name,
      String(score.occupied),
      String(score.empty),
      share(score.sensitivity),
      share(score.specificity),
      share(score.balancedAccuracy),
    ]),
  ])
}

function aboveMedian(values: readonly number[]): boolean[] {
  const sorted = [...values].sort((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? 0
  return values.map((value) => value > median)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length
}

function spread(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}
