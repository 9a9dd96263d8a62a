import type { MeterKind } from '../../domain/units.ts'
import type { LivedHome, Stop } from './inject-stops.ts'
import { FEATURE_NAMES } from '../core/life/hazard.ts'
import { MODEL, type LifeModel } from '../core/life/model.ts'
import { fitHazard } from './fit-hazard.ts'
import { gatherHours, type Hours } from './gather-hours.ts'
import { halfOf } from './half-of.ts'
import { SCORE, traceHome, type Evidence, type Trace } from './trace-home.ts'

/** The model with one idea taken away (or another put in its place). */
export interface Variant {
  readonly name: string
  /** Where it makes no difference to one kind of meter, the other. */
  readonly only?: MeterKind
  readonly model?: Partial<LifeModel>
  /** Terms of the hazard (docs/DETECTION.md) that are left out, with all their products. */
  readonly without?: readonly string[]
  /** Instead of the fitted weights. */
  readonly weights?: readonly number[]
  readonly evidence?: Evidence
}

/** Homes of one kind of meter, with what no variant changes: their stops, and the hours that the weights are fitted on. */
export interface Sample {
  readonly kind: MeterKind
  readonly homes: readonly LivedHome[]
  readonly stops: ReadonlyMap<LivedHome, readonly Stop[]>
  readonly hours: ReadonlyMap<LivedHome, Hours>
}

export function gatherAll(homes: readonly LivedHome[], model: LifeModel): Map<LivedHome, Hours> {
  return new Map(
    homes.map((home) => {
      const hours: Hours = { covariates: [], returned: [] }
      gatherHours(home, hours, model)
      return [home, hours]
    }),
  )
}

/** Every home judged by weights that were fitted on the other half of the homes. */
export function crossTrace(sample: Sample, variant: Variant): Trace[] {
  const model = { ...MODEL, ...variant.model }
  // What tells a life sign decides what the hours show; nothing else in a variant does.
  const differs = (['floorMinUnbroken', 'steadyHours', 'fadeBelow', 'deepNats', 'baseCap'] as const).some(
    (key) => model[key] !== MODEL[key],
  )
  const hours = differs ? gatherAll(sample.homes, model) : sample.hours
  const weights = [0, 1].map((half) => variant.weights ?? weightsFor(half, sample.homes, hours, variant))
  return sample.homes.map((home) => {
    const own = { ...model.weights, [sample.kind]: weights[halfOf(home.household)] }
    return traceHome(
      home,
      sample.stops.get(home) ?? [],
      { ...model, weights: own },
      variant.evidence ?? SCORE,
    )
  })
}

function weightsFor(
  half: number,
  homes: readonly LivedHome[],
  hours: ReadonlyMap<LivedHome, Hours>,
  variant: Variant,
): readonly number[] {
  const together: Hours = { covariates: [], returned: [] }
  for (const home of homes) {
    if (halfOf(home.household) === half) continue
    for (const value of hours.get(home)?.covariates ?? []) together.covariates.push(value)
    for (const value of hours.get(home)?.returned ?? []) together.returned.push(value)
  }
  return fitHazard(together, termsWithout(variant.without ?? [])).weights
}

/** Places of the terms that have none of these letters in them. */
function termsWithout(letters: readonly string[]): number[] {
  const places = FEATURE_NAMES.map((_, place) => place)
  return places.filter((place) => {
    const factors = FEATURE_NAMES[place]?.replace('²', '').split('·') ?? []
    return !factors.some((factor) => letters.includes(factor))
  })
}
