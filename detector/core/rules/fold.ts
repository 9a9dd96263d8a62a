import type { Finding } from '../../../domain/finding.ts'
import type { InactivityRule, RiskTier } from '../../../domain/household.ts'
import { DAY_MS, HOUR_MS, toIso, type EpochMs } from '../../../domain/time.ts'
import { hourOf, wallMs } from '../local-time.ts'
import type { Observation } from '../observation.ts'
import { describeRule, describeUse } from './explain.ts'
import { NEVER, R, WINDOW_HOURS, type RuleState } from './state.ts'

export { cloneRule, decodeRule, encodeRule, newRule, type RuleState } from './state.ts'

/** Use, to a fixed rule: any water, or more power than a standby draws. */
const STANDBY_KWH_PER_H = 0.05
const WINDOW_L = 10
const TIER_HOURS: Record<RiskTier, number> = { low: 50, medium: 36, high: 24 }
/** The day's two peaks, local hours, four each. */
const PEAKS = [
  [5, 9],
  [17, 21],
] as const
const PEAK_HOURS = 8
/** Share of a window that must have been observed before a rule may speak of it. */
const ENOUGH = 0.9

/**
 * The fixed rules of the cities, in the shape of the life model's fold, so that a centre can keep or compare them. What
 * was not measured counts neither as use nor as none: a rule waits until it has observed as much silence as it asks for.
 */
export function foldRule(state: RuleState, observation: Observation): Finding[] {
  const { amount, endMs, intervalMs, meter } = observation
  if (!observation.measured || amount === null || !(intervalMs > 0)) return []
  const { numbers, profile } = state
  if (numbers[R.firstMs] === NEVER) numbers[R.firstMs] = endMs
  const water = profile.meters[meter]?.kind === 'water'
  const use = water ? amount > 0 : (amount * HOUR_MS) / intervalMs > STANDBY_KWH_PER_H
  watchWindow(state, endMs, intervalMs, water ? amount : null)
  watchPeaks(state, endMs, intervalMs, use)
  const broken = isBroken(state, profile.rule, endMs)
  const findings: Finding[] = []
  const openMs = numbers[R.openOnsetMs] ?? NEVER
  if (openMs !== NEVER && ends(state, profile.rule, use)) {
    findings.push({
      ...matter(state, openMs),
      type: 'clear',
      atMs: endMs,
      reason: describeUse(profile, observation),
    })
    numbers[R.openOnsetMs] = NEVER
  } else if (openMs === NEVER && broken && !use) {
    const lastUseMs = numbers[R.lastUseMs] ?? NEVER
    const onsetMs = lastUseMs === NEVER ? (numbers[R.firstMs] ?? endMs) : lastUseMs
    numbers[R.openOnsetMs] = onsetMs
    findings.push({
      ...matter(state, onsetMs),
      type: 'raise',
      atMs: endMs,
      severity: profile.tier === 'high' ? 'red' : profile.tier === 'medium' ? 'orange' : 'yellow',
      meters: profile.meters.map((each) => each.id),
      explanation: describeRule(profile, onsetMs, endMs),
      evidence: {
        rule: profile.rule,
        tier: profile.tier,
        lastUseAt: lastUseMs === NEVER ? null : toIso(lastUseMs),
        silentHours: (endMs - onsetMs) / HOUR_MS,
      },
    })
  }
  if (use) {
    numbers[R.lastUseMs] = endMs
    numbers[R.silentMs] = 0
    numbers[R.lastAmount] = amount
    numbers[R.lastMeter] = meter
  }
  return findings
}

function matter(state: RuleState, onsetMs: EpochMs) {
  return { household: state.profile.household, kind: 'inactivity', onsetMs } as const
}

/** Litres and observed time per UTC hour of the last day; and the observed silence in a row. */
function watchWindow(state: RuleState, endMs: EpochMs, intervalMs: number, litres: number | null): void {
  const { numbers } = state
  numbers[R.silentMs] = Math.max(0, numbers[R.silentMs] ?? 0) + intervalMs / state.profile.meters.length
  if (litres === null) return
  const last = Math.floor((endMs - 1) / HOUR_MS)
  const newest = numbers[R.hour] ?? NEVER
  for (let h = Math.max(newest + 1, last - WINDOW_HOURS + 1); h <= last; h++) {
    state.litres[h % WINDOW_HOURS] = 0
    state.cover[h % WINDOW_HOURS] = 0
  }
  numbers[R.hour] = Math.max(newest, last)
  const first = Math.floor((endMs - intervalMs) / HOUR_MS)
  for (let h = Math.max(first, last - WINDOW_HOURS + 1); h <= last; h++) {
    const overlap = Math.min(endMs, (h + 1) * HOUR_MS) - Math.max(endMs - intervalMs, h * HOUR_MS)
    const at = h % WINDOW_HOURS
    state.litres[at] = (state.litres[at] ?? 0) + (litres * overlap) / intervalMs
    state.cover[at] = (state.cover[at] ?? 0) + overlap / HOUR_MS
  }
}

/** Use within the two peaks of the local day. */
function watchPeaks(state: RuleState, endMs: EpochMs, intervalMs: number, use: boolean): void {
  const { numbers } = state
  const wall = wallMs(state.profile.timezone, endMs - intervalMs / 2)
  const day = Math.floor(wall / DAY_MS)
  if (day !== numbers[R.day]) {
    numbers[R.day] = day
    numbers[R.peakMs] = 0
    numbers[R.peakUse] = 0
  }
  const hour = hourOf(wall)
  if (!PEAKS.some(([from, to]) => hour >= from && hour < to)) return
  numbers[R.peakMs] = (numbers[R.peakMs] ?? 0) + intervalMs / state.profile.meters.length
  if (use) numbers[R.peakUse] = 1
}

function isBroken(state: RuleState, rule: InactivityRule, endMs: EpochMs): boolean {
  const { numbers, profile } = state
  switch (rule) {
    case 'evidence':
      return false
    case 'below-10l-12h':
      return isBelow(state, 12)
    case 'below-10l-24h':
      return isBelow(state, 24)
    case 'silent-by-tier':
      return (numbers[R.silentMs] ?? 0) >= TIER_HOURS[profile.tier] * HOUR_MS
    case 'silent-peaks': {
      const evening = hourOf(wallMs(profile.timezone, endMs)) >= 21
      return evening && numbers[R.peakUse] === 0 && (numbers[R.peakMs] ?? 0) >= ENOUGH * PEAK_HOURS * HOUR_MS
    }
  }
}

/** Less than 10 L in the last `hours` hours, all of them observed. */
function isBelow(state: RuleState, hours: number): boolean {
  const newest = state.numbers[R.hour] ?? NEVER
  let litres = 0
  let cover = 0
  for (let back = 0; back < hours; back++) {
    const at = (((newest - back) % WINDOW_HOURS) + WINDOW_HOURS) % WINDOW_HOURS
    litres += state.litres[at] ?? 0
    cover += Math.min(1, state.cover[at] ?? 0)
  }
  return cover >= ENOUGH * hours && litres < WINDOW_L
}

/** A 10 L alert ends when the window holds 10 L again, the others with any use. */
function ends(state: RuleState, rule: InactivityRule, use: boolean): boolean {
  if (rule === 'below-10l-12h') return use && !isBelow(state, 12)
  if (rule === 'below-10l-24h') return use && !isBelow(state, 24)
  return use
}
