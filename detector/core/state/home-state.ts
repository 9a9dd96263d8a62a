import type { MeterKind } from '../../../domain/units.ts'
import { MODEL, type LifeModel } from '../life/model.ts'
import type { Profile } from '../observation.ts'
import { layoutOf, type Judge, type Layout, type Section } from './layout.ts'
import { allocate, newSlab, recordBytes, startOfRecord, type Chunk, type Slab } from './slab.ts'

/**
 * A finger on one home's record: the views of the chunk it lies in, and where each section begins in the view of its
 * element type: the newest reading of a home is `state.f64[state.clock + C.newestMs]`. One finger serves any number of
 * homes of a slab, one after the other (`point`); what is written through it is the record itself.
 */
export type HomeState = {
  profile: Profile
  /** What the life model judges by; not part of the record. */
  model: LifeModel
  readonly layout: Layout
  readonly slab: Slab
  record: number
} & {
  -readonly [View in keyof Chunk]: Chunk[View]
} & Record<Section, number>

export function judgeOf(profile: Profile): Judge {
  return profile.rule === 'evidence' ? 'life' : 'rule'
}

export function kindsOf({ meters }: Profile): MeterKind[] {
  return meters.map(({ kind }) => kind)
}

/** A finger for the homes of this slab, pointing at `record`. */
export function fingerOn(layout: Layout, slab: Slab, record: number, profile: Profile): HomeState {
  const { chunk, byte } = startOfRecord(slab, record)
  const state: HomeState = { profile, model: MODEL, layout, slab, record, ...chunk, ...layout.at }
  place(state, byte)
  return state
}

export function point(state: HomeState, record: number, profile: Profile): void {
  const { slab } = state
  const { chunk, byte } = startOfRecord(slab, record)
  state.profile = profile
  if (state.record === record) return
  state.record = record
  state.f64 = chunk.f64
  state.f32 = chunk.f32
  state.u32 = chunk.u32
  state.u16 = chunk.u16
  state.u8 = chunk.u8
  place(state, byte)
}

function place(state: HomeState, byte: number): void {
  const { at } = state.layout
  const eighth = byte >>> 3
  const quarter = byte >>> 2
  const half = byte >>> 1
  state.measured = eighth + at.measured
  state.device = eighth + at.device
  state.clock = eighth + at.clock
  state.rule = eighth + at.rule
  state.back = eighth + at.back
  state.level = quarter + at.level
  state.returns = quarter + at.returns
  state.load = quarter + at.load
  state.steady = quarter + at.steady
  state.reached = quarter + at.reached
  state.hour = quarter + at.hour
  state.today = quarter + at.today
  state.use = quarter + at.use
  state.flow = quarter + at.flow
  state.gap = quarter + at.gap
  state.rates = half + at.rates
  state.weeks = half + at.weeks
  state.absences = half + at.absences
  state.mark = half + at.mark
  state.loaded = half + at.loaded
  state.flowing = half + at.flowing
  state.ready = half + at.ready
  state.bins = half + at.bins
  state.leak = half + at.leak
  state.flag = byte + at.flag
  state.sign = byte + at.sign
  state.rest = byte + at.rest
  state.cover = byte + at.cover
  state.heard = byte + at.heard
  state.flowMark = byte + at.flowMark
  state.meterRates = byte + at.meterRates
  state.levels = byte + at.levels
  state.flows = byte + at.flows
}

/** A record of its own, in a slab that holds nothing else: for a home that is judged by itself. */
export function newAlone(profile: Profile): HomeState {
  const layout = layoutOf(kindsOf(profile), judgeOf(profile))
  const slab = newSlab(layout.bytes, 1)
  return fingerOn(layout, slab, allocate(slab), profile)
}

export function cloneAlone(state: HomeState): HomeState {
  const clone = newAlone(state.profile)
  clone.model = state.model
  bytesOfState(clone).set(bytesOfState(state))
  return clone
}

/** The record itself, not a copy. */
export function bytesOfState(state: HomeState): Uint8Array<ArrayBuffer> {
  return recordBytes(state.slab, state.record)
}
