import type { Finding } from '../../../domain/finding.ts'
import type { InactivityRule, RiskTier } from '../../../domain/household.ts'
import { DAY_MS, HOUR_MS, toIso, type EpochMs } from '../../../domain/time.ts'
import { hourOf, wallMs } from '../local-time.ts'
import type { Observation } from '../observation.ts'
import { describeRule, describeUse } from './explain.ts'
import { COVER, LITRES, NEVER, R, WINDOW_HOURS, type RuleState } from './state.ts'

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
  const { f64, rule: at, profile } = state
  if (f64[at + R.firstMs] === NEVER) f64[at + R.firstMs] = endMs
  const water = profile.meters[meter]?.kind === 'water'
  const use = water ? amount > 0 : (amount * HOUR_MS) / intervalMs > STANDBY_KWH_PER_H
  watchWindow(state, endMs, intervalMs, water ? amount : null)
  watchPeaks(state, endMs, intervalMs, use)
  const broken = isBroken(state, profile.rule, endMs)
  const findings: Finding[] = []
  const openMs = f64[at + R.openOnsetMs] ?? NEVER
  if (openMs !== NEVER && ends(state, profile.rule, use)) {
    findings.push({
      ...matter(state, openMs),
      type: 'clear',
      atMs: endMs,
      reason: describeUse(profile, observation),
    })
    f64[at + R.openOnsetMs] = NEVER
  } else if (openMs === NEVER && broken && !use) {
    const lastUseMs = f64[at + R.lastUseMs] ?? NEVER
    const onsetMs = lastUseMs === NEVER ? (f64[at + R.firstMs] ?? endMs) : lastUseMs
    f64[at + R.openOnsetMs] = onsetMs
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
    f64[at + R.lastUseMs] = endMs
    f64[at + R.silentMs] = 0
    f64[at + R.lastAmount] = amount
    f64[at + R.lastMeter] = meter
  }
  return findings
}

function matter(state: RuleState, onsetMs: EpochMs) {
  return { household: state.profile.household, kind: 'inactivity', onsetMs } as const
}

/** Litres and observed time per UTC hour of the last day; and the observed silence in a row. */
function watchWindow(state: RuleState, endMs: EpochMs, intervalMs: number, litres: number | null): void {
  const { f64, rule: at } = state
  f64[at + R.silentMs] = Math.max(0, f64[at + R.silentMs] ?? 0) + intervalMs / state.profile.meters.length
  if (litres === null) return
  const last = Math.floor((endMs - 1) / HOUR_MS)
  const newest = f64[at + R.hour] ?? NEVER
  for (let h = Math.max(newest + 1, last - WINDOW_HOURS + 1); h <= last; h++) {
    f64[at + LITRES + (h % WINDOW_HOURS)] = 0
    f64[at + COVER + (h % WINDOW_HOURS)] = 0
  }
  f64[at + R.hour] = Math.max(newest, last)
  const first = Math.floor((endMs - intervalMs) / HOUR_MS)
  for (let h = Math.max(first, last - WINDOW_HOURS + 1); h <= last; h++) {
    const overlap = Math.min(endMs, (h + 1) * HOUR_MS) - Math.max(endMs - intervalMs, h * HOUR_MS)
    const place = at + (h % WINDOW_HOURS)
    f64[place + LITRES] = (f64[place + LITRES] ?? 0) + (litres * overlap) / intervalMs
    f64[place + COVER] = (f64[place + COVER] ?? 0) + overlap / HOUR_MS
  }
}

/** Use within the two peaks of the local day. */
function watchPeaks(state: RuleState, endMs: EpochMs, intervalMs: number, use: boolean): void {
  const { f64, rule: at } = state
  const wall = wallMs(state.profile.timezone, endMs - intervalMs / 2)
  const day = Math.floor(wall / DAY_MS)
  if (day !== f64[at + R.day]) {
    f64[at + R.day] = day
    f64[at + R.peakMs] = 0
    f64[at + R.peakUse] = 0
  }
  const hour = hourOf(wall)
  if (!PEAKS.some(([from, to]) => hour >= from && hour < to)) return
  f64[at + R.peakMs] = (f64[at + R.peakMs] ?? 0) + intervalMs / state.profile.meters.length
  if (use) f64[at + R.peakUse] = 1
}

function isBroken(state: RuleState, rule: InactivityRule, endMs: EpochMs): boolean {
  const { f64, rule: at, profile } = state
  switch (rule) {
    case 'evidence':
      return false
    case 'below-10l-12h':
      return isBelow(state, 12)
    case 'below-10l-24h':
      return isBelow(state, 24)
    case 'silent-by-tier':
      return (f64[at + R.silentMs] ?? 0) >= TIER_HOURS[profile.tier] * HOUR_MS
    case 'silent-peaks': {
      const evening = hourOf(wallMs(profile.timezone, endMs)) >= 21
      return (
        evening && f64[at + R.peakUse] === 0 && (f64[at + R.peakMs] ?? 0) >= ENOUGH * PEAK_HOURS * HOUR_MS
      )
    }
  }
}

/** Less than 10 L in the last `hours` hours, all of them observed. */
function isBelow(state: RuleState, hours: number): boolean {
  const newest = state.f64[state.rule + R.hour] ?? NEVER
  let litres = 0
  let cover = 0
  for (let back = 0; back < hours; back++) {
    const place = state.rule + ((((newest - back) % WINDOW_HOURS) + WINDOW_HOURS) % WINDOW_HOURS)
    litres += state.f64[place + LITRES] ?? 0
    cover += Math.min(1, state.f64[place + COVER] ?? 0)
  }
  return cover >= ENOUGH * hours && litres < WINDOW_L
}

/** A 10 L alert ends when the window holds 10 L again, the others with any use. */
function ends(state: RuleState, rule: InactivityRule, use: boolean): boolean {
  if (rule === 'below-10l-12h') return use && !isBelow(state, 12)
  if (rule === 'below-10l-24h') return use && !isBelow(state, 24)
  return use
}
