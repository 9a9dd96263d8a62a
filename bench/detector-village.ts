import { DAY_MS, HOUR_MS } from '../domain/time.ts'

/**
 * Two-meter homes with a living pattern, as columns made in advance: a benchmark must measure the detector and not its own
 * dice. Homes beyond `PATTERNS` live as one of these do, at weeks of their own.
 */
export interface Village {
  readonly stepMs: number
  readonly steps: number
  /** Wh or mL by pattern, step and meter (0 water, 1 electricity). */
  readonly amount: Uint32Array
}

export const PATTERNS = 256
export const METERS = 2
/** A Monday. */
export const START_MS = Date.UTC(2026, 2, 2)

export function newVillage(weeks: number, stepMs: number): Village {
  const steps = (weeks * 7 * DAY_MS) / stepMs
  const amount = new Uint32Array(PATTERNS * steps * METERS)
  for (let pattern = 0; pattern < PATTERNS; pattern++) live(amount, pattern, steps, stepMs)
  return { stepMs, steps, amount }
}

export function amountAt(village: Village, home: number, step: number, meter: number): number {
  const { steps, amount } = village
  return (amount[((home % PATTERNS) * steps + (step % steps)) * METERS + meter] ?? 0) / 1_000
}

/** Up at about seven, in and out, to bed at about eleven; away for a night now and then, some for the weekend, some leaky. */
function live(amount: Uint32Array, pattern: number, steps: number, stepMs: number): void {
  const hours = stepMs / HOUR_MS
  const rises = 5.5 + 3 * noise(pattern, 1)
  const retires = 21 + 3 * noise(pattern, 2)
  const lively = 0.35 + 0.5 * noise(pattern, 3)
  const leak = pattern % 10 === 0 ? 1 + 4 * noise(pattern, 4) : 0
  const weekender = pattern % 12 === 0
  let awayUntil = -1
  for (let step = 0; step < steps; step++) {
    const hour = (step * hours) % 24
    const day = Math.floor((step * hours) / 24)
    if (hour < hours) {
      const goes = weekender && day % 7 === 5 ? 1.9 : noise(pattern * 1_009 + day, 5) < 0.03 ? 1.4 : 0
      if (goes > 0) awayUntil = step + (goes * 24) / hours
    }
    const isAwake = hour >= rises && hour < retires && step >= awayUntil
    const dice = noise(pattern * 1_000_003 + step, 6)
    const acts = dice < 1 - (1 - (isAwake ? lively : 0.02)) ** hours && step >= awayUntil
    const at = (pattern * steps + step) * METERS
    amount[at] =
      Math.round(1_000 * leak * hours) + (acts ? 1_000 * (1 + Math.round(20 * noise(step, pattern))) : 0)
    const fridge = 0.05 + 0.04 * noise(pattern * 77 + (step >> 1), 7)
    amount[at + 1] = Math.round((fridge + (acts ? 0.2 + noise(step, 8) : 0)) * hours * 1_000)
  }
}

/** Repeatable noise in 0..1. */
function noise(n: number, seed: number): number {
  let t = Math.imul(n + seed * 7919, 0x9e3779b1) >>> 0
  t = Math.imul(t ^ (t >>> 15), 0x85ebca6b) >>> 0
  return ((t ^ (t >>> 13)) >>> 0) / 4_294_967_296
}
