import { FEATURES } from '../core/life/hazard.ts'
import type { LifeModel } from '../core/life/model.ts'
import type { Variant } from './cross-fit.ts'
import { SURPRISE } from './trace-home.ts'

/** The hazard of independent hours: logit h = L, so that -ln S is the summed surprise. */
const INDEPENDENT = Array.from({ length: FEATURES }, (_, place) => (place === 1 ? 1 : 0))
/** So much prior weight that no home's own returns count. */
const IMMOVABLE = 1e12

const always = (share: number): LifeModel['unlikely'] => ({
  water: { share, fall: 0 },
  electricity: { share, fall: 0 },
})

/** The model, and what it is without each of its ideas. */
export const VARIANTS: readonly Variant[] = [
  { name: 'the model' },
  { name: 'summed surprise of silent hours alone', evidence: SURPRISE },
  { name: 'silent hours independent', weights: INDEPENDENT },
  { name: 'score = -ln S alone', model: { unlikely: always(1) } },
  { name: 'score = what waiting saves alone', model: { unlikely: always(0) } },
  { name: "without the home's own calibration", model: { returnsPrior: IMMOVABLE } },
  { name: 'one share of improbability at every score', model: { unlikely: always(0.5) } },
  { name: 'without the fading in gaps', only: 'water', model: { fadeBelow: -1 } },
  { name: 'without the last days (A, D)', without: ['A', 'D'] },
  { name: 'without D, the last day', without: ['D'] },
  { name: 'without A and B, how lively', without: ['A', 'B'] },
  { name: 'without the weekly absence', model: { habitMinWeeks: Infinity } },
  { name: 'without the leak floor', only: 'water', model: { floorMinUnbroken: Infinity } },
  { name: 'without taking away what runs on', model: { steadyHours: Infinity } },
  { name: 'without the deep bar', only: 'electricity', model: { deepNats: Infinity } },
  { name: 'without the cap on the base load', only: 'electricity', model: { baseCap: Infinity } },
]
