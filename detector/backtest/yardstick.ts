import type { Finding } from '../../domain/finding.ts'
import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import { hourOf, wallMs } from '../core/local-time.ts'
import type { Observation, Profile } from '../core/observation.ts'
import type { Yardstick } from './contender.ts'

/**
 * No use for so many hours in a row. Water is used when any flows; electricity when the power is above 1.3 times the 90th
 * percentile of the home's own nights (02-05 local, last 28 days, taken anew each day). A gap starts the count anew. In
 * a home of several meters a use of any of them ends the silence, and all must be silent for it to count.
 */
export interface YardstickState {
  readonly profile: Profile
  readonly hours: number
  readonly meters: readonly MeterSilence[]
  openOnsetMs: EpochMs | null
}

interface MeterSilence {
  lastEndMs: EpochMs
  stepMs: number
  /** Observed silence in a row, ms. */
  silentMs: number
  /** Night loads, kWh per hour, and when they ended; oldest first. */
  nights: { readonly endMs: EpochMs; readonly load: number }[]
  threshold: number
  refreshAtMs: EpochMs
}

const HOURS: Record<Yardstick, number> = { 'silent-24h': 24, 'silent-48h': 48 }
const NIGHT_DAYS = 28
const NIGHT_FROM = 2
const NIGHT_TO = 5
const NIGHT_QUANTILE = 0.9
const NIGHT_MARGIN = 1.3
/** Fewer nights' loads than this say nothing yet. */
const LEAST_LOADS = 40
/** A distance above so many usual steps is a gap. */
const GAP_STEPS = 1.5

export function newYardstick(rule: Yardstick, profile: Profile): YardstickState {
  return {
    profile,
    hours: HOURS[rule],
    meters: profile.meters.map(({ kind }) => ({
      lastEndMs: -Infinity,
      stepMs: 0,
      silentMs: 0,
      nights: [],
      threshold: kind === 'water' ? 0 : Infinity,
      refreshAtMs: -Infinity,
    })),
    openOnsetMs: null,
  }
}

export function cloneYardstick(state: YardstickState): YardstickState {
  return { ...state, meters: state.meters.map((meter) => ({ ...meter, nights: [...meter.nights] })) }
}

export function foldYardstick(state: YardstickState, observation: Observation): Finding[] {
  const { amount, endMs, intervalMs, measured } = observation
  const meter = state.meters[observation.meter]
  if (meter === undefined || !measured || amount === null || !(intervalMs > 0)) return []
  const load = (amount * HOUR_MS) / intervalMs
  if (state.profile.meters[observation.meter]?.kind === 'electricity') {
    watchNights(meter, state.profile.timezone, endMs, intervalMs, load)
  }
  const gap = endMs - meter.lastEndMs > GAP_STEPS * Math.max(intervalMs, meter.stepMs)
  meter.stepMs = intervalMs
  meter.lastEndMs = endMs
  if (gap) meter.silentMs = 0
  if (meter.threshold !== Infinity && load <= meter.threshold) {
    meter.silentMs += intervalMs
    return raised(state, endMs)
  }
  for (const each of state.meters) each.silentMs = 0
  if (state.openOnsetMs === null) return []
  const onsetMs = state.openOnsetMs
  state.openOnsetMs = null
  const { household } = state.profile
  return [{ type: 'clear', household, kind: 'inactivity', onsetMs, atMs: endMs, reason: { en: '', zh: '' } }]
}

function raised(state: YardstickState, endMs: EpochMs): Finding[] {
  const silentMs = Math.min(...state.meters.map((meter) => meter.silentMs))
  if (state.openOnsetMs !== null || silentMs < state.hours * HOUR_MS) return []
  state.openOnsetMs = endMs - silentMs
  return [
    {
      type: 'raise',
      household: state.profile.household,
      kind: 'inactivity',
      onsetMs: state.openOnsetMs,
      atMs: endMs,
      severity: 'orange',
      meters: state.profile.meters.map(({ id }) => id),
      explanation: { en: `No use for ${state.hours} h.`, zh: `已连续 ${state.hours} 小时无用量。` },
      evidence: {},
    },
  ]
}

/** Takes the threshold from the nights before this interval, once a day, and remembers the interval if it is of a night. */
function watchNights(
  meter: MeterSilence,
  timezone: string,
  endMs: EpochMs,
  intervalMs: number,
  load: number,
): void {
  const startMs = endMs - intervalMs
  if (startMs >= meter.refreshAtMs) {
    meter.refreshAtMs = startMs + DAY_MS
    meter.nights = meter.nights.filter((one) => one.endMs > startMs - NIGHT_DAYS * DAY_MS)
    const loads = meter.nights.map((one) => one.load).sort((a, b) => a - b)
    const quantile = loads[Math.floor(loads.length * NIGHT_QUANTILE)] ?? Infinity
    meter.threshold = loads.length > LEAST_LOADS ? quantile * NIGHT_MARGIN : Infinity
  }
  const hour = hourOf(wallMs(timezone, startMs))
  if (hour >= NIGHT_FROM && hour < NIGHT_TO) meter.nights.push({ endMs, load })
}
