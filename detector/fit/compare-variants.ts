import { RULE_HOURS } from './compare-groups.ts'
import { tally, thresholdFor } from './count-alarms.ts'
import { crossTrace, type Sample } from './cross-fit.ts'
import { percent, shortCell, tableHead, tableRow } from './print-tally.ts'
import { traceRule } from './trace-rule.ts'
import { VARIANTS } from './variants.ts'

/** What the model is without each of its ideas, on all homes, at the false alarms of the rules. */
export function compareVariants(sample: Sample, print: (line: string) => void): void {
  const rule = sample.homes.map((home) => traceRule(home, sample.stops.get(home) ?? []))
  const yardsticks = RULE_HOURS.map((hours) => tally(rule, hours))
  print(`\n### ${sample.kind}: median delay, within 24 h, within 48 h; never found; under alert\n`)
  print(
    tableHead(['model', ...yardsticks.map(({ falseAlarms }) => `at ${falseAlarms.toFixed(2)} false alarms`)]),
  )
  print(tableRow(['the rule of 24 h, of 48 h', ...yardsticks.map(shortCell)]))
  for (const variant of VARIANTS) {
    if (variant.only !== undefined && variant.only !== sample.kind) continue
    const traces = crossTrace(sample, variant)
    const cells = yardsticks.map(({ falseAlarms }) => {
      const found = tally(traces, thresholdFor(traces, falseAlarms))
      return `${shortCell(found)}; ${percent(found.missed / found.stops)}; ${(100 * found.underAlert).toFixed(1)} %`
    })
    print(tableRow([variant.name, ...cells]))
  }
}
