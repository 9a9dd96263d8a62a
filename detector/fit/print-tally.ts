import type { Tally } from './count-alarms.ts'

/** Rows of a table in Markdown, as docs/DETECTION.md has them. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

export function tableHead(cells: readonly string[]): string {
  return `${tableRow(cells)}\n|${'---|'.repeat(cells.length)}`
}

export const TALLY_HEAD = [
  'false alarms',
  'stops',
  'median delay',
  '≤ 12 h',
  '≤ 24 h',
  '≤ 48 h',
  'never',
  'under alert',
  'median home',
]

export function tallyCells(tally: Tally): string[] {
  return [
    tally.falseAlarms.toFixed(2),
    String(tally.stops),
    `${tally.medianDelayHours} h`,
    ...[12, 24, 48].map((hours) => percent(tally.within(hours))),
    percent(tally.missed / tally.stops),
    `${(100 * tally.underAlert).toFixed(1)} %`,
    tally.medianHome.toFixed(2),
  ]
}

/** Median delay, share within 24 h, within 48 h. */
export function shortCell(tally: Tally): string {
  return `${tally.medianDelayHours} h, ${percent(tally.within(24))}, ${percent(tally.within(48))}`
}

export function percent(share: number): string {
  return Number.isNaN(share) ? '-' : `${Math.round(100 * share)} %`
}
