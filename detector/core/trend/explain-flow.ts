import type { Evidence, Explanation } from '../../../domain/finding.ts'
import { HOUR_MS, toIso, type EpochMs } from '../../../domain/time.ts'
import { wallMs } from '../local-time.ts'
import type { Profile } from '../observation.ts'

/** The wall clock of the home as `2026-11-20 08:00`. */
export function local(profile: Profile, timeMs: EpochMs): string {
  return toIso(wallMs(profile.timezone, timeMs)).slice(0, 16).replace('T', ' ')
}

/** Three digits are what a meter and a duty officer can tell apart. */
export function figure(value: number): number {
  return Number(value.toPrecision(3))
}

interface Flow {
  readonly onsetMs: EpochMs
  readonly endMs: EpochMs
  readonly litresPerHour: number
  readonly usualLPerH: number
}

export function describeFlow(
  profile: Profile,
  meter: number,
  { onsetMs, endMs, litresPerHour, usualLPerH }: Flow,
): { readonly explanation: Explanation; readonly evidence: Evidence } {
  const { id } = profile.meters[meter] ?? { id: '' }
  const hours = Math.round((endMs - onsetMs) / HOUR_MS)
  const from = local(profile, onsetMs)
  const least = figure(litresPerHour)
  const perDay = figure((litresPerHour - usualLPerH) * 24)
  const usual = figure(usualLPerH)
  return {
    explanation: {
      en:
        `Water has not stopped for ${hours} h, since ${from} (meter ${id}): ${least} L an hour at its quietest, ` +
        `some ${perDay} L a day more than usual. ` +
        (usual > 0
          ? `In this home ${usual} L an hour always flows; that has been taken away. `
          : 'Usually there are hours without any flow. ') +
        'A pipe, a toilet or a tap left open; somebody may not be able to close it.',
      zh:
        `水表 ${id} 自 ${from} 起已连续 ${hours} 小时未停止走水：最小流量每小时 ${least} 升，每天约多用 ${perDay} 升。` +
        (usual > 0 ? `这户平时一直有每小时约 ${usual} 升的流量，已扣除。` : '这户平时总有不用水的时段。') +
        '可能是管道、马桶漏水或水龙头未关，也可能是有人无法去关。',
    },
    evidence: {
      since: toIso(onsetMs),
      hours,
      litresPerHour: least,
      litresPerDayAboveUsual: perDay,
      usualLitresPerHour: usual,
      meters: [id],
    },
  }
}

export function describeFlowStopped(profile: Profile, endMs: EpochMs): Explanation {
  const at = local(profile, endMs)
  return { en: `The flow has stopped: seen at ${at}.`, zh: `${at} 已观察到停止走水。` }
}
