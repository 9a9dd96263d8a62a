import type { HomeState } from '../state/home-state.ts'

/** Hours that the sliding window of the 10 L rules looks back on, kept as rings of litres and of observed time. */
export const WINDOW_HOURS = 24
export const NEVER = -1

/** Places in the section. */
export const R = {
  lastUseMs: 0,
  openOnsetMs: 1,
  firstMs: 2,
  /** Observed time without use, ms. */
  silentMs: 3,
  /** Newest UTC hour in the rings. */
  hour: 4,
  /** Local day whose peaks are being watched, the observed time in them (ms), and whether there was use. */
  day: 5,
  peakMs: 6,
  peakUse: 7,
  lastAmount: 8,
  lastMeter: 9,
} as const
const NUMBERS = 10

/** The record of a home under a fixed rule: its section `rule` (`state/layout.ts`) is the numbers above, then two rings. */
export type RuleState = HomeState

/** Where the rings begin, after the numbers. */
export const LITRES = NUMBERS
export const COVER = NUMBERS + WINDOW_HOURS

/** Makes a record of zeros the state of a home that nothing is known of. */
export function beginRule({ f64, rule }: RuleState): void {
  f64.fill(NEVER, rule, rule + NUMBERS)
}
