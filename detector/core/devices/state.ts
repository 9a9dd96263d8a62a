import type { HomeState } from '../state/home-state.ts'

/** What is known of a home's meters as devices, in its record (`state/layout.ts`): a few numbers per meter. */
export type DeviceState = HomeState

/** Columns of a meter's row of the section `device`: moments in ms. NaN: none. */
export const COLUMN = {
  /** The newest reading in which the meter itself spoke. */
  lastMs: 0,
  /** Onset of the frozen spell that is going on. */
  frozenMs: 1,
  /** Onset of the register fault that is open, and its newest fault. */
  faultMs: 2,
  faultLastMs: 3,
} as const
const COLUMNS = 4

/** Makes a record of zeros the state of meters that nothing is known of. */
export function beginDevices(state: DeviceState): void {
  const { f64, device, profile } = state
  f64.fill(NaN, device, device + COLUMNS * profile.meters.length)
}

export function get(state: DeviceState, meter: number, column: number): number {
  return state.f64[state.device + meter * COLUMNS + column] ?? NaN
}

export function set(state: DeviceState, meter: number, column: number, value: number): void {
  state.f64[state.device + meter * COLUMNS + column] = value
}

/** The longest usual silence of a meter, in whole ms. */
export function longestGapMs({ u32, gap }: DeviceState, meter: number): number {
  return u32[gap + meter] ?? 0
}

export function setLongestGapMs({ u32, gap }: DeviceState, meter: number, gapMs: number): void {
  u32[gap + meter] = Math.round(gapMs)
}

/** Readings in which the meter spoke, as far as anybody asks (`MIN_READINGS`): it counts to 255. */
export function readingsHeard({ u8, heard }: DeviceState, meter: number): number {
  return u8[heard + meter] ?? 0
}

export function countReading({ u8, heard }: DeviceState, meter: number): void {
  u8[heard + meter] = Math.min(255, (u8[heard + meter] ?? 0) + 1)
}
