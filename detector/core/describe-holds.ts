import type { Explanation } from '../../domain/finding.ts'
import { toIso, type EpochMs } from '../../domain/time.ts'
import type { HomeOutage } from './area/member.ts'
import { describeKinds, nameOf } from './area/say-outage.ts'
import type { HomeAbsence } from './holds.ts'
import { wallMs } from './local-time.ts'
import type { Profile } from './observation.ts'

/** The home's wall clock: `2026-11-20 08:00`. */
function local(profile: Profile, timeMs: EpochMs): string {
  return toIso(wallMs(profile.timezone, timeMs)).slice(0, 16).replace('T', ' ')
}

/** `lifeSeenMs`: somebody was there although nobody should be; null: nobody was. */
export function describeAbsence(
  profile: Profile,
  absence: HomeAbsence,
  untilMs: EpochMs,
  lifeSeenMs: EpochMs | null,
): Explanation {
  const [from, to, until] = [absence.fromMs, absence.toMs, untilMs].map((timeMs) => local(profile, timeMs))
  const seen = lifeSeenMs === null ? null : local(profile, lifeSeenMs)
  const who =
    absence.kind === 'hospital'
      ? { en: 'In hospital', zh: '住院' }
      : { en: 'Announced absence', zh: '已登记外出' }
  return {
    en:
      `${who.en} from ${from} to ${to}: ${absence.reason}. ` +
      (seen === null ? '' : `But there was life in the home at ${seen}: phone before you rely on it. `) +
      `If there is no sign of life by ${until}, it is looked at again then.`,
    zh:
      `${who.zh}：${from} 至 ${to}（${absence.reason}）。` +
      (seen === null ? '' : `但 ${seen} 家中有生活迹象，请先电话核实。`) +
      `若至 ${until} 仍无生活迹象，届时重新判断。`,
  }
}

export function describeOutageHold(profile: Profile, outage: HomeOutage, untilMs: EpochMs): Explanation {
  const { fromMs, toMs } = outage
  const [since, until] = [fromMs, untilMs].map((timeMs) => local(profile, timeMs))
  const back = toMs === null ? null : local(profile, toMs)
  const gone = describeKinds(outage.kinds)
  const name = nameOf(outage)
  return {
    en:
      `An outage: ${gone.en} of ${name.en} is gone since about ${since}` +
      (back === null ? '. ' : ` and back since about ${back}. `) +
      `This home is looked at again by ${until}.`,
    zh:
      `区域性中断：${name.zh} 的${gone.zh}自 ${since} 前后中断` +
      (back === null ? '。' : `，约于 ${back} 恢复。`) +
      `该户最迟于 ${until} 复核。`,
  }
}
