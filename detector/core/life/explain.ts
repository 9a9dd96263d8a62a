import type { Explanation } from '../../../domain/finding.ts'
import { HOUR_MS, toIso, type EpochMs } from '../../../domain/time.ts'
import { CANONICAL_UNIT } from '../../../domain/units.ts'
import type { Observation, Profile } from '../observation.ts'
import { wallMs } from '../local-time.ts'

/** The wall clock of the home as `2026-11-20 08:00`. */
function local(profile: Profile, timeMs: EpochMs): string {
  return toIso(wallMs(profile.timezone, timeMs)).slice(0, 16).replace('T', ' ')
}

export function describeRaise(
  profile: Profile,
  lastSignMs: EpochMs,
  endMs: EpochMs,
  amount: number,
): Explanation {
  const hours = Math.round((endMs - lastSignMs) / HOUR_MS)
  const when = local(profile, lastSignMs)
  return {
    en: `No sign of life for ${hours} h. The last use was at ${when} (${amount.toPrecision(2)}).`,
    zh: `已有 ${hours} 小时无生活用量。最后一次用量在 ${when}（${amount.toPrecision(2)}）。`,
  }
}

export function describeClear(profile: Profile, observation: Observation): Explanation {
  const kind = profile.meters[observation.meter]?.kind ?? 'water'
  const size = `${(observation.amount ?? 0).toPrecision(2)} ${CANONICAL_UNIT[kind]}`
  const when = local(profile, observation.endMs)
  return { en: `Use again at ${when}: ${size}.`, zh: `${when} 恢复用量：${size}。` }
}
