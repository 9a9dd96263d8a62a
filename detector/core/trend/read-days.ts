import { LOOK_BACK_DAYS, medianOf, type Days } from './judge-day.ts'
import { LEVEL_DAYS, LEVEL_MIN_DAYS, STEP_DAYS } from './parameters.ts'
import {
  amountOf,
  FLOW_DAYS,
  flowOf,
  getByte,
  H,
  levelOn,
  M,
  meterAt,
  MISSING,
  natsOf,
  RING_DAYS,
  SILENT,
  type TrendState,
} from './state.ts'
import { indexOn, type AreaIndex } from './village-index.ts'

/** Local days [from, to] of a home that are not to be counted: a planned absence. */
export interface DaySpan {
  readonly from: number
  readonly to: number
}

/**
 * The days of a meter up to `day` as they are judged. Left out: what is not known, silence (the matter of `inactivity`), the
 * day after a silence and, as soon as it is known, the day before one: somebody left or came back in the course of them.
 * @param area null: with what the village did
 */
export function readDays(
  state: TrendState,
  offset: number,
  meter: number,
  day: number,
  area: AreaIndex | null,
  absences: readonly DaySpan[],
  days: Days = new Float64Array(LOOK_BACK_DAYS),
): Days {
  const oldest = (state[offset + H.day] ?? 0) - RING_DAYS
  const codeOn = (each: number): number => (each <= oldest ? MISSING : levelOn(state, offset, meter, each))
  let before = codeOn(day - LOOK_BACK_DAYS)
  let code = codeOn(day - LOOK_BACK_DAYS + 1)
  for (let at = 0; at < LOOK_BACK_DAYS; at++) {
    const each = day - LOOK_BACK_DAYS + 1 + at
    const after = each === day ? MISSING : codeOn(each + 1)
    const isCounted =
      before !== SILENT && after !== SILENT && !absences.some(({ from, to }) => from <= each && each <= to)
    days[at] = isCounted ? natsOf(code) - (area === null ? 0 : indexOn(area, each)) : NaN
    before = code
    code = after
  }
  return days
}

/** How a meter's day differs from its own level, for the village's index; NaN where that cannot be told. */
export function deviationOn(days: Days): number {
  const end = days.length - 1
  return (days[end] ?? NaN) - medianOf(days, end - LEVEL_DAYS, end, LEVEL_MIN_DAYS)
}

/** Of a meter's use on the newest days, the share that flowed without a stop: the lowest hour of each, day and night. */
export function constantShareOf(state: TrendState, offset: number, meter: number, day: number): number {
  const today = state[offset + H.day] ?? 0
  let most = 0
  for (let each = day; each > day - STEP_DAYS && each > today - FLOW_DAYS; each--) {
    const flow = getByte(state, meterAt(offset, meter) + M.flows, each % FLOW_DAYS)
    const level = natsOf(levelOn(state, offset, meter, each))
    if (flow === 0 || Number.isNaN(level)) continue
    most = Math.max(most, (24 * flowOf(flow)) / amountOf(level, 'water'))
  }
  return Math.min(0.99, most)
}
