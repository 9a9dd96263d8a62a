import type { Evidence, Explanation } from '../../../domain/finding.ts'
import { toIso, type EpochMs } from '../../../domain/time.ts'
import { CANONICAL_UNIT, type MeterKind } from '../../../domain/units.ts'
import type { HomeEvent } from '../home-event.ts'
import type { Profile } from '../observation.ts'
import { figure, local } from './explain-flow.ts'
import type { Change, OpenTrend, Step } from './judge-day.ts'
import { startOfDay } from './observe-day.ts'
import { ALL_MIN_HOMES } from './parameters.ts'
import { amountOf } from './state.ts'
import { homesOn, indexOn, type AreaIndex } from './village-index.ts'

const KIND_ZH: Record<MeterKind, string> = { water: '用水', electricity: '用电' }
const KIND_EN: Record<MeterKind, string> = { water: 'Water', electricity: 'Electricity' }

/** A step of the judgement in words, for the desk. */
export function sayStep(
  profile: Profile,
  step: Step,
  day: number,
  atMs: EpochMs,
  areas: readonly AreaIndex[],
): HomeEvent {
  const { open } = step
  const matter = {
    household: profile.household,
    kind: open.kind,
    onsetMs: startOfDay(profile.timezone, open.onsetDay),
    atMs,
  } as const
  if (step.type === 'clear') {
    return { meter: -1, finding: { type: 'clear', ...matter, reason: describeEnd(step.why) } }
  }
  const changes = step.type === 'raise' ? open.changes : step.changes
  const said = { ...matter, severity: open.severity, ...describeChange(profile, open, changes, day, areas) }
  if (step.type === 'escalate') return { meter: -1, finding: { type: 'escalate', ...said } }
  const meters = changes.flatMap(({ meter }) => profile.meters[meter]?.id ?? [])
  return { meter: -1, finding: { type: 'raise', meters, ...said } }
}

function describeEnd(why: 'back' | 'settled'): Explanation {
  return why === 'back'
    ? { en: 'Its use is back near its usual level.', zh: '用量已回到平时水平附近。' }
    : {
        en: 'It has stayed at the new level for weeks, which is its own from now on.',
        zh: '新的用量水平已持续数周，今后以此为该户的平时水平。',
      }
}

/** A change of one meter in figures: a day's use as it would have been, and as it is. */
interface Told {
  readonly kind: MeterKind
  readonly id: string
  readonly usual: number
  readonly now: number
  readonly percent: number
  readonly villagePercent: number
}

function tell(profile: Profile, change: Change, day: number, areas: readonly AreaIndex[]): Told | null {
  const meter = profile.meters[change.meter]
  const area = areas[change.meter]
  if (meter === undefined || area === undefined) return null
  const now = indexOn(area, day)
  return {
    kind: meter.kind,
    id: meter.id,
    usual: figure(amountOf(change.base + now, meter.kind)),
    now: figure(amountOf(change.base + change.shift + now, meter.kind)),
    percent: percentOf(change.shift),
    villagePercent: percentOf(now - indexOn(area, day - 28)),
  }
}

function percentOf(nats: number): number {
  return Math.round(100 * Math.expm1(nats))
}

function signed(percent: number): string {
  return percent < 0 ? `−${-percent} %` : `+${percent} %`
}

function describeChange(
  profile: Profile,
  open: OpenTrend,
  changes: readonly Change[],
  day: number,
  areas: readonly AreaIndex[],
): { readonly explanation: Explanation; readonly evidence: Evidence } {
  const told = changes.flatMap((change) => tell(profile, change, day, areas) ?? [])
  const others = profile.meters.filter((_meter, index) => changes.every(({ meter }) => meter !== index))
  const since = local(profile, startOfDay(profile.timezone, open.onsetDay)).slice(0, 10)
  const homes = Math.max(
    0,
    ...changes.map(({ meter }) => (areas[meter] === undefined ? 0 : homesOn(areas[meter], day))),
  )
  const unit = (kind: MeterKind): string => CANONICAL_UNIT[kind]
  const how =
    open.kind === 'decline'
      ? { en: 'has been declining', zh: '持续下降' }
      : { en: 'has changed', zh: '发生变化' }
  const en = told.map(
    (one) =>
      `${KIND_EN[one.kind]} use ${how.en} since ${since}: about ${one.now} ${unit(one.kind)} a day instead of ${one.usual} (${signed(one.percent)}). ` +
      (homes < ALL_MIN_HOMES
        ? 'There are too few neighbours to compare with. '
        : `Its neighbours (${homes} homes) moved by ${signed(one.villagePercent)} in the last four weeks, which is taken into account. `),
  )
  const zh = told.map(
    (one) =>
      `自 ${since} 起${KIND_ZH[one.kind]}${how.zh}：每天约 ${one.now} ${unit(one.kind)}，平时为 ${one.usual}（${signed(one.percent)}）。` +
      (homes < ALL_MIN_HOMES
        ? '可比的邻户太少。'
        : `近四周邻户（${homes} 户）同期变化 ${signed(one.villagePercent)}，已计入。`),
  )
  const agreeEn =
    others.length === 0 ? '' : `Its other meters (${others.map(({ id }) => id).join(', ')}) do not show it. `
  const agreeZh = others.length === 0 ? '' : `其他表（${others.map(({ id }) => id).join('、')}）未见此变化。`
  return {
    explanation: {
      en: `${en.join('')}${agreeEn}Days of silence and planned absences are not counted.`,
      zh: `${zh.join('')}${agreeZh}静默日和计划外出已排除。`,
    },
    evidence: {
      since: toIso(startOfDay(profile.timezone, open.onsetDay)),
      meters: told.map(({ id }) => id),
      unchangedMeters: others.map(({ id }) => id),
      changePercent: told.map(({ percent }) => percent),
      usualPerDay: told.map(({ usual, kind }) => `${usual} ${unit(kind)}`),
      nowPerDay: told.map(({ now, kind }) => `${now} ${unit(kind)}`),
      villagePercent: told.map(({ villagePercent }) => villagePercent),
      villageHomes: homes,
      spreadPercent: changes.map(({ spread }) => percentOf(spread)),
    },
  }
}
