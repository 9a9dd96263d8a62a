import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import { wallMs } from '../core/local-time.ts'
import type { Observation, Profile } from '../core/observation.ts'
import type { Series } from './series.ts'

/** What the report shows of an hour of a home. */
export const CELL = { unknown: 0, silent: 1, life: 2 } as const

/** A home day by day, on its wall clock: 24 cells and a sum per meter each. */
export interface Portrait {
  readonly household: string
  readonly timezone: string
  readonly meters: Profile['meters']
  /** Local days since 1970. */
  readonly firstDay: number
  readonly cells: Uint8Array
  /** Use per local day, kWh or L; NaN where nothing was measured. */
  readonly use: readonly Float32Array[]
  lastLifeMs: EpochMs
}

const HOURS = 24
/** A day counts as observed when so many of its hours are. */
const ENOUGH_HOURS = 12

export function newPortrait(profile: Profile, series: readonly Series[]): Portrait {
  let firstMs = Infinity
  let lastMs = -Infinity
  for (const { endMs, intervalMs, length } of series) {
    if (length === 0) continue
    firstMs = Math.min(firstMs, (endMs[0] ?? Infinity) - (intervalMs[0] ?? 0))
    lastMs = Math.max(lastMs, endMs[length - 1] ?? -Infinity)
  }
  const firstDay = dayAt(profile.timezone, firstMs)
  const days = dayAt(profile.timezone, lastMs) - firstDay + 1
  return {
    household: profile.household,
    timezone: profile.timezone,
    meters: profile.meters,
    firstDay,
    cells: new Uint8Array(days * HOURS),
    use: series.map(() => new Float32Array(days).fill(NaN)),
    lastLifeMs: -Infinity,
  }
}

/** Takes an observation that has been judged; `lastLifeMs`: the last life sign by then. */
export function portray(portrait: Portrait, observation: Observation, lastLifeMs: EpochMs | null): void {
  const { amount, endMs, intervalMs, measured, meter } = observation
  const lives = lastLifeMs === endMs && portrait.lastLifeMs !== endMs
  portrait.lastLifeMs = lastLifeMs ?? -Infinity
  if (!measured || amount === null || !(intervalMs > 0)) return
  const fromWall = wallMs(portrait.timezone, endMs - intervalMs)
  const day = Math.floor((fromWall + intervalMs / 2) / DAY_MS) - portrait.firstDay
  const use = portrait.use[meter]
  if (use !== undefined && day >= 0 && day < use.length) {
    const known = use[day] ?? NaN
    use[day] = (Number.isNaN(known) ? 0 : known) + amount
  }
  // Before anything is known of the home nobody can tell life from the fridge.
  if (lastLifeMs === null) return
  const first = Math.floor(fromWall / HOUR_MS) - portrait.firstDay * HOURS
  const last = Math.ceil((fromWall + intervalMs) / HOUR_MS) - 1 - portrait.firstDay * HOURS
  const cell = lives ? CELL.life : CELL.silent
  for (let at = Math.max(0, first); at <= last && at < portrait.cells.length; at++) {
    if ((portrait.cells[at] ?? 0) < cell) portrait.cells[at] = cell
  }
}

/** Days that were observed, and those of them on which nobody lived. */
export function countDays({ cells }: Portrait): { observedDays: number; lifelessDays: number } {
  let observedDays = 0
  let lifelessDays = 0
  for (let from = 0; from < cells.length; from += HOURS) {
    const day = cells.subarray(from, from + HOURS)
    if (day.reduce((seen, cell) => seen + (cell === CELL.unknown ? 0 : 1), 0) < ENOUGH_HOURS) continue
    observedDays++
    if (!day.includes(CELL.life)) lifelessDays++
  }
  return { observedDays, lifelessDays }
}

function dayAt(timezone: string, timeMs: EpochMs): number {
  return Math.floor(wallMs(timezone, timeMs) / DAY_MS)
}
