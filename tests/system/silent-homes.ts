/** A reading as the native format sends it. */
export interface SentReading {
  readonly meter: string
  readonly time: number
  readonly register: number
  readonly unit: 'L'
}

const HOUR_MS = 3_600_000
const DAYS = 35
/** Long past, so that the feed is history and no clock but its own matters. */
const START_MS = Date.UTC(2024, 2, 4)
const QUIET_FROM_HOUR = (DAYS - 4) * 24 + 9

/**
 * Hourly water registers of small homes with a daily rhythm, in time order; every third home falls silent four days
 * before the end and stays so.
 */
export function silentHomes(homes: number): SentReading[] {
  const registers = Array.from({ length: homes }, (_, home) => 1_000 * home)
  const readings: SentReading[] = []
  for (let hour = 0; hour < DAYS * 24; hour++) {
    for (let home = 0; home < homes; home++) {
      const silent = home % 3 === 0 && hour >= QUIET_FROM_HOUR
      const register = (registers[home] ?? 0) + (silent ? 0 : use(hour, home))
      registers[home] = register
      readings.push({ meter: `W-${home}`, time: START_MS + (hour + 1) * HOUR_MS, register, unit: 'L' })
    }
  }
  return readings
}

function use(hour: number, home: number): number {
  const ofDay = (hour + home) % 24
  const awake = ofDay >= 6 && ofDay < 22
  // A fixed pattern with some hours left out: rhythm without chance.
  return awake && (hour * 7 + home * 13) % 5 !== 0 ? 5 + ((hour * 31 + home) % 20) : 0
}
