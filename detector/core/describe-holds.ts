import type { Evidence, Explanation } from '../../domain/finding.ts'
import { HOUR_MS, toIso, type EpochMs } from '../../domain/time.ts'
import type { HomeOutage } from './area/member.ts'
import { describeKinds, nameOf } from './area/say-outage.ts'
import type { HomeAbsence } from './holds.ts'
import { wallMs } from './local-time.ts'
import type { WeeklyAbsence } from './life/weekly-absence.ts'
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

export function describeUsualHold(profile: Profile, habit: WeeklyAbsence): Explanation {
  const [back, until] = [habit.returnMs, habit.untilMs].map((timeMs) => local(profile, timeMs))
  const hours = Math.round(habit.hours)
  return {
    en:
      `This home is away at this time of most weeks (${habit.weeks} of the last ${habit.ofWeeks}) for about ${hours} h. ` +
      `It is usually back at about ${back}; if there is no sign of life by ${until}, somebody is called.`,
    zh:
      `这户每周此时常外出（近 ${habit.ofWeeks} 周中有 ${habit.weeks} 周），约 ${hours} 小时，` +
      `通常在 ${back} 左右返回；若至 ${until} 仍无生活迹象则报警。`,
  }
}

/** `homes` others of `area` fell silent in the same hours; `usual`: as many usually do. */
export function describeTogether(
  profile: Profile,
  { area, homes, usual, untilMs }: { area: string; homes: number; usual: number; untilMs: EpochMs },
): Explanation {
  const until = local(profile, untilMs)
  const often = Number(usual.toPrecision(2))
  return {
    en:
      `${homes} other homes of ${area} have fallen silent in the same hours as this one (usually about ${often}) and were away for long: ` +
      `it has most likely left with them. It is looked at again when they are back, at the latest at ${until}. Phone if you can.`,
    zh:
      `${area} 另有 ${homes} 户与该户同一时段起长时间无生活迹象（平时约 ${often} 户），该户很可能与邻居一同外出。` +
      `待邻户返回后复核，最迟至 ${until}。如有条件请先电话联系。`,
  }
}

/** A silence that the end of all data has cut off. */
export function describeGap(
  profile: Profile,
  sinceMs: EpochMs,
  seenMs: EpochMs,
  logAlive: number,
): { readonly explanation: Explanation; readonly evidence: Evidence } {
  const [since, seen] = [sinceMs, seenMs].map((timeMs) => local(profile, timeMs))
  const hours = Math.round((seenMs - sinceMs) / HOUR_MS)
  const oneIn = Math.round(Math.exp(-logAlive))
  return {
    explanation: {
      en:
        `This home had shown no sign of life for ${hours} h (since ${since}) when its last data came at ${seen}. ` +
        `One silence in ${oneIn} that begins so lasts so long. Since then no meter of it reports: nobody can see more.`,
      zh:
        `截至最后一次数据（${seen}），该户已 ${hours} 小时无生活迹象（自 ${since}）。` +
        `这样开始的静默约每 ${oneIn} 次才有一次持续这么久。此后该户所有表计均未上报，无法继续判断。`,
    },
    evidence: {
      lastSignAt: toIso(sinceMs),
      blindSince: toIso(seenMs),
      silentHoursWhenSeen: hours,
      chanceOfSuchSilence: Number(Math.exp(logAlive).toPrecision(3)),
    },
  }
}

export function describeGapHold(profile: Profile, seenMs: EpochMs, untilMs: EpochMs): Explanation {
  const [seen, until] = [seenMs, untilMs].map((timeMs) => local(profile, timeMs))
  return {
    en: `No data since ${seen}: held until a meter reports again, at the latest until ${until}. Phone if you can.`,
    zh: `自 ${seen} 起无数据：暂缓至表计恢复上报，最迟至 ${until}。如有条件请先电话联系。`,
  }
}
