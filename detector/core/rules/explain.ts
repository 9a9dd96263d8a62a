import type { Explanation } from '../../../domain/finding.ts'
import type { InactivityRule } from '../../../domain/household.ts'
import { HOUR_MS, toIso, type EpochMs } from '../../../domain/time.ts'
import { CANONICAL_UNIT } from '../../../domain/units.ts'
import { wallMs } from '../local-time.ts'
import type { Observation, Profile } from '../observation.ts'

const RULE_TEXT: Record<InactivityRule, Explanation> = {
  evidence: { en: 'evidence of life', zh: '生活迹象' },
  'below-10l-12h': { en: 'less than 10 L in 12 h', zh: '12 小时用水不足 10 升' },
  'below-10l-24h': { en: 'less than 10 L in 24 h', zh: '24 小时用水不足 10 升' },
  'silent-by-tier': {
    en: 'no use for 50, 36 or 24 h (low, medium, high risk)',
    zh: '按低、中、高风险 50、36、24 小时无用量',
  },
  'silent-peaks': {
    en: 'no use in both peaks, 05-09 and 17-21',
    zh: '早高峰（5-9 时）与晚高峰（17-21 时）均无用量',
  },
}

/** The wall clock of the home as `2026-11-20 08:00`. */
function local(profile: Profile, timeMs: EpochMs): string {
  return toIso(wallMs(profile.timezone, timeMs)).slice(0, 16).replace('T', ' ')
}

export function describeRule(profile: Profile, onsetMs: EpochMs, endMs: EpochMs): Explanation {
  const hours = Math.round((endMs - onsetMs) / HOUR_MS)
  const rule = RULE_TEXT[profile.rule]
  const since = local(profile, onsetMs)
  return {
    en: `The fixed rule of this home is met: ${rule.en}. Last use before ${since}, ${hours} h ago.`,
    zh: `已触发该户的固定规则：${rule.zh}。最后一次用量在 ${since}，已过 ${hours} 小时。`,
  }
}

export function describeUse(profile: Profile, observation: Observation): Explanation {
  const kind = profile.meters[observation.meter]?.kind ?? 'water'
  const size = `${Number((observation.amount ?? 0).toPrecision(3))} ${CANONICAL_UNIT[kind]}`
  const when = local(profile, observation.endMs)
  return { en: `Use again at ${when}: ${size}.`, zh: `${when} 恢复用量：${size}。` }
}
