/** What is known of a home's meters as devices: one row of numbers per meter. NaN: none. */
export type DeviceState = Float64Array

/** Columns of a meter's row. */
export const COLUMN = {
  /** The newest reading in which the meter itself spoke. */
  lastMs: 0,
  longestGapMs: 1,
  readings: 2,
  /** Onset of the frozen spell that is going on. */
  frozenMs: 3,
  /** Onset of the register fault that is open, and its newest fault. */
  faultMs: 4,
  faultLastMs: 5,
} as const
const COLUMNS = 6

export function newDevices(meters: number): DeviceState {
  const state = new Float64Array(meters * COLUMNS).fill(NaN)
  for (let meter = 0; meter < meters; meter++) {
    set(state, meter, COLUMN.longestGapMs, 0)
    set(state, meter, COLUMN.readings, 0)
  }
  return state
}

export function get(state: DeviceState, meter: number, column: number): number {
  return state[meter * COLUMNS + column] ?? NaN
}

export function set(state: DeviceState, meter: number, column: number, value: number): void {
  state[meter * COLUMNS + column] = value
}
