import type { Profile } from '../observation.ts'
import { LOOK_BACK_DAYS, medianOf, type Days } from './judge-day.ts'
import { leaveOutStandstill } from './leave-out-standstill.ts'
import { LEVEL_DAYS, LEVEL_MIN_DAYS, OUTLIER_NATS, STEP_DAYS } from './parameters.ts'
import { FLOW_DAYS, H, RING_DAYS } from './places.ts'
import {
  amountOf,
  flowOf,
  flowOn,
  flowRowOf,
  levelOn,
  MISSING,
  natsOf,
  NO_USE,
  SILENT,
  type TrendState,
} from './state.ts'
import { indexOn, type AreaIndex } from './village-index.ts'

/** Local days [from, to] of a home that are not to be counted: a planned absence. */
export interface DaySpan {
  readonly from: number
  readonly to: number
}

/** Whose days are read. */
export interface DaysOf {
  readonly profile: Profile
  readonly absences: readonly DaySpan[]
}

/**
 * The days of a meter up to `day` as they are judged. Left out: what is not known, silence (the matter of `inactivity`), the
 * day after a silence and, as soon as it is known, the day before one: somebody left or came back in the course of them;
 * planned absences; and days of a dial that is stuck.
 * @param areas the meters' areas; null: with what the village did
 */
export function readDays(
  state: TrendState,
  meter: number,
  day: number,
  areas: readonly AreaIndex[] | null,
  { profile, absences }: DaysOf,
  days: Days,
): Days {
  const { u8 } = state
  const area = areas?.[meter] ?? null
  const at = state.levels + meter * RING_DAYS
  // What is older than this has been written over.
  const oldest = (state.u32[state.today + H.day] ?? 0) - RING_DAYS
  const first = day - LOOK_BACK_DAYS + 1
  let place = first % RING_DAYS
  let before = first - 1 <= oldest ? MISSING : (u8[at + ((first - 1) % RING_DAYS)] ?? MISSING)
  let code = first <= oldest ? MISSING : (u8[at + place] ?? MISSING)
  let standsStill = false
  for (let index = 0; index < LOOK_BACK_DAYS; index++) {
    place = place + 1 === RING_DAYS ? 0 : place + 1
    const isKnown = index < LOOK_BACK_DAYS - 1 && first + index + 1 > oldest
    const after = isKnown ? (u8[at + place] ?? MISSING) : MISSING
    const isCounted = code >= NO_USE && before !== SILENT && after !== SILENT
    if (code === NO_USE) standsStill = true
    days[index] = isCounted ? natsOf(code) - (area === null ? 0 : indexOn(area, first + index)) : NaN
    before = code
    code = after
  }
  if (standsStill) leaveOutStandstill(state, profile, meter, day, days, areas)
  for (const { from, to } of absences) {
    if (to >= first && from <= day) days.fill(NaN, Math.max(0, from - first), Math.max(0, to - first + 1))
  }
  return days
}

/** How a meter's day differs from its own level, for the village's index; NaN where that cannot be told. */
export function deviationOn(days: Days): number {
  const end = days.length - 1
  const middle = medianOf(days, end - LEVEL_DAYS, end, LEVEL_MIN_DAYS)
  if (Number.isNaN(middle)) return NaN
  const cut = (value: number): number =>
    Math.max(middle - OUTLIER_NATS, Math.min(middle + OUTLIER_NATS, value))
  let sum = 0
  let count = 0
  for (let at = end - LEVEL_DAYS; at < end; at++) {
    const value = days[at] ?? NaN
    if (Number.isNaN(value)) continue
    sum += cut(value)
    count++
  }
  return cut(days[end] ?? NaN) - sum / count
}

/** Of a meter's use on the newest days, the share that flowed without a stop: the lowest hour of each, day and night. */
export function constantShareOf(state: TrendState, profile: Profile, meter: number, day: number): number {
  if (profile.meters[meter]?.kind !== 'water') return 0
  const today = state.u32[state.today + H.day] ?? 0
  const row = flowRowOf(profile, meter)
  let most = 0
  for (let each = day; each > day - STEP_DAYS && each > today - FLOW_DAYS; each--) {
    const flow = flowOn(state, row, each)
    const level = natsOf(levelOn(state, meter, each))
    if (flow === 0 || Number.isNaN(level)) continue
    most = Math.max(most, (24 * flowOf(flow)) / amountOf(level, 'water'))
  }
  return Math.min(0.99, most)
}
