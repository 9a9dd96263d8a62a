import type { Evidence, Explanation } from '../../../domain/finding.ts'
import { HOUR_MS, toIso, type EpochMs } from '../../../domain/time.ts'
import { CANONICAL_UNIT, roundToMicro, type MeterKind } from '../../../domain/units.ts'
import { hourOf, isWeekend, wallMs } from '../local-time.ts'
import type { Observation, Profile } from '../observation.ts'
import { rateOf } from './rhythm.ts'
import { leftRunning } from './steady.ts'
import { C, M, V, WEEKS, type LifeState } from './state.ts'
import { slotOf } from './waiting.ts'
import { weeklyAbsenceAt, type WeeklyAbsence } from './weekly-absence.ts'

const KIND_ZH: Record<MeterKind, string> = { water: '用水', electricity: '用电' }

/** The wall clock of the home as `2026-11-20 08:00`. */
function local(profile: Profile, timeMs: EpochMs): string {
  return toIso(wallMs(profile.timezone, timeMs)).slice(0, 16).replace('T', ' ')
}

function quantity(amount: number, kind: MeterKind): string {
  return `${Number(amount.toPrecision(3))} ${CANONICAL_UNIT[kind]}`
}

/** What a raised or escalated alert says: last sign, how long since, this home's habit, how improbable, which meters. */
export function describeSilence(
  state: LifeState,
  endMs: EpochMs,
  threshold: number,
): { readonly explanation: Explanation; readonly evidence: Evidence } {
  const { profile, f64, f32, clock, level } = state
  const lastSignMs = f64[clock + C.lastSignMs] ?? endMs
  const lastKind = profile.meters[state.u16[state.mark + M.lastMeter] ?? 0]?.kind ?? 'water'
  const last = quantity(f64[clock + C.lastAmount] ?? 0, lastKind)
  const hours = Math.round((endMs - lastSignMs) / HOUR_MS)
  const wall = wallMs(profile.timezone, endMs - 1)
  const rate = rateOf(state, state.u16[state.mark + M.row] ?? 0, slotOf(Math.floor(wall / HOUR_MS)))
  const often = Math.round(rate * 10)
  const weekend = isWeekend(wall)
  const longest = [...state.u16.subarray(state.weeks, state.weeks + WEEKS)]
    .sort((a, b) => b - a)
    .slice(0, 3)
    .map((each) => Math.round(each / 16))
  const counted = Math.round(f32[level + V.silentHours] ?? 0)
  const isBroken = counted < hours - 1
  const alive = Math.exp(f32[level + V.logAlive] ?? 0)
  const oneIn = Math.max(2, Math.min(100_000, Math.round(1 / alive)))
  const kinds = [...new Set(profile.meters.map((meter) => meter.kind))]
  const meters = kinds.join(' and ')
  const from = local(profile, lastSignMs)
  const habit = weeklyAbsenceAt(state, lastSignMs)
  const running = whatRuns(state)
  const hour = `${String(hourOf(wall)).padStart(2, '0')}:00`
  return {
    explanation: {
      en:
        `No sign of life for ${hours} h (${meters}). The last was at ${from}: ${last} of ${lastKind}. ` +
        (isBroken ? `Not all of that time was seen: ${counted} h of it count. ` : '') +
        runningInEnglish(running) +
        `At ${hour} on a ${weekend ? 'weekend day' : 'weekday'} this home usually shows life ${often} times in 10. ` +
        `${habit === null ? '' : habitInEnglish(profile, habit)}Its longest silences of the last eight weeks: ${longest.join(' h, ')} h. ` +
        `A silence that begins like this one lasts so long about once in ${oneIn}.`,
      zh:
        `已有 ${hours} 小时无生活迹象（${kinds.map((kind) => KIND_ZH[kind]).join('、')}）。` +
        `最后一次在 ${from}：${KIND_ZH[lastKind]} ${last}。` +
        (isBroken ? `期间数据有缺失，计入 ${counted} 小时。` : '') +
        runningInChinese(running) +
        `${weekend ? '周末' : '工作日'} ${hour} 前后，这户平时 10 次中有 ${often} 次有用量。` +
        `${habit === null ? '' : habitInChinese(profile, habit)}近八周最长的静默为 ${longest.join('、')} 小时。这样开始的静默约每 ${oneIn} 次才有一次持续这么久。`,
    },
    evidence: {
      lastSignAt: toIso(lastSignMs),
      lastSignAmount: roundToMicro(f64[clock + C.lastAmount] ?? 0),
      lastSignUnit: CANONICAL_UNIT[lastKind],
      silentHours: roundToMicro((endMs - lastSignMs) / HOUR_MS),
      observedSilentHours: round(f32[level + V.silentHours] ?? 0),
      surpriseNats: round(f32[level + V.surprise] ?? 0),
      chanceOfSuchSilence: round(alive),
      usualRateAtThisHour: round(rate),
      longestSilencesHours: longest.map(String),
      score: round(f32[level + V.peak] ?? 0),
      threshold: round(threshold),
      meters: profile.meters.map((meter) => meter.id),
      ...Object.fromEntries(running.map(({ kind, load }) => [RUNNING_EVIDENCE[kind], round(load)])),
      ...(habit === null ? {} : habitEvidence(habit)),
    },
  }
}

