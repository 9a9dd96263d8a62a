import type { MeterKind } from '../../../domain/units.ts'
import {
  FLOW_DAYS,
  FLOW_MARK_ROW,
  FLOW_ROW,
  FLOWING_ROW,
  OPEN_DAYS,
  RING_DAYS,
  TODAY_WORDS,
  USE_ROW,
} from '../trend/places.ts'

/**
 * The record of a home: everything that follows from its readings in their order, at fixed places of one stretch of bytes,
 * so that millions of homes lie in a few big buffers (`slab.ts`), and to copy, save or load a home is to copy its bytes.
 *
 * A part of the fold that keeps something of its own adds a line here, and its offset to `HomeState` (`home-state.ts`): `home`
 * elements once, `meter` elements for each meter, `water` elements for each water meter.
 *
 * What every reading looks at comes first, so that a home that lies in no cache costs few misses; within the two parts the widest
 * elements come first, so that every section is aligned.
 */
export const SECTIONS = {
  /** Newest measured interval's end; the life model has it in its clock. */
  measured: { of: 'f64', home: 1, meter: 0, water: 0, judge: 'rule' },
  /** devices/state.ts */
  device: { of: 'f64', home: 0, meter: 4, water: 0, judge: null },
  /** life/state.ts */
  clock: { of: 'f64', home: 6, meter: 0, water: 0, judge: 'life' },
  /** area/back.ts */
  back: { of: 'f64', home: 4, meter: 0, water: 0, judge: null },
  /** rules/state.ts */
  rule: { of: 'f64', home: 58, meter: 0, water: 0, judge: 'rule' },
  level: { of: 'f32', home: 18, meter: 0, water: 0, judge: 'life' },
  load: { of: 'f32', home: 0, meter: 2, water: 0, judge: 'life' },
  /** life/steady.ts, life/leak-floor.ts */
  steady: { of: 'f32', home: 0, meter: 4, water: 0, judge: 'life' },
  hour: { of: 'u32', home: 2, meter: 0, water: 0, judge: 'life' },
  gap: { of: 'u32', home: 0, meter: 1, water: 0, judge: null },
  /** trend/places.ts */
  today: { of: 'u32', home: TODAY_WORDS, meter: 0, water: 0, judge: null },
  use: { of: 'u32', home: 0, meter: USE_ROW, water: 0, judge: null },
  flow: { of: 'u32', home: 0, meter: 0, water: FLOW_ROW, judge: null },
  flowing: { of: 'u16', home: 0, meter: 0, water: FLOWING_ROW, judge: null },
  mark: { of: 'u16', home: 3, meter: 0, water: 0, judge: 'life' },
  loaded: { of: 'u16', home: 0, meter: 2, water: 0, judge: 'life' },
  leak: { of: 'u16', home: 0, meter: 10, water: 0, judge: 'life' },
  flag: { of: 'u8', home: 5, meter: 0, water: 0, judge: 'life' },
  sign: { of: 'u8', home: 0, meter: 1, water: 0, judge: 'life' },
  rest: { of: 'u8', home: 0, meter: 1, water: 0, judge: 'life' },
  cover: { of: 'u8', home: 0, meter: 1, water: 0, judge: 'life' },
  heard: { of: 'u8', home: 0, meter: 1, water: 0, judge: null },
  flowMark: { of: 'u8', home: 0, meter: 0, water: FLOW_MARK_ROW, judge: null },

  reached: { of: 'u32', home: 8, meter: 0, water: 0, judge: 'life' },
  returns: { of: 'f32', home: 12, meter: 0, water: 0, judge: 'life' },
  bins: { of: 'u16', home: 0, meter: 40, water: 0, judge: 'life' },
  rates: { of: 'u16', home: 48, meter: 0, water: 0, judge: 'life' },
  weeks: { of: 'u16', home: 8, meter: 0, water: 0, judge: 'life' },
  absences: { of: 'u16', home: 24, meter: 0, water: 0, judge: 'life' },
  ready: { of: 'u16', home: OPEN_DAYS, meter: 0, water: 0, judge: null },
  /** Of homes with several meters only: the rhythm of each. */
  meterRates: { of: 'u8', home: 0, meter: 48, water: 0, judge: 'life' },
  levels: { of: 'u8', home: 0, meter: RING_DAYS, water: 0, judge: null },
  flows: { of: 'u8', home: 0, meter: 0, water: FLOW_DAYS, judge: null },
} as const

export type Section = keyof typeof SECTIONS
export type Judge = 'life' | 'rule'

const SIZE = { f64: 8, f32: 4, u32: 4, u16: 2, u8: 1 } as const

/** Where each section begins within a record, counted in its own elements. A section that the record lacks has length 0. */
export interface Layout {
  readonly judge: Judge
  readonly kinds: readonly MeterKind[]
  /** Bytes of a record: a multiple of 8. */
  readonly bytes: number
  readonly at: Readonly<Record<Section, number>>
}

export function layoutOf(kinds: readonly MeterKind[], judge: Judge): Layout {
  const at: Partial<Record<Section, number>> = {}
  let byte = 0
  for (const [name, section] of Object.entries(SECTIONS) as [Section, (typeof SECTIONS)[Section]][]) {
    const size = SIZE[section.of]
    byte = Math.ceil(byte / size) * size
    at[name] = byte / size
    byte += size * elementsOf(name, kinds, judge)
  }
  return { judge, kinds, bytes: Math.ceil(byte / 8) * 8, at: at as Record<Section, number> }
}

/** How many elements of a section a home of such meters has. */
export function elementsOf(name: Section, kinds: readonly MeterKind[], judge: Judge): number {
  const { home, meter, water, judge: only } = SECTIONS[name]
  if ((only !== null && only !== judge) || (name === 'meterRates' && kinds.length === 1)) return 0
  return home + meter * kinds.length + water * kinds.filter((kind) => kind === 'water').length
}
