import path from 'node:path'
import { readHouseholdsFile } from '../../ingest/households-file.ts'
import { openReadingFile } from '../../platform/reading-file.ts'
import type { LivedHome } from './inject-stops.ts'
import { loadReadings } from '../backtest/load-readings.ts'

/** The homes with both meters of a simulated village, as `hearthline simulate --out FOLDER` writes it. */
export async function loadVillage(folder: string, timezone: string): Promise<LivedHome[]> {
  const households = await readHouseholdsFile(path.join(folder, 'households.csv'))
  const { series } = await loadReadings(
    openReadingFile(path.join(folder, 'readings.csv.gz')),
    () => {},
    () => {},
  )
  const byMeter = new Map(series.map((one) => [one.meter, one]))
  return households.flatMap(({ id, timezone: own, meters }): LivedHome[] => {
    const both = meters.flatMap((meter) => byMeter.get(meter.id) ?? [])
    const kinds = new Set(both.map(({ kind }) => kind))
    return kinds.size < 2 ? [] : [{ household: id, timezone: own ?? timezone, series: both }]
  })
}
