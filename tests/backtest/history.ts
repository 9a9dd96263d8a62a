import fs from 'node:fs'
import path from 'node:path'
import { startCrew } from '../../detector/backtest/crew.ts'
import type { Contender } from '../../detector/backtest/contender.ts'
import { alertsOf, foldHistory, type History } from '../../detector/backtest/fold-history.ts'
import { readRows } from '../../detector/backtest/load-readings.ts'
import { gatherHomes, profilesOf } from '../../detector/backtest/profiles.ts'
import type { StopPlan } from '../../detector/backtest/stops/plan-stops.ts'
import type { BacktestAlert } from '../../detector/backtest/alert.ts'
import { HOUR_MS, toIso } from '../../domain/time.ts'
import { openReadingFile } from '../../platform/reading-file.ts'
import { MONDAY_MS, noise, usualLitres } from '../detector/life-timeline.ts'

const HEADER = 'timestamp,meter_id,kind,value,unit'

/** Homes with water and, every other one, electricity as a register; each away now and then, with gaps. */
export function rowsOf(homes: number, days: number, seed: number): string[] {
  const rows: string[] = []
  const registers = new Float64Array(homes)
  for (let n = 0; n < days * 24; n++) {
    const timeMs = MONDAY_MS + n * HOUR_MS
    for (let home = 0; home < homes; home++) {
      const away = noise(Math.floor(n / 30), seed + home * 31) < 0.06
      const litres = away ? 0 : usualLitres(n % 24, n, seed + home)
      if (noise(n, seed + home + 500) > 0.02) rows.push(`${toIso(timeMs)},W${home},water,${litres},L`)
      if (home % 2 === 1) continue
      const power = 0.08 + 0.04 * noise(n, seed + home + 900) + (litres > 0 ? 0.6 : 0)
      registers[home] = (registers[home] ?? 0) + Math.round(power * 100) / 100
      rows.push(`${toIso(timeMs)},E${home},electricity,${registers[home]?.toFixed(2)},kWh_register`)
    }
  }
  return rows
}

export function write(folder: string, name: string, rows: readonly string[]): string {
  const file = path.join(folder, name)
  fs.writeFileSync(file, `${[HEADER, ...rows].join('\n')}\n`)
  return file
}

/** Folds a file with a crew; meters W1 and E1 are one home. */
export async function foldFile(
  file: string,
  options: {
    readonly contenders: readonly Contender[]
    readonly workers?: number
    readonly stops?: StopPlan | null
    readonly timezone?: string
    readonly joined?: boolean
  },
): Promise<{ history: History; alerts: BacktestAlert[] }> {
  const { contenders, workers = 1, stops = null, timezone = 'UTC', joined = false } = options
  const { meters } = await readRows(
    openReadingFile(file),
    ({ line, message }) => {
      throw new Error(`line ${line}: ${message}`)
    },
    () => {},
  )
  const profiles = profilesOf(meters, null, timezone)
  const homes = joined
    ? profiles
        .filter(({ meters: [meter] }) => meter?.id.startsWith('W'))
        .map((profile) => {
          const pair = profiles.find(({ household }) => household === profile.household.replace('W', 'E'))
          return { ...profile, meters: [...profile.meters, ...(pair?.meters ?? [])] }
        })
    : profiles
  const crew = await startCrew(workers, contenders, gatherHomes(homes, meters))
  try {
    const history = await foldHistory(crew, contenders, stops, () => {})
    return { history, alerts: await alertsOf(crew, history, 0) }
  } finally {
    await crew.stop()
  }
}
