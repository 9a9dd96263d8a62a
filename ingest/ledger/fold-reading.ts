import { roundToMicro, type MeterKind } from '../../domain/units.ts'
import { isPlausible, rolloverUse } from './plausible.ts'
import {
  FROZEN_MS,
  FROZEN_REPEATS,
  MOVES_OF_A_LIVE_METER,
  SPIKE_MS,
  SUSPICION_MS,
  SUSPICION_READINGS,
  type Derived,
  type LedgerInput,
  type Point,
  type Track,
} from './track.ts'
import type { Quality } from '../../domain/quality.ts'

/**
 * Folds one reading into its meter's track and says what follows: for the reading itself and, where it shows that
 * earlier ones were a spike, for those again. `derived` receives them in the order of time. Readings must come in the
 * order of their time; what comes late is folded again from a checkpoint (see `ingest/difference.ts`).
 *
 * A register is on the track of `base` while it grows by what a home can use. Off it there are five explanations:
 * it has rolled over (10^n, quality `rollover`); the base was a spike and this is the way back (the base becomes
 * `missing`, this one is measured against the point before); it is a spike or a dip itself and will come back within
 * SUSPICION_READINGS (then it becomes `missing` and the next one is measured against the base); or it stays: the meter
 * was exchanged or reset (`exchange`, a new base). Until that is known it says `exchange`, without a consumption.
 */
export function foldReading(track: Track, input: LedgerInput, kind: MeterKind, derived: Derived[]): void {
  const previousMs = track.timeMs
  if (input.timeMs <= previousMs)
    throw new Error(`a track is folded in order: ${input.timeMs} <= ${previousMs}`)
  track.timeMs = input.timeMs
  if (input.register === null) return foldInterval(track, input, previousMs, derived)
  if (input.stated === 'missing') {
    derived.push(unknown(input.timeMs, 'missing'))
    return
  }
  const point = { timeMs: input.timeMs, register: input.register, estimated: input.stated === 'estimated' }
  if (track.base === null || input.stated === 'exchange') {
    begin(track, null, point)
    derived.push(unknown(point.timeMs, input.stated))
    return
  }
  const suspect = track.offTrack[0]
  if (suspect !== undefined && point.timeMs - suspect.timeMs > SUSPICION_MS) stay(track, track.base, derived)
  const base = track.base
  if (track.offTrack.length > 0) foldSuspicious(track, base, point, input.stated, kind, derived)
  else foldTrusted(track, base, point, input.stated, kind, derived)
}

/** How far an interval may reach back over the reading before it, as a part of itself: clocks jitter. */
const OVERLAP_PART = 0.25

/** A consumption is what it says; where it overlaps the reading before it, what is new in it can only be estimated. */
function foldInterval(track: Track, input: LedgerInput, previousMs: number, derived: Derived[]): void {
  const { timeMs, consumption, intervalMs, stated } = input
  if (consumption === null || intervalMs === null)
    throw new Error('a reading has a register or a consumption')
  const overlapMs = previousMs - (timeMs - intervalMs)
  const overlaps = previousMs >= 0 && overlapMs > intervalMs * OVERLAP_PART
  const quality = overlaps && stated === 'measured' ? 'estimated' : stated
  derived.push({ timeMs, consumption, intervalMs, quality, fault: null })
  if (stated === 'missing' || track.base === null) return
  track.told = roundToMicro((track.told ?? 0) + consumption)
  track.toldToMs = timeMs
}

function foldTrusted(
  track: Track,
  base: Point,
  point: Point,
  stated: Quality,
  kind: MeterKind,
  derived: Derived[],
): void {
  const spanMs = point.timeMs - base.timeMs
  if (continues(base, point, kind)) {
    noteMovement(track, base, point)
    derived.push(untold(track, use(base, point, qualityOfUse(track, base, point, stated))))
    advance(track, base, point)
    return
  }
  const rolled =
    point.register < base.register ? rolloverUse(kind, base.register, point.register, spanMs) : null
  if (rolled !== null) {
    const consumption = roundToMicro(rolled)
    derived.push({ timeMs: point.timeMs, consumption, intervalMs: spanMs, quality: 'rollover', fault: null })
    track.offTrack.push(point)
    return
  }
  const { before } = track
  if (before !== null && wasSpike(before, base, point, kind)) {
    derived.push({ ...unknown(base.timeMs, 'missing'), fault: before.register })
    derived.push(use(before, point, qualityOfUse(track, before, point, stated)))
    advance(track, before, point)
    return
  }
  derived.push(unknown(point.timeMs, 'exchange'))
  track.offTrack.push(point)
}

