import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadReadings } from '../detector/backtest/load-readings.ts'
import type { BacktestAlert } from '../detector/backtest/alert.ts'
import { runBacktest } from '../detector/backtest/run.ts'
import { usualStepMs } from '../detector/backtest/usual-step.ts'
import type { HouseholdId } from '../domain/ids.ts'
import { DAY_MS, HOUR_MS, toIso } from '../domain/time.ts'
import { openReadingFile, type BadLine } from '../platform/reading-file.ts'
import { MONDAY_MS, noise, usualLitres } from './detector/life-timeline.ts'
import { realData } from './real-data.ts'
import { temporaryFolder } from './temporary-folder.ts'

const HEADER = 'timestamp,meter_id,kind,value,unit'
const hearthline = fileURLToPath(new URL('../hearthline.ts', import.meta.url))
const run = promisify(execFile)

/** Three homes for some weeks, each away now and then. */
function rowsOf(days: number, seed: number): string[] {
  const rows: string[] = []
  for (let n = 0; n < days * 24; n++) {
    const timeMs = MONDAY_MS + n * HOUR_MS
    for (let home = 0; home < 3; home++) {
      const away = noise(Math.floor(n / 30), seed + home * 31) < 0.06
      const litres = away ? 0 : usualLitres(n % 24, n, seed + home)
      if (noise(n, seed + home + 500) > 0.02) rows.push(`${toIso(timeMs)},W${home},water,${litres},L`)
    }
  }
  return rows
}

async function alertsOf(file: string, budget = 0.8): Promise<{ alerts: BacktestAlert[]; bad: BadLine[] }> {
  const bad: BadLine[] = []
  const { series } = await loadReadings(
    openReadingFile(file),
    (one) => bad.push(one),
    () => {},
  )
  const profiles = series.map(({ meter, kind }) => ({
    household: meter as string as HouseholdId,
    tier: 'medium' as const,
    timezone: 'UTC',
    rule: 'evidence' as const,
    meters: [{ id: meter, kind }],
  }))
  return { alerts: runBacktest({ profiles, series, budget }), bad }
}

function write(folder: string, name: string, rows: readonly string[]): string {
  const file = path.join(folder, name)
  fs.writeFileSync(file, `${[HEADER, ...rows].join('\n')}\n`)
  return file
}

