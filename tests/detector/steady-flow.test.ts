import { describe, expect, it } from 'vitest'
import { cloneLife, foldLife, newLife, silentSinceMs, type LifeState } from '../../detector/core/life/fold.ts'
import { C } from '../../detector/core/life/state.ts'
import type { Observation, Profile } from '../../detector/core/observation.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import {
  foldAll,
  hoursOf,
  MONDAY_MS,
  noise,
  observationsOf,
  profileOf,
  usualLitres,
  WEEKS,
} from './life-timeline.ts'

const water = profileOf()
const power = profileOf(['electricity'])
/** A Monday at noon: somebody is up and about, and then never again. */
const STOP = WEEKS(8) + 12
const HOURS = STOP + 72

interface House {
  readonly stepMs?: number
  /** Litres an hour that run with nobody's doing, in the n-th interval. */
  readonly leak?: (n: number) => number
  /** Steps of the register, L. */
  readonly registerL?: number
  /** Litres an hour that run from the stop on. */
  readonly tap?: number
  readonly hours?: number
}

/** What a register shows of a home that lives as usual until the stop. */
function readWater({
  stepMs = HOUR_MS,
  leak = () => 0,
  registerL = 0.001,
  tap = 0,
  hours = HOURS,
}: House): Observation[] {
  let flowed = 0
  let shown = 0
  const steps = HOUR_MS / stepMs
  return observationsOf({
    profile: water,
    hours,
    stepMs,
    amount: (startMs, hour, n) => {
      const lives = startMs < MONDAY_MS + STOP * HOUR_MS
      const acts = lives && n % steps === 0 ? usualLitres(hour, Math.floor(n / steps)) : 0
      flowed += acts + (leak(n) + (lives ? 0 : tap)) / steps
      const now = Math.floor(flowed / registerL + 1e-9) * registerL
      const amount = now - shown
      shown = now
      return amount
    },
  })
}

/** Hours after the stop at which the home was asked after; not found: Infinity. No life sign may follow. */
function delayOf(profile: Profile, feed: readonly Observation[]): number {
  const { findings } = foldAll(profile, feed)
  expect(hoursOf(findings, 'clear').filter((at) => at > STOP + 30)).toEqual([])
  return (hoursOf(findings, 'raise').findLast((at) => at > STOP) ?? Infinity) - STOP
}

function foldOnly(profile: Profile, feed: readonly Observation[]) {
  const state = newLife(profile)
  for (const one of feed) foldLife(state, one, { thresholdOn: () => Infinity })
  return state
}

/** Whether so many litres in the next hour would be a life sign. */
function livesBy(state: LifeState, amount: number): boolean {
  const then = cloneLife(state)
  const endMs = (then.f64[then.clock + C.newestMs] ?? 0) + HOUR_MS
  foldLife(
    then,
    { meter: 0, endMs, intervalMs: HOUR_MS, amount, measured: true },
    { thresholdOn: () => Infinity },
  )
  return silentSinceMs(then) === endMs
}

/** Strays by a sixth to either side, every two hours. */
const straying = (litresPerHour: number) => (n: number) =>
  litresPerHour * (5 / 6 + noise(Math.floor(n / 2), 3) / 3)

describe('a home whose water never stops', () => {
  const tight = delayOf(water, readWater({}))

  it.each([
    ['strays by a sixth of itself', { leak: straying(12) }],
    ['shows as ticks of 10 L', { leak: straying(6), registerL: 10 }],
    ['is less than a litre an interval', { leak: straying(3), registerL: 1, stepMs: 15 * MINUTE_MS }],
    ['drips half a litre an hour', { leak: () => 0.6, registerL: 1 }],
  ])('is watched nearly as well as a tight one where the leak %s', (_, house) => {
    expect(delayOf(water, readWater(house))).toBeLessThanOrEqual(tight + 12)
  })

  it('has a bar that follows the leak: up within a week, and down within two days of being mended', () => {
    const grows = (at: number) => (n: number) => (n >= at * 24 && n < (at + 14) * 24 ? 15 : 5)
    const after = (days: number): LifeState =>
      foldOnly(water, readWater({ leak: grows(20), hours: days * 24 }))
    expect([7, 8].map((amount) => livesBy(after(20), amount))).toEqual([false, true])
    expect([15, 24].map((amount) => livesBy(after(28), amount))).toEqual([false, true])
    expect(livesBy(after(36), 12)).toBe(true)
    const mended = readWater({ leak: (n) => (n < 20 * 24 ? 5 : 0), hours: 21 * 24 + 8 })
    expect(livesBy(foldOnly(water, mended), 0.6)).toBe(true)
  })

  it('has a leak still after a day on which the water was cut', () => {
    const cut = readWater({ leak: (n) => (n >= 20 * 24 + 8 && n < 20 * 24 + 16 ? 0 : 6), hours: 23 * 24 })
    expect(livesBy(foldOnly(water, cut), 6)).toBe(false)
  })
})

