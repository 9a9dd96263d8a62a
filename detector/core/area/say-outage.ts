import { subjectOf } from '../../../domain/area.ts'
import type { Explanation } from '../../../domain/finding.ts'
import { HOUR_MS, toIso, type EpochMs } from '../../../domain/time.ts'
import { wallMs } from '../local-time.ts'
import { matterKey, type Matters, type Outcome } from '../matters.ts'
import type { AreaOutage, OutageKind } from './outage.ts'

/** Homes named in the evidence; how many there are is told beside them. */
const NAMED_HOMES = 500

const WHAT: Readonly<Record<OutageKind, Explanation>> = {
  power: { en: 'the power', zh: '供电' },
  water: { en: 'the water', zh: '供水' },
  reporting: { en: 'every word of the meters', zh: '表计上报' },
}

export function nameOf({ area }: Pick<AreaOutage, 'area'>): Explanation {
  return area.type === 'gateway'
    ? { en: `gateway ${area.name}`, zh: `网关 ${area.name}` }
    : { en: area.name, zh: area.name }
}

export function describeKinds(kinds: readonly OutageKind[]): Explanation {
  return {
    en: kinds.map((kind) => WHAT[kind].en).join(' and '),
    zh: kinds.map((kind) => WHAT[kind].zh).join('、'),
  }
}

/** The wall clock of the area: `2026-11-20 08:00`. */
export function localTime(timezone: string, timeMs: EpochMs): string {
  return toIso(wallMs(timezone, timeMs)).slice(0, 16).replace('T', ' ')
}

/** An outage as a matter of its area: raised when it is sure, cleared when supply or network is back. */
export function matterOf(outage: AreaOutage, timezone: string): readonly [string, Outcome] {
  const { onsetMs, endMs, region } = outage
  const subject = { household: subjectOf(outage.area), kind: 'area-outage', onsetMs } as const
  const gone = describeKinds(outage.kinds)
  const name = nameOf(outage)
  const since = localTime(timezone, onsetMs)
  const raise = {
    ...subject,
    type: 'raise',
    atMs: outage.raisedMs,
    severity: 'yellow',
    meters: [],
    explanation: {
      en:
        `Since about ${since} ${gone.en} of ${outage.dark.length} of ${outage.homes} homes of ${name.en} is gone at once: ` +
        `an outage, and not their silence. Their alerts are held; each is looked at again when it is back.`,
      zh:
        `自 ${since} 前后，${name.zh} 的 ${outage.homes} 户中有 ${outage.dark.length} 户同时失去${gone.zh}：属区域性中断，并非住户静默。` +
        `相关警报暂缓，恢复后逐户复核。`,
    },
    evidence: {
      areaType: outage.area.type,
      area: outage.area.name,
      outageKinds: outage.kinds,
      homes: outage.homes,
      darkHomes: outage.dark.length,
      households: outage.dark.slice(0, NAMED_HOMES),
    },
    region,
  } as const
  const clear =
    endMs === null
      ? null
      : ({
          ...subject,
          type: 'clear',
          // The hour in which it was back had to be over to be seen.
          atMs: endMs + HOUR_MS,
          reason: describeBack(outage, localTime(timezone, endMs)),
        } as const)
  return [matterKey('area-outage', onsetMs), { raise, escalate: null, clear }]
}

function describeBack(outage: AreaOutage, when: string): Explanation {
  const gone = describeKinds(outage.kinds)
  const name = nameOf(outage)
  return {
    en: `Since about ${when} ${gone.en} of ${name.en} is back. Homes that do not come back to life are raised.`,
    zh: `${name.zh} 的${gone.zh}约于 ${when} 恢复。未恢复生活迹象的住户将另行报警。`,
  }
}

export function mattersByArea(outages: readonly AreaOutage[], timezone: string): Map<string, Matters> {
  const matters = new Map<string, Matters>()
  for (const outage of outages) {
    const key = subjectOf(outage.area)
    const known = matters.get(key) ?? new Map<string, Outcome>()
    known.set(...matterOf(outage, timezone))
    matters.set(key, known)
  }
  return matters
}
