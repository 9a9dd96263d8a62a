import * as time from '../../../domain/time.ts'
import type { HomeEvent } from '../home-event.ts'
import type { Observation } from '../observation.ts'
import { hourOf, wallMs } from '../local-time.ts'
import { describeFlow, describeFlowStopped } from './explain-flow.ts'
import * as parameters from './parameters.ts'
import * as places from './places.ts'
import * as codes from './state.ts'
import { flowOf, flowRowOf, type TrendState } from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { HOUR_MS, SECOND_MS } = time
const {
  FLOW_GROWS_AFTER_HOURS,
  FLOW_HOURS,
  FLOW_LONGEST_GAP_HOURS,
  FLOW_LONGEST_INTERVAL_HOURS,
  FLOW_LONGEST_WAIT_HOURS,
  FLOW_MIN_COVER,
  FLOW_MIN_DAYS,
  FLOW_MIN_L_PER_H,
  FLOW_ORANGE_L_PER_H,
  FLOW_OVER_LONGEST,
  FLOW_OVER_USUAL,
  FLOW_RED_L_PER_H,
  HOUR_COVER,
  NIGHT_FROM_HOUR,
  NIGHT_TO_HOUR,
} = parameters
const { F, FLOW_DAYS, FLOW_MARK_ROW, FLOW_ROW, FLOWING_ROW, G, R } = places
const PER_L = codes.PER_UNIT.water

const HOUR_S = HOUR_MS / SECOND_MS
const SEVERITIES = ['yellow', 'orange', 'red'] as const

/**
 * `continuous-flow`: water that has not stopped for a day. Hours (UTC) are added up from whatever intervals come; the
 * run of hours above the bar goes on until one measured hour is below it. What was not measured neither feeds nor ends it,
 * but a run that was mostly not measured is no run.
 */
export function observeFlow(
  state: TrendState,
  observation: Observation,
  say: (event: HomeEvent) => void,
): void {
  const { endMs, intervalMs, meter, amount } = observation
  const { u32, u16, u8, profile } = state
  if (amount === null || profile.meters[meter]?.kind !== 'water') return
  if (!(intervalMs > 0) || intervalMs > FLOW_LONGEST_INTERVAL_HOURS * HOUR_MS) return
  const row = flowRowOf(profile, meter)
  const flow = state.flow + row * FLOW_ROW
  const cover = state.flowing + row * FLOWING_ROW + G.hourCoverS
  const mark = state.flowMark + row * FLOW_MARK_ROW
  const hour = Math.floor((endMs - intervalMs / 2) / HOUR_MS)
  const before = u32[flow + F.hour] ?? 0
  if (hour !== before) {
    if (hour - before > FLOW_LONGEST_GAP_HOURS && u8[mark + R.raised] === 0) u32[flow + F.fromS] = 0
    u32[flow + F.hour] = hour
    u32[flow + F.hourSum] = 0
    u16[cover] = 0
  }
  // An hour that was counted as soon as it was known well enough is not counted again.
  const known = u16[cover] ?? 0
  if (known >= HOUR_COVER * HOUR_S) return
  const sum = (u32[flow + F.hourSum] ?? 0) + Math.round(Math.max(0, amount) * PER_L)
  const coverS = known + Math.round(intervalMs / SECOND_MS)
  u32[flow + F.hourSum] = sum
  u16[cover] = coverS
  if (coverS < HOUR_COVER * HOUR_S) return
  const litres = Math.round((sum * HOUR_S) / coverS)
  const hours = u8[mark + R.dayHours] ?? 0
  u32[flow + F.dayMin] = hours === 0 ? litres : Math.min(litres, u32[flow + F.dayMin] ?? litres)
  u8[mark + R.dayHours] = Math.min(0xff, hours + 1)
  foldHour(state, row, observation, litres, say)
}

/** @param now mL in the hour */
function foldHour(
  state: TrendState,
  row: number,
  observation: Observation,
  now: number,
  say: (event: HomeEvent) => void,
): void {
  const { u32, u16, profile } = state
  const { endMs, intervalMs } = observation
  const flow = state.flow + row * FLOW_ROW
  const hours = state.flowing + row * FLOWING_ROW + G.hours
  if (u32[flow + F.fromS] === 0) {
    if (now < 1_000 * FLOW_MIN_L_PER_H) return
    const bar = 1_000 * Math.max(FLOW_MIN_L_PER_H, FLOW_OVER_USUAL * (usualFlow(state, row) ?? 0))
    if (now < bar) return
    u32[flow + F.fromS] = Math.floor((endMs - intervalMs) / SECOND_MS)
    u16[hours] = 1
    u32[flow + F.min] = now
    u32[flow + F.night] = 0
    u32[flow + F.bar] = bar
    return
  }
  if (now < (u32[flow + F.bar] ?? 0)) {
    endFlow(state, row, observation, say)
    return
  }
  u16[hours] = Math.min(0xffff, (u16[hours] ?? 0) + 1)
  u32[flow + F.min] = Math.min(now, u32[flow + F.min] ?? now)
  const hour = hourOf(wallMs(profile.timezone, endMs - intervalMs / 2))
  if (hour >= NIGHT_FROM_HOUR && hour < NIGHT_TO_HOUR) {
    const known = u32[flow + F.night] ?? 0
    u32[flow + F.night] = known === 0 || hour === NIGHT_FROM_HOUR ? now : Math.min(now, known)
  }
  judgeFlow(state, row, observation, say)
}

