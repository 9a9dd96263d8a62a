import type { Score } from '../score/score.ts'

interface Shown {
  readonly head: readonly [string, string]
  readonly words: string
  readonly value: (score: Score) => string
}

const NONE = '–'
const number = (value: number | null, digits = 2): string => (value === null ? NONE : value.toFixed(digits))
const percent = (value: number | null, digits = 0): string =>
  value === null ? NONE : `${(100 * value).toFixed(digits)} %`

/** The columns of the table: their two lines of heading, and their words where there is no room for a table. */
const COLUMNS: readonly Shown[] = [
  {
    head: ['alerts a', 'home-month'],
    words: 'alerts per home and month',
    value: (score) => number(score.alertsPerHomeMonth),
  },
  { head: ['median', 'home'], words: 'the median home', value: (score) => number(score.medianHome) },
  { head: ['knocks', 'a day'], words: 'knocks a day', value: (score) => number(score.knocksPerDay, 1) },
  { head: ['under', 'alert'], words: 'time under alert', value: (score) => percent(score.underAlert, 1) },
  { head: ['median', 'delay'], words: 'median delay', value: (score) => hours(score.medianDelayHours) },
  { head: ['found in', '24 h'], words: 'found within 24 h', value: (score) => percent(score.within24h) },
  { head: ['found in', '48 h'], words: 'found within 48 h', value: (score) => percent(score.within48h) },
  { head: ['never', 'found'], words: 'never found', value: (score) => percent(score.neverFound) },
]

/** Two weeks and more is never. */
function hours(value: number | null): string {
  if (value === null) return NONE
  return value >= 14 * 24 ? 'never' : `${Number(value.toFixed(1))} h`
}

const GAP = 2

/** The scores as lines of at most `width` characters: a table where it fits, a paragraph for each contender where not. */
export function renderTable(scores: readonly Score[], width: number): string[] {
  const rows = scores.map((score) => [score.contender, ...COLUMNS.map(({ value }) => value(score))])
  const heads = [0, 1].map((line) => ['', ...COLUMNS.map(({ head }) => head[line] ?? '')])
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...[...heads, ...rows].map((cells) => (cells[at] ?? '').length)),
  )
  const total = widths.reduce((sum, each) => sum + each + GAP, -GAP)
  if (total > width) return scores.flatMap(renderParagraph)
  const lay = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join(' '.repeat(GAP))
      .trimEnd()
  return [...heads.map(lay), '-'.repeat(total), ...rows.map(lay)]
}

function renderParagraph(score: Score): string[] {
  const widest = Math.max(...COLUMNS.map(({ words }) => words.length))
  return [
    score.contender,
    ...COLUMNS.map(({ words, value }) => `  ${words.padEnd(widest)}  ${value(score).padStart(6)}`),
    '',
  ]
}

/** What a reader of the table must know to read it right. */
export function explainTable(scores: readonly Score[], homesInFile: number, rounds: number): string[] {
  const [first] = scores
  if (first === undefined) return []
  const stops = scores.map((score) => score.stops)
  const [fewest, most] = [Math.min(...stops), Math.max(...stops)]
  const unscored = homesInFile - first.homes
  const lines = [
    `${first.homes} homes, ${first.homeMonths.toFixed(0)} home-months after the first four weeks of each. All of this history is taken for life as usual: every alert in it counts as false.`,
  ]
  if (unscored > 0)
    lines.push(`${unscored} homes with less than eight weeks of readings are judged, but not counted.`)
  lines.push(
    most === 0
      ? 'No life could be stopped: that needs 56 days of a home, reported without large gaps.'
      : `Delays: life was made to stop ${fewest === most ? most : `${fewest} to ${most}`} times in ${rounds} rounds (homes under an alert already are left out: nobody could tell).`,
  )
  return lines
}
