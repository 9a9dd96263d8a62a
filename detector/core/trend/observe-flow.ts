import * as time from '../../../domain/time.ts'
import type { EpochMs } from '../../../domain/time.ts'
import type { HomeEvent } from '../home-event.ts'
import type { Observation, Profile } from '../observation.ts'
import { hourOf, wallMs } from '../local-time.ts'
import { describeFlow, describeFlowStopped } from './explain-flow.ts'
import * as parameters from './parameters.ts'
import * as places from './state.ts'
import { flowOf, getByte, meterAt, type TrendState } from './state.ts'

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
const { FLOW_DAYS, M, PER_UNIT } = places

const HOUR_S = HOUR_MS / SECOND_MS
const SEVERITIES = ['yellow', 'orange', 'red'] as const

/**
 * `continuous-flow`: water that has not stopped for a day. Hours (UTC) are added up from whatever intervals come; the
 * run of hours above the bar goes on until one measured hour is below it. What was not measured neither feeds nor ends it,
 * but a run that was mostly not measured is no run.
 */
export function observeFlow(
  state: TrendState,
  offset: number,
  profile: Profile,
  observation: Observation,
  say: (event: HomeEvent) => void,
): void {
  const { endMs, intervalMs, meter, amount } = observation
  if (amount === null || profile.meters[meter]?.kind !== 'water') return
  if (!(intervalMs > 0) || intervalMs > FLOW_LONGEST_INTERVAL_HOURS * HOUR_MS) return
  const at = meterAt(offset, meter)
  const hour = Math.floor((endMs - intervalMs / 2) / HOUR_MS)
  const before = state[at + M.hour] ?? 0
  if (hour !== before) {
    if (hour - before > FLOW_LONGEST_GAP_HOURS && state[at + M.flowRaised] === 0) state[at + M.flowFromS] = 0
    state[at + M.hour] = hour
    state[at + M.hourSum] = 0
    state[at + M.hourCoverS] = 0
  }
  // An hour that was counted as soon as it was known well enough is not counted again.
  const known = state[at + M.hourCoverS] ?? 0
  if (known >= HOUR_COVER * HOUR_S) return
  state[at + M.hourSum] = (state[at + M.hourSum] ?? 0) + Math.round(Math.max(0, amount) * PER_UNIT.water)
  state[at + M.hourCoverS] = known + Math.round(intervalMs / SECOND_MS)
  const coverS = state[at + M.hourCoverS] ?? 0
  if (coverS < HOUR_COVER * HOUR_S) return
  const flow = Math.round(((state[at + M.hourSum] ?? 0) * HOUR_S) / coverS)
  const hours = state[at + M.dayHours] ?? 0
  state[at + M.dayMin] = hours === 0 ? flow : Math.min(flow, state[at + M.dayMin] ?? flow)
  state[at + M.dayHours] = hours + 1
  foldHour(state, at, profile, observation, flow, say)
}

function foldHour(
  state: TrendState,
  at: number,
  profile: Profile,
  { meter, endMs, intervalMs }: Observation,
  flow: number,
  say: (event: HomeEvent) => void,
): void {
  const fromS = state[at + M.flowFromS] ?? 0
  if (fromS === 0) {
    if (flow < 1_000 * FLOW_MIN_L_PER_H) return
    const bar = 1_000 * Math.max(FLOW_MIN_L_PER_H, FLOW_OVER_USUAL * (usualFlow(state, at) ?? 0))
    if (flow < bar) return
    state[at + M.flowFromS] = Math.floor((endMs - intervalMs) / SECOND_MS)
    state[at + M.flowHours] = 1
    state[at + M.flowMin] = flow
    state[at + M.flowNight] = 0
    state[at + M.flowBar] = bar
    return
  }
  if (flow < (state[at + M.flowBar] ?? 0)) {
    endFlow(state, at, profile, meter, endMs, say)
    return
  }
  state[at + M.flowHours] = (state[at + M.flowHours] ?? 0) + 1
  state[at + M.flowMin] = Math.min(flow, state[at + M.flowMin] ?? flow)
  const hour = hourOf(wallMs(profile.timezone, endMs - intervalMs / 2))
  if (hour >= NIGHT_FROM_HOUR && hour < NIGHT_TO_HOUR) {
    const known = state[at + M.flowNight] ?? 0
    state[at + M.flowNight] = known === 0 || hour === NIGHT_FROM_HOUR ? flow : Math.min(flow, known)
  }
  judgeFlow(state, at, profile, meter, endMs, say)
}

