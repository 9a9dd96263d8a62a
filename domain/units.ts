/** What a gateway may send. Inside, electricity is in kWh and water in litres. */
export const UNITS = ['kWh', 'Wh', 'm3', 'L'] as const
export type Unit = (typeof UNITS)[number]

export const METER_KINDS = ['electricity', 'water'] as const
export type MeterKind = (typeof METER_KINDS)[number]

/** The unit in which readings of a kind are kept, judged and shown. */
export const CANONICAL_UNIT: Record<MeterKind, 'kWh' | 'L'> = { electricity: 'kWh', water: 'L' }

export function kindOfUnit(unit: Unit): MeterKind {
  return unit === 'kWh' || unit === 'Wh' ? 'electricity' : 'water'
}

/** Converts to kWh or L; the result is rounded to the microunit so that 1234.567 m3 is 1234567 L and not a hair more. */
export function toCanonical(value: number, unit: Unit): number {
  switch (unit) {
    case 'kWh':
    case 'L':
      return value
    case 'Wh':
      return roundToMicro(value / 1000)
    case 'm3':
      return roundToMicro(value * 1000)
  }
}

/** Rounds to 1e-6 kWh or L: below every meter's resolution, above the noise of binary fractions. */
export function roundToMicro(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