describe('backtest', () => {
  it('gives of any prefix of the data the alerts of that prefix', async () => {
    const folder = temporaryFolder()
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 30, max: 69 }),
        async (seed, days) => {
          const rows = rowsOf(70, seed)
          const cutMs = MONDAY_MS + days * DAY_MS
          const before = rows.filter((row) => Date.parse(row.slice(0, 20)) < cutMs)
          const whole = await alertsOf(write(folder, 'whole.csv', rows))
          const prefix = await alertsOf(write(folder, 'prefix.csv', before))
          const seen = (alert: BacktestAlert): unknown => ({
            ...alert,
            severity: null,
            clearedAtMs: alert.clearedAtMs !== null && alert.clearedAtMs <= cutMs ? alert.clearedAtMs : null,
          })
          expect(prefix.alerts.map(seen)).toEqual(
            whole.alerts.filter(({ raisedAtMs }) => raisedAtMs <= cutMs).map(seen),
          )
        },
      ),
      { numRuns: 8 },
    )
  })

  it('loses nothing to rows out of order', async () => {
    const folder = temporaryFolder()
    const rows = rowsOf(50, 7)
    const shaken = rows.map((row, n) => ({ row, key: n + 40 * noise(n, 3) })).sort((a, b) => a.key - b.key)
    const one = await alertsOf(write(folder, 'a.csv', rows))
    const other = await alertsOf(
      write(
        folder,
        'b.csv',
        shaken.map(({ row }) => row),
      ),
    )
    expect(one.alerts.length).toBeGreaterThan(0)
    expect(other.alerts).toEqual(one.alerts)
  })

  it('takes the hours that a sparse file leaves out for no data', async () => {
    const rows = rowsOf(60, 3).filter((row) => !row.endsWith(',0,L'))
    expect((await alertsOf(write(temporaryFolder(), 'sparse.csv', rows), 5)).alerts).toEqual([])
  })

  it('judges registers by their differences', async () => {
    const folder = temporaryFolder()
    const rows = rowsOf(60, 11).filter((row) => row.includes(',W0,'))
    let register = 1_000
    const registers = rows.map((row) => {
      const [time = '', , , value] = row.split(',')
      register += Number(value)
      return `${toIso(Date.parse(time) + HOUR_MS)},W0,water,${register},L_register`
    })
    const first = `${rows[0]?.slice(0, 20)},W0,water,1000,L_register`
    const direct = await alertsOf(write(folder, 'a.csv', rows), 2)
    const derived = await alertsOf(write(folder, 'b.csv', [first, ...registers]), 2)
    expect(direct.alerts.length).toBeGreaterThan(0)
    const times = (list: readonly BacktestAlert[]) => list.map(({ onsetMs }) => onsetMs)
    // A register tells what an interval file leaves out, so a few silences may be seen sooner, none is lost.
    expect(times(derived.alerts)).toEqual(expect.arrayContaining(times(direct.alerts).slice(0, 1)))
  })

  it('names bad lines, says how to mend them, and uses all the others', async () => {
    const rows = rowsOf(30, 5)
    const broken = [
      'yesterday,W0,water,1,L',
      `${toIso(MONDAY_MS)},W0,electricity,1,kWh`,
      `${toIso(MONDAY_MS)},W1,water,-3,L`,
      `${toIso(MONDAY_MS)},W1,water,30,m3_register`,
    ]
    const folder = temporaryFolder()
    const { alerts, bad } = await alertsOf(write(folder, 'bad.csv', [...rows, ...broken]))
    expect(bad.map(({ line }) => line - rows.length - 1)).toEqual([1, 2, 3, 4])
    for (const { message } of bad) expect(message.length).toBeGreaterThan(20)
    expect(alerts).toEqual((await alertsOf(write(folder, 'good.csv', rows))).alerts)
  })

  it('knows the usual step of a meter from its first two weeks', () => {
    const hours = Float64Array.from({ length: 400 }, (_, n) => n * HOUR_MS)
    const thenQuarters = Float64Array.from([
      ...hours,
      ...Array.from({ length: 4000 }, (_, n) => 400 * HOUR_MS + n * 900_000),
    ])
    expect(usualStepMs(hours)).toBe(HOUR_MS)
    expect(usualStepMs(thenQuarters)).toBe(HOUR_MS)
    expect(usualStepMs(Float64Array.from([0, 31 * DAY_MS, 60 * DAY_MS]))).toBe(31 * DAY_MS)
    expect(usualStepMs(Float64Array.from([5]))).toBe(HOUR_MS)
  })

  it('is a command: gzip in, one JSON object a line out, households joined', async () => {
    const folder = temporaryFolder()
    const readings = path.join(folder, 'readings.csv.gz')
    fs.writeFileSync(readings, zlib.gzipSync(`${[HEADER, ...rowsOf(60, 11), 'x'].join('\n')}\n`))
    const households = path.join(folder, 'homes.csv')
    fs.writeFileSync(households, 'household,meter,kind,tier,rule\nH1,W0,water,high,evidence\nH1,W9,water,,\n')
    const out = path.join(folder, 'alerts.ndjson')
    const { stderr } = await run(process.execPath, [
      hearthline,
      'backtest',
      '--readings',
      readings,
      '--households',
      households,
      '--budget',
      '2',
      '--out',
      out,
    ])
    expect(stderr).toMatch(/line \d+: 1 fields instead of 5/)
    expect(stderr).toMatch(/of 3 homes, \d+ alerts .*; 1 bad lines were passed over/)
    const lines = fs.readFileSync(out, 'utf8').trim().split('\n')
    const alerts = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    const homes = new Set(alerts.map((alert) => alert['household']))
    expect(homes.has('H1')).toBe(true)
    expect(homes.has('W0')).toBe(false)
    for (const alert of alerts) {
      expect(Object.keys(alert)).toEqual([
        'household',
        'meters',
        'kind',
        'severity',
        'onset',
        'raisedAt',
        'clearedAt',
        'explanation',
        'evidence',
      ])
    }
  })

  it('judges 386,083 real readings near the budget asked for', async (context) => {
    const readings = realData(context, 'daiad_water_hourly.csv.gz')
    const out = path.join(temporaryFolder(), 'alerts.ndjson')
    await run(process.execPath, [
      hearthline,
      'backtest',
      '--readings',
      readings,
      '--timezone',
      'Europe/Madrid',
      '--budget',
      '0.7',
      '--out',
      out,
    ])
    // 503 home-months after the first four weeks, and some alerts before.
    const lines = fs.readFileSync(out, 'utf8').trim().split('\n')
    const alerts = lines.filter((line) => line.includes('"kind":"inactivity"')).length
    expect(alerts).toBeGreaterThan(0.7 * 503 * 0.85)
    expect(alerts).toBeLessThan(0.7 * 550 * 1.25)
  })
})
