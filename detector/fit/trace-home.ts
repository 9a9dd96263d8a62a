import type { EpochMs } from '../../domain/time.ts'
import { drawStops, seededRandom, stopSeries, type LivedHome, type Stop } from './inject-stops.ts'
import { cloneLife, foldLife, isKnown, newLife, type LifeState } from '../core/life/fold.ts'
import type { Series } from '../backtest/series.ts'
import type { LifeModel } from '../core/life/model.ts'
import { C, NEVER, V } from '../core/life/state.ts'
import { isUsualAbsence } from '../core/life/weekly-absence.ts'
import { HORIZON_DAYS, observationsOf, WARMUP_DAYS } from './lives.ts'
import { profileOf } from './load-homes.ts'

/** How the evidence of one silence grew: each time the score went up, to what and when. */
export interface Silence {
  readonly scores: number[]
  readonly atMs: EpochMs[]
  /** Infinity: it never ended. */
  endMs: EpochMs
}

/** What a home's silences came to, so that any threshold can be asked for later. */
export interface Trace {
  readonly home: LivedHome
  readonly silences: readonly Silence[]
  /** Of every stop of this home: the silences that were open at the onset or began after it. */
  readonly stops: readonly { readonly onsetMs: EpochMs; readonly silences: readonly Silence[] }[]
}

/** The evidence that a threshold is held against; the model's own is the highest score of the present silence. */
export type Evidence = (state: LifeState) => number
export const SCORE: Evidence = (state) => state.f32[state.level + V.peak] ?? 0
export const SURPRISE: Evidence = (state) => state.f32[state.level + V.surprise] ?? 0

const NEVER_REACHED = { thresholdOn: () => Infinity }

/** What the meters of a home show from a stop on; of rows that end before it nothing is asked. */
export type StoppedSeries = (home: LivedHome, onsetMs: EpochMs) => readonly Series[]

const repeatingQuietHours: StoppedSeries = (home, onsetMs) =>
  home.series.map((one) => stopSeries(one, onsetMs, HORIZON_DAYS, home.timezone))

/** Stops of every seed, `rounds` of each, by home. */
export function drawAllStops(
  homes: readonly LivedHome[],
  seeds: number,
  rounds: number,
  share: number,
): Map<LivedHome, Stop[]> {
  const byHome = new Map<LivedHome, Stop[]>(homes.map((home) => [home, []]))
  for (let seed = 1; seed <= seeds; seed++) {
    const random = seededRandom(seed)
    for (let round = 0; round < rounds; round++) {
      const options = { share, random, warmupDays: WARMUP_DAYS, horizonDays: HORIZON_DAYS }
      for (const stop of drawStops(homes, options)) byHome.get(stop.home)?.push(stop)
    }
  }
  return byHome
}

/**
 * Folds a home as it lived, once, and from every stop on a copy of it as it would have been seen then. No alert is ever
 * raised: one changes nothing of what the home is known for, so that every threshold can be read off afterwards.
 */
export function traceHome(
  home: LivedHome,
  stops: readonly Stop[],
  model: LifeModel,
  evidence: Evidence,
  stopped: StoppedSeries = repeatingQuietHours,
): Trace {
  const pending = stops.map(({ onsetMs }) => onsetMs).sort((a, b) => a - b)
  const traced: { onsetMs: EpochMs; silences: readonly Silence[] }[] = []
  const watch = startWatch(newLife(profileOf(home), model), evidence)
  for (const observation of observationsOf(home.series)) {
    while ((pending[0] ?? Infinity) < observation.endMs) {
      const onsetMs = pending.shift() ?? 0
      traced.push({ onsetMs, silences: traceStop(stopped(home, onsetMs), onsetMs, watch) })
    }
    foldWatched(watch, observation)
  }
  return { home, silences: watch.silences, stops: traced }
}

interface Watch {
  readonly state: LifeState
  readonly evidence: Evidence
  readonly silences: Silence[]
  open: Silence | null
}

function startWatch(state: LifeState, evidence: Evidence): Watch {
  return { state, evidence, silences: [], open: null }
}

function traceStop(stopped: readonly Series[], onsetMs: EpochMs, lived: Watch): Silence[] {
  const watch = startWatch(cloneLife(lived.state), lived.evidence)
  if (lived.open !== null) {
    watch.open = { ...lived.open, scores: [...lived.open.scores], atMs: [...lived.open.atMs] }
    watch.silences.push(watch.open)
  }
  for (const observation of observationsOf(stopped, onsetMs)) foldWatched(watch, observation)
  return watch.silences
}

type Observation = Parameters<typeof foldLife>[1]

function foldWatched(watch: Watch, observation: Observation): void {
  const { state } = watch
  const lastSignMs = state.f64[state.clock + C.lastSignMs] ?? NEVER
  foldLife(state, observation, NEVER_REACHED)
  if (state.f64[state.clock + C.lastSignMs] !== lastSignMs) {
    if (watch.open !== null) watch.open.endMs = observation.endMs
    watch.open = null
    return
  }
  const score = watch.evidence(state)
  if (score <= (watch.open?.scores.at(-1) ?? 0)) return
  if (!isKnown(state, observation.endMs) || isUsualAbsence(state)) return
  if (watch.open === null) {
    watch.open = { scores: [], atMs: [], endMs: Infinity }
    watch.silences.push(watch.open)
  }
  watch.open.scores.push(score)
  watch.open.atMs.push(observation.endMs)
}
