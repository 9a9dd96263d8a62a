import fs from 'node:fs'
import zlib from 'node:zlib'
import { foldLife, newLife } from '../../detector/core/life/fold.ts'
import { showsLife } from '../../detector/core/life/base-load.ts'
import { wallMs } from '../../detector/core/local-time.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { HOUR_MS, type EpochMs } from '../../domain/time.ts'
import { loadReadings } from '../../detector/backtest/load-readings.ts'
import type { Series } from '../../detector/backtest/series.ts'
import { openReadingFile } from '../../platform/reading-file.ts'

/** One hour of the wall clock: what the meter said and, where it was noted, the truth. */
export interface Hour {
  /** Hours since 1970 on the home's own clock. */
  readonly wall: number
  /** Use in each interval of the hour, per hour. */
  readonly loads: readonly number[]
  /** The life model calls one of its intervals somebody's doing. */
  readonly sign: boolean
  /** The model knew a base load by then: before it, no sign means nothing. */
  readonly known: boolean
  /** Share of the hour in which somebody was in; null: not noted. */
  readonly occupied: number | null
}

/** A file of one home's meter and a file of when somebody was in, hour by hour. */
export async function loadHome(readings: string, occupancy: string, timezone: string): Promise<Hour[]> {
  const { series } = await loadReadings(
    openReadingFile(readings),
    () => undefined,
    () => undefined,
  )
  const [meter] = series
  if (meter === undefined || series.length > 1)
    throw new OperationalError(
      'not-one-meter',
      `${readings} has ${series.length} meters: give the file of one.`,
    )
  return hoursOf(meter, readOccupancy(occupancy), timezone)
}

function hoursOf(meter: Series, occupied: ReadonlyMap<EpochMs, boolean>, timezone: string): Hour[] {
  const profile = {
    household: meter.meter as string as HouseholdId,
    tier: 'medium',
    timezone,
    rule: 'evidence',
    meters: [{ id: meter.meter, kind: meter.kind }],
  } as const
  const state = newLife(profile)
  const hours = new Map<number, { loads: number[]; sign: boolean; known: boolean; noted: boolean[] }>()
  for (let row = 0; row < meter.length; row++) {
    const [endMs = 0, intervalMs = 0] = [meter.endMs[row], meter.intervalMs[row]]
    const amount = meter.amount[row] ?? NaN
    if (Number.isNaN(amount) || intervalMs <= 0) continue
    const observation = { meter: 0, endMs, intervalMs, amount, measured: true }
    const isLife = showsLife(state, observation)
    const wall = Math.floor(wallMs(timezone, endMs - intervalMs / 2) / HOUR_MS)
    const hour = hours.get(wall) ?? { loads: [], sign: false, known: true, noted: [] }
    hours.set(wall, hour)
    hour.loads.push(amount / (intervalMs / HOUR_MS))
    hour.known &&= isLife !== null
    hour.sign ||= isLife === true
    const truth = occupied.get(endMs - intervalMs)
    if (truth !== undefined) hour.noted.push(truth)
    foldLife(state, observation, { thresholdOn: () => Infinity })
  }
  return [...hours]
    .sort(([a], [b]) => a - b)
    .map(([wall, { loads, sign, known, noted }]) => ({
      wall,
      loads,
      sign,
      known,
      occupied: noted.length === 0 ? null : noted.filter(Boolean).length / noted.length,
    }))
}

const HEADER = 'timestamp,home,occupied'

/** `timestamp,home,occupied` (1 or 0 for the quarter of an hour that starts at the timestamp), plain or gzip. */
function readOccupancy(file: string): Map<EpochMs, boolean> {
  let text: string
  try {
    const bytes = fs.readFileSync(file)
    text = (file.endsWith('.gz') ? zlib.gunzipSync(bytes) : bytes).toString()
  } catch (error) {
    throw new OperationalError('file-unreadable', `cannot read ${file}: ${messageOf(error)}.`, {
      cause: error,
    })
  }
  const [header, ...lines] = text.trim().split('\n')
  if (header?.trim() !== HEADER)
    throw new OperationalError('file-unreadable', `${file} does not begin with "${HEADER}".`)
  return new Map(
    lines.map((line) => {
      const [time = '', , occupied] = line.trim().split(',')
      return [Date.parse(time), occupied === '1']
    }),
  )
}
