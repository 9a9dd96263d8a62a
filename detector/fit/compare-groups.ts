import type { LivedHome } from './inject-stops.ts'
import { tally, thresholdFor } from './count-alarms.ts'
import { crossTrace, type Sample } from './cross-fit.ts'
import { halfOf } from './half-of.ts'
import { TALLY_HEAD, tableHead, tableRow, tallyCells } from './print-tally.ts'
import { SCORE, type Trace } from './trace-home.ts'
import { traceRule } from './trace-rule.ts'

/** Hours without use at which cities' rules call. */
export const RULE_HOURS = [24, 48] as const

type Group = readonly [name: string, has: (home: LivedHome) => boolean]

/** The model against the rule, on all homes and on groups of them: each group at its own rule's false alarms. */
export function compareGroups(
  sample: Sample,
  alone: ReadonlySet<string> | null,
  print: (line: string) => void,
): void {
  const model = crossTrace(sample, { name: 'the model', evidence: SCORE })
  const rule = sample.homes.map((home) => traceRule(home, sample.stops.get(home) ?? []))
  print(`\n### ${sample.kind}: the model at the false alarms of the rule\n`)
  print(tableHead(['homes', 'who judges', ...TALLY_HEAD]))
  const groups: Group[] = [
    ['all', () => true],
    ['held out', ({ household }) => halfOf(household) === 1],
    ['tuned', ({ household }) => halfOf(household) === 0],
  ]
  const isAlone = ({ household }: LivedHome): boolean => alone?.has(household) ?? false
  if (sample.homes.some(isAlone)) groups.push(['of one person', isAlone])
  for (const [name, has] of groups) {
    const homes = [model, rule].map((traces) => traces.filter(({ home }) => has(home)))
    const label = `${name} (${homes[0]?.length ?? 0})`
    for (const hours of RULE_HOURS) compare(label, hours, homes[0] ?? [], homes[1] ?? [], print)
  }
  if (!sample.homes.some(isAlone)) return
  for (const hours of RULE_HOURS) {
    const threshold = thresholdFor(model, tally(rule, hours).falseAlarms)
    const here = tally(
      model.filter(({ home }) => isAlone(home)),
      threshold,
    )
    print(tableRow(['of one person', `model, threshold of all at ${hours} h`, ...tallyCells(here)]))
  }
}

function compare(
  label: string,
  hours: number,
  model: readonly Trace[],
  rule: readonly Trace[],
  print: (line: string) => void,
): void {
  const yardstick = tally(rule, hours)
  const ours = tally(model, thresholdFor(model, yardstick.falseAlarms))
  print(tableRow([label, `rule of ${hours} h`, ...tallyCells(yardstick)]))
  print(tableRow([label, 'model', ...tallyCells(ours)]))
}
