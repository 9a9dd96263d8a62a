import type { Explanation } from '../../../domain/finding.ts'
import * as time from '../../../domain/time.ts'
import { toIso, type EpochMs } from '../../../domain/time.ts'
import type { HomeEvent } from '../home-event.ts'
import { URGENT } from '../join-urgent.ts'
import { presentSilence } from '../judge.ts'
import type { Observation, Profile } from '../observation.ts'
import type { HomeState } from '../state/home-state.ts'
import * as places from './back.ts'
import type { HomeOutage } from './member.ts'
import { describeKinds, localTime, nameOf } from './say-outage.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS, HOUR_MS } = time
const { R } = places

/**
 * After an outage each home is looked at again: one that does not come back to life with its neighbours is urgent. The
 * measure is its own: the chance S(t) that it would be silent for so long with somebody alive and well in it, by the
 * life model, which passes over the hours without supply.
 *
 *   urgent when  ln S(t) <= -SILENCE_NATS  and  ln S(t) - ln S(end of the outage) <= -RETURN_NATS,
 *   at least RETURN_HOURS after the end
 *
 * One silence in e^SILENCE_NATS (150) comes so far by itself: of a hundred homes that are well, less than one is asked after
 * behind an outage.
 */
export const SILENCE_NATS = 5
export const RETURN_NATS = 1
export const RETURN_HOURS = 3
/** Longer after an outage its end explains nothing any more. */
const WATCHED_MS = DAY_MS
/** A home that showed no life for so long before the outage was empty before it. */
const INHABITED_MS = DAY_MS

/** Works what the home's judge knows after an observation. */
export function foldReturn(
  state: HomeState,
  outages: readonly HomeOutage[],
  { endMs }: Observation,
  say: (event: HomeEvent) => void,
): void {
  const { f64, back, profile } = state
  const openMs = f64[back + R.openMs] ?? NaN
  if (outages.length === 0 && Number.isNaN(openMs)) return
  const outage = lastOutage(outages, endMs)
  if (outage === null && Number.isNaN(openMs)) return
  const silence = presentSilence(state, endMs)
  if (silence === null) return
  const { household } = profile
  if (!Number.isNaN(openMs)) {
    if (silence.sinceMs <= openMs) return
    f64[back + R.openMs] = NaN
    const reason = describeLife(profile, silence.sinceMs)
    say({
      meter: URGENT,
      finding: { type: 'clear', household, kind: 'inactivity', onsetMs: openMs, atMs: endMs, reason },
    })
    return
  }
  if (outage === null || outage.toMs === null) return
  const isWatched = silence.sinceMs < outage.toMs && silence.sinceMs >= outage.fromMs - INHABITED_MS
  if (!isWatched || silence.isUsual) return
  if (f64[back + R.endMs] !== outage.toMs) {
    f64[back + R.endMs] = outage.toMs
    f64[back + R.logAlive] = silence.logAlive
  }
  const nats = -silence.logAlive
  const since = (f64[back + R.logAlive] ?? 0) - silence.logAlive
  if (nats < SILENCE_NATS || since < RETURN_NATS || endMs < outage.toMs + RETURN_HOURS * HOUR_MS) return
  f64[back + R.openMs] = silence.sinceMs
  say({
    meter: URGENT,
    finding: {
      type: 'raise',
      household,
      kind: 'inactivity',
      onsetMs: silence.sinceMs,
      atMs: endMs,
      severity: 'red',
      meters: profile.meters.map(({ id }) => id),
      explanation: describeUrgent(profile, outage, outage.toMs, silence.sinceMs, endMs, nats),
      evidence: {
        lastSignAt: toIso(silence.sinceMs),
        outageArea: `${outage.area.type}/${outage.area.name}`,
        outageKinds: outage.kinds,
        supplyBackAt: toIso(outage.toMs),
        hoursSinceSupply: Math.round((endMs - outage.toMs) / HOUR_MS),
        chanceOfSuchSilence: Number(Math.exp(-nats).toPrecision(3)),
      },
    },
  })
}

/** The outage that ended last before `timeMs`, where that is not long ago. */
function lastOutage(outages: readonly HomeOutage[], timeMs: EpochMs): HomeOutage | null {
  let last: HomeOutage | null = null
  for (const outage of outages) {
    const { toMs } = outage
    if (toMs === null || toMs > timeMs || toMs < timeMs - WATCHED_MS) continue
    if (last === null || toMs > (last.toMs ?? 0)) last = outage
  }
  return last
}

function describeUrgent(
  profile: Profile,
  outage: HomeOutage,
  backMs: EpochMs,
  sinceMs: EpochMs,
  nowMs: EpochMs,
  nats: number,
): Explanation {
  const { timezone } = profile
  const back = localTime(timezone, backMs)
  const last = localTime(timezone, sinceMs)
  const hours = Math.round((nowMs - backMs) / HOUR_MS)
  const gone = describeKinds(outage.kinds)
  const where = nameOf(outage)
  const oneIn = Math.round(Math.exp(nats))
  return {
    en:
      `This home has not come back to life with its neighbours: ${gone.en} of ${where.en} has been back since about ${back}, ` +
      `and for ${hours} h there has been no sign of life here (the last was at ${last}). ` +
      `A silence of this home that begins like this one lasts so long about once in ${oneIn}. Somebody should look now.`,
    zh:
      `该户未随邻居恢复生活迹象：${where.zh} 的${gone.zh}约于 ${back} 恢复，此后 ${hours} 小时该户仍无生活迹象` +
      `（最后一次在 ${last}）。该户这样开始的静默约每 ${oneIn} 次才有一次持续这么久。请立即查看。`,
  }
}

/** The clear of what was raised or held beside the home's judge. */
export function describeLife(profile: Profile, sinceMs: EpochMs): Explanation {
  const when = localTime(profile.timezone, sinceMs)
  return { en: `A sign of life at ${when}.`, zh: `${when} 有生活迹象。` }
}