function foldSuspicious(
  track: Track,
  base: Point,
  point: Point,
  stated: Quality,
  kind: MeterKind,
  derived: Derived[],
): void {
  if (continues(base, point, kind)) {
    track.offTrack.forEach((off, i) => {
      derived.push({ ...unknown(off.timeMs, 'missing'), fault: i === 0 ? base.register : null })
    })
    track.offTrack = []
    noteMovement(track, base, point)
    derived.push(untold(track, use(base, point, qualityOfUse(track, base, point, stated))))
    advance(track, base, point)
    return
  }
  const last = track.offTrack.at(-1) ?? base
  const own = continues(last, point, kind)
    ? use(last, point, last.estimated && stated === 'measured' ? 'estimated' : stated)
    : unknown(point.timeMs, 'exchange')
  track.offTrack.push(point)
  if (track.offTrack.length >= SUSPICION_READINGS) stay(track, base, derived)
  derived.push(own)
}

/** Beyond this part of the old value a fall that stays is no new meter, but a register that ran backwards. */
const EXCHANGE_PART = 0.5

/** The readings off the track are the new track. */
function stay(track: Track, base: Point, derived: Derived[]): void {
  const first = track.offTrack[0]
  const last = track.offTrack.at(-1)
  if (first === undefined || last === undefined) throw new Error('there is no new track to stay on')
  const ranBackwards = first.register < base.register && first.register > base.register * EXCHANGE_PART
  if (ranBackwards) derived.push({ ...unknown(first.timeMs, 'exchange'), fault: base.register })
  begin(track, track.offTrack.at(-2) ?? null, last)
}

function begin(track: Track, before: Point | null, base: Point): void {
  advance(track, before, base)
  track.offTrack = []
  track.flatSinceMs = base.timeMs
  track.repeats = 0
}

function advance(track: Track, before: Point | null, base: Point): void {
  track.before = before
  track.base = base
  // Only few meters have them, and a property that comes and goes costs the others their speed.
  if (track.told === undefined) return
  delete track.told
  delete track.toldToMs
}

/**
 * A meter that tells intervals and now and then its register says the same use twice. Of a register's use counts what no
 * interval since `base` has told, and that is an estimate.
 */
function untold(track: Track, one: Derived): Derived {
  const { told, toldToMs } = track
  if (told === undefined || toldToMs === undefined || one.consumption === null) return one
  const consumption = Math.max(0, roundToMicro(one.consumption - told))
  const quality = one.quality === 'measured' ? 'estimated' : one.quality
  return { ...one, consumption, intervalMs: one.timeMs - toldToMs, quality }
}

function continues(from: Point, to: Point, kind: MeterKind): boolean {
  const grown = to.register - from.register
  return grown >= 0 && isPlausible(kind, grown, to.timeMs - from.timeMs)
}

/** `base` rose above `before` and `point` is back between them, all within SPIKE_MS. */
function wasSpike(before: Point, base: Point, point: Point, kind: MeterKind): boolean {
  return (
    base.timeMs - before.timeMs <= SPIKE_MS &&
    point.timeMs - base.timeMs <= SPIKE_MS &&
    point.register < base.register &&
    continues(before, point, kind)
  )
}

function noteMovement(track: Track, base: Point, point: Point): void {
  if (point.register === base.register) {
    track.repeats = Math.min(track.repeats + 1, FROZEN_REPEATS)
    return
  }
  track.flatSinceMs = point.timeMs
  track.repeats = 0
  track.moves = Math.min(track.moves + 1, MOVES_OF_A_LIVE_METER)
}

function qualityOfUse(track: Track, from: Point, to: Point, stated: Quality): Quality {
  if (stated !== 'measured') return stated
  if (from.estimated) return 'estimated'
  const frozen =
    track.repeats >= FROZEN_REPEATS &&
    track.moves >= MOVES_OF_A_LIVE_METER &&
    to.timeMs - track.flatSinceMs >= FROZEN_MS
  return frozen ? 'frozen' : 'measured'
}

function use(from: Point, to: Point, quality: Quality): Derived {
  const consumption = roundToMicro(to.register - from.register)
  return { timeMs: to.timeMs, consumption, intervalMs: to.timeMs - from.timeMs, quality, fault: null }
}

function unknown(timeMs: number, quality: Quality): Derived {
  return { timeMs, consumption: null, intervalMs: null, quality, fault: null }
}