function endFlow(
  state: TrendState,
  at: number,
  profile: Profile,
  meter: number,
  endMs: EpochMs,
  say: (event: HomeEvent) => void,
): void {
  const onsetMs = (state[at + M.flowFromS] ?? 0) * SECOND_MS
  const wasRaised = (state[at + M.flowRaised] ?? 0) > 0
  const hundredths = Math.round((100 * (endMs - onsetMs)) / HOUR_MS)
  state[at + M.flowLongest] = Math.max(hundredths, state[at + M.flowLongest] ?? 0)
  state[at + M.flowFromS] = 0
  state[at + M.flowRaised] = 0
  if (!wasRaised) return
  const reason = describeFlowStopped(profile, endMs)
  say({
    meter,
    finding: {
      type: 'clear',
      household: profile.household,
      kind: 'continuous-flow',
      onsetMs,
      atMs: endMs,
      reason,
    },
  })
}

function judgeFlow(
  state: TrendState,
  at: number,
  profile: Profile,
  meter: number,
  endMs: EpochMs,
  say: (event: HomeEvent) => void,
): void {
  const onsetMs = (state[at + M.flowFromS] ?? 0) * SECOND_MS
  const spanHours = (endMs - onsetMs) / HOUR_MS
  const hours = state[at + M.flowHours] ?? 0
  const raised = state[at + M.flowRaised] ?? 0
  if (spanHours < FLOW_HOURS || raised === 3) return
  const usual = usualFlow(state, at)
  if (raised === 0 && (hours < spanHours * FLOW_MIN_COVER || usual === null)) return
  const litresPerHour = sizeOf(state, at) / 1_000
  if (raised === 0 && spanHours < hoursToWait(state, at, litresPerHour)) return
  if (raised === 0 && litresPerHour < FLOW_OVER_USUAL * (usual ?? 0)) {
    // It turned out to be what always flows here; the next hour is held against that.
    state[at + M.flowFromS] = 0
    return
  }
  const size = litresPerHour >= FLOW_RED_L_PER_H ? 2 : litresPerHour >= FLOW_ORANGE_L_PER_H ? 1 : 0
  const severity = Math.min(2, size + (spanHours >= FLOW_GROWS_AFTER_HOURS ? 1 : 0))
  if (raised > severity) return
  state[at + M.flowRaised] = 1 + severity
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
function sizeOf(state: TrendState, at: number): number {
  const night = state[at + M.flowNight] ?? 0
  return night > 0 ? night : (state[at + M.flowMin] ?? 0)
}

/** A home whose water often runs for a day (a cistern that hangs now and then) is told of a small flow that outlasts those. */
function hoursToWait(state: TrendState, at: number, litresPerHour: number): number {
  if (litresPerHour >= FLOW_ORANGE_L_PER_H) return FLOW_HOURS
  const known = (FLOW_OVER_LONGEST * (state[at + M.flowLongest] ?? 0)) / 100
  return Math.max(FLOW_HOURS, Math.min(FLOW_LONGEST_WAIT_HOURS, known))
}

const known = new Uint8Array(FLOW_DAYS)

/** Median of the lowest hours of the last days, L/h; null while too few are known. */
function usualFlow(state: TrendState, at: number): number | null {
  let count = 0
  for (let day = 0; day < FLOW_DAYS; day++) {
    const code = getByte(state, at + M.flows, day)
    if (code === 0) continue
    // Into its place among those before it: of so few, and mostly alike, faster than any sort.
    let place = count++
    for (; place > 0 && (known[place - 1] ?? 0) > code; place--) known[place] = known[place - 1] ?? 0
    known[place] = code
  }
  if (count < FLOW_MIN_DAYS) return null
  return flowOf(known[count >> 1] ?? 1)
}