describe('a home that is tight', () => {
  it.each([
    ['a litre', 1],
    ['ten litres', 10],
  ])('lives by the first tick of its register, in steps of %s', (_, registerL) => {
    const state = foldOnly(water, readWater({ registerL, hours: WEEKS(4) }))
    expect([0.4, 0.6].map((amount) => livesBy(state, amount))).toEqual([false, true])
  })
})

describe('a tap that somebody left running', () => {
  it('says that somebody was there when it began, and nothing of the hours since', () => {
    const found = delayOf(water, readWater({ tap: 120 }))
    expect(found).toBeLessThanOrEqual(delayOf(water, readWater({})) + 12)
  })

  it('is told with the alert: a reason to hurry, and a place to look', () => {
    const { findings } = foldAll(water, readWater({ tap: 120 }))
    const said = findings.findLast((one) => one.type === 'raise')
    if (said?.type !== 'raise') throw new Error('nothing was raised')
    expect(said.explanation.en).toContain('Meanwhile water runs on unchanged, 120 L an hour.')
    expect(said.explanation.zh).toContain('其间用水持续不变，每小时约 120 L')
    expect(said.evidence['runningLitresPerHour']).toBe(120)
    const without = foldAll(water, readWater({})).findings.findLast((one) => one.type === 'raise')
    expect(JSON.stringify(without)).not.toContain('unchanged')
  })

  it('does not hide who comes and draws more', () => {
    const feed = readWater({ tap: 120 }).map((one) =>
      one.endMs === MONDAY_MS + (STOP + 50) * HOUR_MS ? { ...one, amount: (one.amount ?? 0) + 40 } : one,
    )
    expect(hoursOf(foldAll(water, feed).findings, 'clear').at(-1)).toBe(STOP + 50)
  })
})

/** Fridge and standby, kWh in half an hour. */
const fridge = (n: number): number => (n % 3 === 0 ? 0.05 : 0.015) + 0.004 * noise(n, 5)

function readPower(lampW: number): Observation[] {
  return observationsOf({
    profile: power,
    hours: HOURS,
    stepMs: 30 * MINUTE_MS,
    amount: (startMs, hour, n) => {
      if (startMs >= MONDAY_MS + STOP * HOUR_MS) return fridge(n) + lampW / 2_000
      return fridge(n) + (hour >= 6 && hour < 23 && usualLitres(hour, n) > 0 ? 0.2 : 0)
    },
  })
}

describe('a lamp or a television that stays on', () => {
  it.each([60, 150])('of %i W hides a stopped life for some hours only', (watts) => {
    expect(delayOf(power, readPower(watts))).toBeLessThanOrEqual(delayOf(power, readPower(0)) + 14)
  })

  it('is life while an evening lasts: it was switched on, and will be switched off', () => {
    const isEvening = (hour: number): boolean => hour >= 18 && hour < 23
    const feed = observationsOf({
      profile: power,
      hours: WEEKS(4) + 24,
      stepMs: 30 * MINUTE_MS,
      amount: (_start, hour, n) => fridge(n) + (isEvening(hour) ? 0.06 : 0),
    })
    expect(silentSinceMs(foldOnly(power, feed))).toBe(MONDAY_MS + (WEEKS(4) + 23) * HOUR_MS)
  })
})

describe('what runs on at intervals of seconds', () => {
  it('is taken for life for as long as at any other', () => {
    const stepMs = 10_000
    const hours = 9 * 24
    const lampOf = (sinceHours: number): number => {
      const feed = observationsOf({
        profile: power,
        hours: hours + sinceHours,
        stepMs: HOUR_MS / 4,
        amount: (startMs, hour, n) =>
          startMs >= MONDAY_MS + hours * HOUR_MS
            ? null
            : (0.02 + 0.002 * noise(n, 5)) / 4 + (hour > 7 && hour < 22 ? usualLitres(hour, n) / 400 : 0),
      })
      const lamp = observationsOf({
        profile: power,
        fromMs: MONDAY_MS + hours * HOUR_MS,
        hours: sinceHours,
        stepMs,
        amount: () => (0.5 * stepMs) / HOUR_MS,
      })
      const state = foldOnly(power, [...feed, ...lamp])
      return (silentSinceMs(state) ?? 0) - MONDAY_MS - hours * HOUR_MS
    }
    expect(lampOf(4) / HOUR_MS).toBeCloseTo(4, 2)
    expect(lampOf(9) / HOUR_MS).toBeGreaterThan(5.5)
    expect(lampOf(9) / HOUR_MS).toBeLessThan(6.5)
  })
})
