import type { MeterId } from '../../domain/ids.ts'
import type { MeterKind } from '../../domain/units.ts'

/** What a meter showed, in the order of time, in columns: a county's year must fit in memory. */
export interface Series {
  readonly meter: MeterId
  readonly kind: MeterKind
  readonly length: number
  readonly endMs: Float64Array
  readonly intervalMs: Float64Array
  /** kWh or L; NaN where it cannot be told or was not measured. */
  readonly amount: Float32Array
}

/** A growing column of numbers. */
export class Column {
  private values = new Float64Array(256)
  length = 0

  push(value: number): void {
    if (this.length === this.values.length) {
      const wider = new Float64Array(this.length * 2)
      wider.set(this.values)
      this.values = wider
    }
    this.values[this.length++] = value
  }

  view(): Float64Array {
    return this.values.subarray(0, this.length)
  }
}
