import { HOUR_MS } from '../../domain/time.ts'
import type { LivedHome } from './inject-stops.ts'
import { showsLife } from '../core/life/base-load.ts'
import { foldLife, newLife, type LifeState } from '../core/life/fold.ts'
import { FEATURES, featuresOf } from '../core/life/hazard.ts'
import { enterHour } from '../core/life/hour.ts'
import { MODEL, type LifeModel } from '../core/life/model.ts'
import { LEARNING_DAYS, LONG_INTERVAL_HOURS, MIN_COVER } from '../core/life/parameters.ts'
import { B, H, L, LOAD_ROW, V } from '../core/life/state.ts'
import { slotOf } from '../core/life/waiting.ts'
import { wallMs } from '../core/local-time.ts'
import type { Observation } from '../core/observation.ts'
import { observationsOf } from './lives.ts'
import { profileOf } from './load-homes.ts'

/** Silent hours, one after another: what was known as the hour began, and whether life returned in it. */
export interface Hours {
  readonly covariates: number[]
  readonly returned: number[]
}

const NEVER_REACHED = { thresholdOn: () => Infinity }

/**
 * Folds a home as it lived and writes down every hour that began in silence and was observed, once the home has been
 * watched for as long as it must be before an alert is possible.
 */
export function gatherHours(home: LivedHome, hours: Hours, model: LifeModel = MODEL): void {
  const state = newLife(profileOf(home), model)
  const covariates = new Float64Array(FEATURES)
  let isPending = false
  for (const observation of observationsOf(home.series)) {
    const hour = hourEntered(state, observation)
    if (hour !== null) {
      if (isPending && observedShare(state) >= MIN_COVER) {
        for (const value of covariates) hours.covariates.push(value)
        hours.returned.push((state.u8[state.flag + B.sign] ?? 0) > 0 ? 1 : 0)
      }
      // What foldLife is about to do as well; entered here, the hour can be seen before anything in it is.
      enterHour(state, hour)
      isPending =
        (state.u8[state.flag + B.beganSilent] ?? 0) > 0 &&
        (state.f32[state.level + V.hoursSeen] ?? 0) >= LEARNING_DAYS * 24
      if (isPending) {
        const { f32, level } = state
        featuresOf(
          state,
          slotOf(hour),
          f32[level + V.surprise] ?? 0,
          f32[level + V.silentHours] ?? 0,
          covariates,
        )
      }
    }
    foldLife(state, observation, NEVER_REACHED)
  }
}

/** The wall-clock hour that an observation begins; null where it goes on with the present one or says nothing. */
function hourEntered(state: LifeState, observation: Observation): number | null {
  const { endMs, intervalMs, amount, measured } = observation
  const long = LONG_INTERVAL_HOURS * HOUR_MS
  if (!measured || amount === null || !(intervalMs > 0) || intervalMs > long) return null
  if (showsLife(state, observation) === null) return null
  const hour = Math.floor(wallMs(state.profile.timezone, endMs - intervalMs / 2) / HOUR_MS)
  return hour > (state.u32[state.hour + H.current] ?? 0) ? hour : null
}

/** Of the present hour, by the meter that has seen most of it. */
function observedShare(state: LifeState): number {
  let most = 0
  for (let meter = 0; meter < state.profile.meters.length; meter++) {
    most = Math.max(most, state.f32[state.load + meter * LOAD_ROW + L.cover] ?? 0)
  }
  return most
}
