import type { Explanation } from '../../../domain/finding.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso, type EpochMs } from '../../../domain/time.ts'
import { CANONICAL_UNIT } from '../../../domain/units.ts'
import { wallMs } from '../local-time.ts'
import type { Profile } from '../observation.ts'

type MeterOfHome = Profile['meters'][number]

/** The home's wall clock: `2026-11-20 08:00`. */
function local(profile: Profile, timeMs: EpochMs): string {
  return toIso(wallMs(profile.timezone, timeMs)).slice(0, 16).replace('T', ' ')
}

function named(meter: MeterOfHome): Explanation {
  return meter.kind === 'water'
    ? { en: `Water meter ${meter.id}`, zh: `水表 ${meter.id}` }
    : { en: `Electricity meter ${meter.id}`, zh: `电表 ${meter.id}` }
}

function long(ms: number): Explanation {
  if (ms >= 2 * DAY_MS) {
    const days = Math.round(ms / DAY_MS)
    return { en: `${days} days`, zh: `${days} 天` }
  }
  if (ms >= HOUR_MS) {
    const hours = Math.round(ms / HOUR_MS)
    return { en: `${hours} h`, zh: `${hours} 小时` }
  }
  const minutes = Math.round(ms / MINUTE_MS)
  return { en: `${minutes} min`, zh: `${minutes} 分钟` }
}

export function describeOffline(
  profile: Profile,
  meter: MeterOfHome,
  lastMs: EpochMs,
  longestMs: number,
): Explanation {
  const name = named(meter)
  const usual = long(longestMs)
  const since = local(profile, lastMs)
  return {
    en: `${name.en} has not reported since ${since}; its longest usual silence is ${usual.en}.`,
    zh: `${name.zh} 自 ${since} 起未上报数据；其平常最长间隔为 ${usual.zh}。`,
  }
}

export function describeBack(profile: Profile, meter: MeterOfHome, timeMs: EpochMs): Explanation {
  const name = named(meter)
  const when = local(profile, timeMs)
  return { en: `${name.en} reports again since ${when}.`, zh: `${name.zh} 于 ${when} 恢复上报。` }
}

export function describeFrozen(profile: Profile, meter: MeterOfHome, sinceMs: EpochMs): Explanation {
  const name = named(meter)
  const since = local(profile, sinceMs)
  return {
    en: `${name.en} reports, but counts as frozen since ${since}: its register does not move any more, and cannot show whether anyone is there.`,
    zh: `${name.zh} 仍在上报，但自 ${since} 起判定为卡表：读数不再变化，无法判断家中是否有人。`,
  }
}

export function describeThawed(profile: Profile, meter: MeterOfHome, timeMs: EpochMs): Explanation {
  const name = named(meter)
  const when = local(profile, timeMs)
  return { en: `${name.en} counts again since ${when}.`, zh: `${name.zh} 于 ${when} 恢复计数。` }
}

export function describeFault(
  profile: Profile,
  meter: MeterOfHome,
  timeMs: EpochMs,
  register: number,
  expected: number,
): Explanation {
  const name = named(meter)
  const unit = CANONICAL_UNIT[meter.kind]
  const when = local(profile, timeMs)
  return {
    en: `${name.en} showed ${register} ${unit} at ${when} where about ${expected} ${unit} was to be expected.`,
    zh: `${name.zh} 在 ${when} 的读数为 ${register} ${unit}，预期约为 ${expected} ${unit}。`,
  }
}

export function describeSound(profile: Profile, meter: MeterOfHome, timeMs: EpochMs): Explanation {
  const name = named(meter)
  const when = local(profile, timeMs)
  return {
    en: `${name.en} has counted plausibly for a day, up to ${when}.`,
    zh: `${name.zh} 截至 ${when} 已连续一天读数正常。`,
  }
}

export function describeSkew(
  profile: Profile,
  meter: MeterOfHome,
  receivedAtMs: EpochMs,
  claimedMs: EpochMs,
): Explanation {
  const name = named(meter)
  const ahead = long(claimedMs - receivedAtMs)
  const when = local(profile, receivedAtMs)
  return {
    en: `The clock of ${name.en.charAt(0).toLowerCase()}${name.en.slice(1)} runs ${ahead.en} ahead: a reading of ${local(profile, claimedMs)} came at ${when}. Such readings are refused.`,
    zh: `${name.zh} 的时钟快了 ${ahead.zh}：${when} 收到标记为 ${local(profile, claimedMs)} 的读数。此类读数被拒绝。`,
  }
}

export function describeSkewOver(profile: Profile, meter: MeterOfHome, receivedAtMs: EpochMs): Explanation {
  const name = named(meter)
  const when = local(profile, receivedAtMs)
  return {
    en: `${name.en} tells the right time again since ${when}.`,
    zh: `${name.zh} 的时钟于 ${when} 恢复正常。`,
  }
}
