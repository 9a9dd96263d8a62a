import type { LivedHome, Stop } from './inject-stops.ts'
import { MODEL } from '../core/life/model.ts'
import { tally, thresholdFor } from './count-alarms.ts'
import { TALLY_HEAD, tableHead, tableRow, tallyCells } from './print-tally.ts'
import { SCORE, traceHome } from './trace-home.ts'

/** False alarms per home and 30 days at which homes with one meter and with two are compared. */
const RATES = [0.5, 0.2] as const

/** What the second meter buys: the same homes, the same stops, with both meters heard and with either alone. */
export function compareMeters(
  homes: readonly LivedHome[],
  stops: ReadonlyMap<LivedHome, readonly Stop[]>,
  print: (line: string) => void,
): void {
  print('\n### Both meters and either alone\n')
  print(tableHead(['meters', ...TALLY_HEAD]))
  for (const rate of RATES) {
    for (const [name, kinds] of [
      ['both', ['water', 'electricity']],
      ['water alone', ['water']],
      ['electricity alone', ['electricity']],
    ] as const) {
      const traces = homes.map((home) => {
        const series = home.series.filter(({ kind }) => kinds.some((one) => one === kind))
        return traceHome({ ...home, series }, stops.get(home) ?? [], MODEL, SCORE)
      })
      print(tableRow([name, ...tallyCells(tally(traces, thresholdFor(traces, rate)))]))
    }
  }
}