const RUNNING_EVIDENCE: Record<MeterKind, string> = {
  water: 'runningLitresPerHour',
  electricity: 'runningKWhPerHour',
}

interface Running {
  readonly kind: MeterKind
  readonly load: number
}

/** What was left on, or has burst, and runs while nobody shows life: a reason to hurry, and a place to look. */
function whatRuns(state: LifeState): Running[] {
  return state.profile.meters.flatMap(({ kind }, meter) => {
    const load = leftRunning(state, meter)
    return load > 0 ? [{ kind, load }] : []
  })
}

function runningInEnglish(running: readonly Running[]): string {
  return running
    .map(({ kind, load }) => `Meanwhile ${kind} runs on unchanged, ${quantity(load, kind)} an hour. `)
    .join('')
}

function runningInChinese(running: readonly Running[]): string {
  return running
    .map(({ kind, load }) => `其间${KIND_ZH[kind]}持续不变，每小时约 ${quantity(load, kind)}。`)
    .join('')
}

function habitInEnglish(profile: Profile, habit: WeeklyAbsence): string {
  return (
    `It is away at this time of most weeks (${habit.weeks} of the last ${habit.ofWeeks}) for about ${Math.round(habit.hours)} h, ` +
    `and is back at about ${local(profile, habit.returnMs)}: ` +
    `it is waited for until ${local(profile, habit.untilMs)}. `
  )
}

function habitInChinese(profile: Profile, habit: WeeklyAbsence): string {
  return (
    `这户每周此时常外出（近 ${habit.ofWeeks} 周中有 ${habit.weeks} 周），约 ${Math.round(habit.hours)} 小时，` +
    `按习惯应在 ${local(profile, habit.returnMs)} 左右返回，等候至 ${local(profile, habit.untilMs)}。`
  )
}

function habitEvidence(habit: WeeklyAbsence): Evidence {
  return {
    usualAbsenceWeeks: habit.weeks,
    usualAbsenceOfWeeks: habit.ofWeeks,
    usualAbsenceHours: round(habit.hours),
    usualReturnAt: toIso(habit.returnMs),
    waitedForUntil: toIso(habit.untilMs),
  }
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}

export function describeClear(profile: Profile, observation: Observation): Explanation {
  const kind = profile.meters[observation.meter]?.kind ?? 'water'
  const size = quantity(observation.amount ?? 0, kind)
  const when = local(profile, observation.endMs)
  return {
    en: `A sign of life at ${when}: ${size} of ${kind}.`,
    zh: `${when} 有生活迹象：${KIND_ZH[kind]} ${size}。`,
  }
}
