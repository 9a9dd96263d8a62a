import { METER_WORDS, trendWords } from '../trend/state.ts'

/**
 * The record of a home: everything that follows from its readings in their order, at fixed places of one stretch of bytes,
 * so that millions of homes lie in a few big buffers (`slab.ts`), and to copy, save or load a home is to copy its bytes.
 *
 * A part of the fold that keeps something of its own adds a line here, and its offset to `HomeState` (`home-state.ts`).
 * Widest elements first, so that every section is aligned; `home` elements once, `meter` elements for each meter.
 */
export const SECTIONS = {
  /** Newest measured interval's end; the life model has it in its clock. */
  measured: { of: 'f64', home: 1, meter: 0, judge: 'rule' },
  /** devices/state.ts */
  device: { of: 'f64', home: 0, meter: 4, judge: null },
  /** life/state.ts */
  clock: { of: 'f64', home: 6, meter: 0, judge: 'life' },
  /** rules/state.ts */
  rule: { of: 'f64', home: 58, meter: 0, judge: 'rule' },
  /** area/return-to-life.ts, usual-absence.ts */
  back: { of: 'f64', home: 4, meter: 0, judge: null },
  level: { of: 'f32', home: 17, meter: 0, judge: 'life' },
  returns: { of: 'f32', home: 12, meter: 0, judge: 'life' },
  load: { of: 'f32', home: 0, meter: 2, judge: 'life' },
  /** life/steady.ts, life/leak-floor.ts */
  steady: { of: 'f32', home: 0, meter: 4, judge: 'life' },
  reached: { of: 'u32', home: 8, meter: 0, judge: 'life' },
  hour: { of: 'u32', home: 2, meter: 0, judge: 'life' },
  /** trend/state.ts */
  trend: { of: 'u32', home: trendWords(0), meter: METER_WORDS, judge: null },
  gap: { of: 'u32', home: 0, meter: 1, judge: null },
  rates: { of: 'u16', home: 48, meter: 0, judge: 'life' },
  weeks: { of: 'u16', home: 8, meter: 0, judge: 'life' },
  absences: { of: 'u16', home: 24, meter: 0, judge: 'life' },
  mark: { of: 'u16', home: 3, meter: 0, judge: 'life' },
  loaded: { of: 'u16', home: 0, meter: 2, judge: 'life' },
  bins: { of: 'u16', home: 0, meter: 40, judge: 'life' },
  leak: { of: 'u16', home: 0, meter: 10, judge: 'life' },
  fast: { of: 'u8', home: 24, meter: 0, judge: 'life' },
  flag: { of: 'u8', home: 4, meter: 0, judge: 'life' },
  sign: { of: 'u8', home: 0, meter: 1, judge: 'life' },
  rest: { of: 'u8', home: 0, meter: 1, judge: 'life' },
  cover: { of: 'u8', home: 0, meter: 1, judge: 'life' },
  heard: { of: 'u8', home: 0, meter: 1, judge: null },
  /** Of homes with several meters only: the rhythm of each. */
  meterRates: { of: 'u8', home: 0, meter: 48, judge: 'life' },
} as const

export type Section = keyof typeof SECTIONS
export type Judge = 'life' | 'rule'

const SIZE = { f64: 8, f32: 4, u32: 4, u16: 2, u8: 1 } as const

/** Where each section begins within a record, counted in its own elements. A section that the record lacks has length 0. */
export interface Layout {
  readonly meters: number
  readonly judge: Judge
  /** Bytes of a record: a multiple of 8. */
  readonly bytes: number
  readonly at: Readonly<Record<Section, number>>
}

export function layoutOf(meters: number, judge: Judge): Layout {
  const at: Partial<Record<Section, number>> = {}
  let byte = 0
  for (const [name, section] of Object.entries(SECTIONS) as [Section, (typeof SECTIONS)[Section]][]) {
    const size = SIZE[section.of]
    at[name] = byte / size
    const lacks =
      (section.judge !== null && section.judge !== judge) || (name === 'meterRates' && meters === 1)
    if (!lacks) byte += size * (section.home + section.meter * meters)
  }
  return { meters, judge, bytes: Math.ceil(byte / 8) * 8, at: at as Record<Section, number> }
}