function endFlow(
  state: TrendState,
  row: number,
  { meter, endMs }: Observation,
  say: (event: HomeEvent) => void,
): void {
  const { u32, u8, profile } = state
  const flow = state.flow + row * FLOW_ROW
  const raised = state.flowMark + row * FLOW_MARK_ROW + R.raised
  const onsetMs = (u32[flow + F.fromS] ?? 0) * SECOND_MS
  const wasRaised = (u8[raised] ?? 0) > 0
  const hundredths = Math.round((100 * (endMs - onsetMs)) / HOUR_MS)
  u32[flow + F.longest] = Math.max(hundredths, u32[flow + F.longest] ?? 0)
  u32[flow + F.fromS] = 0
  u8[raised] = 0
  if (!wasRaised) return
  const { household } = profile
  const reason = describeFlowStopped(profile, endMs)
  say({ meter, finding: { type: 'clear', household, kind: 'continuous-flow', onsetMs, atMs: endMs, reason } })
}

function judgeFlow(
  state: TrendState,
  row: number,
  { meter, endMs }: Observation,
  say: (event: HomeEvent) => void,
): void {
  const { u32, u8, profile } = state
  const flow = state.flow + row * FLOW_ROW
  const mark = state.flowMark + row * FLOW_MARK_ROW
  const onsetMs = (u32[flow + F.fromS] ?? 0) * SECOND_MS
  const spanHours = (endMs - onsetMs) / HOUR_MS
  const hours = state.u16[state.flowing + row * FLOWING_ROW + G.hours] ?? 0
  const raised = u8[mark + R.raised] ?? 0
  if (spanHours < FLOW_HOURS || raised === 3) return
  const usual = usualFlow(state, row)
  if (raised === 0 && (hours < spanHours * FLOW_MIN_COVER || usual === null)) return
  const litresPerHour = sizeOf(state, row) / 1_000
  if (raised === 0 && spanHours < hoursToWait(state, row, litresPerHour)) return
  if (raised === 0 && litresPerHour < FLOW_OVER_USUAL * (usual ?? 0)) {
    // It turned out to be what always flows here; the next hour is held against that.
    u32[flow + F.fromS] = 0
    return
  }
  const size = litresPerHour >= FLOW_RED_L_PER_H ? 2 : litresPerHour >= FLOW_ORANGE_L_PER_H ? 1 : 0
  const severity = Math.min(2, size + (spanHours >= FLOW_GROWS_AFTER_HOURS ? 1 : 0))
  if (raised > severity) return
  u8[mark + R.raised] = 1 + severity
  const said = {
    household: profile.household,
    kind: 'continuous-flow',
    onsetMs,
    atMs: endMs,
    severity: SEVERITIES[severity] ?? 'red',
    ...describeFlow(profile, meter, { onsetMs, endMs, litresPerHour, usualLPerH: usual ?? 0 }),
  } as const
  const { id } = profile.meters[meter] ?? { id: null }
  if (id === null) return
  say({
    meter,
    finding: raised === 0 ? { type: 'raise', meters: [id], ...said } : { type: 'escalate', ...said },
  })
}

/** The size of a flow, mL/h: what flowed while people sleep, because by day its lowest hours may hold, or precede it with, other use. */
function sizeOf({ u32, flow }: TrendState, row: number): number {
  const night = u32[flow + row * FLOW_ROW + F.night] ?? 0
  return night > 0 ? night : (u32[flow + row * FLOW_ROW + F.min] ?? 0)
}

/** A home whose water often runs for a day (a cistern that hangs now and then) is told of a small flow that outlasts those. */
function hoursToWait({ u32, flow }: TrendState, row: number, litresPerHour: number): number {
  if (litresPerHour >= FLOW_ORANGE_L_PER_H) return FLOW_HOURS
  const known = (FLOW_OVER_LONGEST * (u32[flow + row * FLOW_ROW + F.longest] ?? 0)) / 100
  return Math.max(FLOW_HOURS, Math.min(FLOW_LONGEST_WAIT_HOURS, known))
}

const known = new Uint8Array(FLOW_DAYS)

/** Median of the lowest hours of the last days, L/h; null while too few are known. */
function usualFlow({ u8, flows }: TrendState, row: number): number | null {
  let count = 0
  for (let day = 0; day < FLOW_DAYS; day++) {
    const code = u8[flows + row * FLOW_DAYS + day] ?? 0
    if (code === 0) continue
    // Into its place among those before it: of so few, and mostly alike, faster than any sort.
    let place = count++
    for (; place > 0 && (known[place - 1] ?? 0) > code; place--) known[place] = known[place - 1] ?? 0
    known[place] = code
  }
  if (count < FLOW_MIN_DAYS) return null
  return flowOf(known[count >> 1] ?? 1)
}
