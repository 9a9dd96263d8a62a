import { Command } from 'commander'
import { METER_KINDS, type MeterKind } from '../../domain/units.ts'
import { OperationalError } from '../../domain/operational-error.ts'
import type { LivedHome } from './inject-stops.ts'
import { COEFFICIENTS, PRIOR_CURVE } from '../core/life/coefficients.ts'
import { FEATURE_NAMES } from '../core/life/hazard.ts'
import { MODEL } from '../core/life/model.ts'
import { fitHazard, hoursOf } from './fit-hazard.ts'
import { devianceOf } from './fit-logistic.ts'
import { fitPriorCurve } from './fit-prior-curve.ts'
import type { Hours } from './gather-hours.ts'
import { halfOf } from './half-of.ts'
import { reportFailure } from './report-failure.ts'
import { loadHomes, parseSource, type Source } from './load-homes.ts'
import { SCORE, traceHome } from './trace-home.ts'
import { DECIMALS, rounded, writeCoefficients, type Fitted } from './write-coefficients.ts'

const MAX_TURNS = 20
/** Weights that move by less change no alert; turn after turn they would creep on by half of this. */
const SETTLED = 2e-3

interface FitOptions {
  readonly water: readonly Source[]
  readonly electricity: readonly Source[]
  readonly write?: true
}

const program = new Command('fit')
  .description(
    'Fit the weights of the hazard of return and the prior curve of the budget on the tuned half of the homes of reading files, and print them beside those in use.',
  )
  .requiredOption(
    '--water <file@zone...>',
    'reading files of water meters, each with the time zone of its homes',
    many,
  )
  .requiredOption('--electricity <file@zone...>', 'the same of electricity meters', many)
  .option('--write', 'put the result into detector/core/life/coefficients.ts')
  .action(fit)

function many(text: string, before: readonly Source[] = []): Source[] {
  return [...before, parseSource(text)]
}

async function fit(options: FitOptions): Promise<void> {
  const weights: Record<MeterKind, readonly number[]> = { ...COEFFICIENTS }
  const tuned: LivedHome[] = []
  for (const kind of METER_KINDS) {
    const homes = (await Promise.all(options[kind].map(loadHomes))).flat()
    const halves = [0, 1].map((half) => homes.filter(({ household }) => halfOf(household) === half))
    tuned.push(...(halves[0] ?? []))
    weights[kind] = fitKind(kind, halves)
  }
  const model = { ...MODEL, weights }
  const curve = fitPriorCurve(tuned.map((home) => traceHome(home, [], model, SCORE)))
  const prior = { logAt11: rounded(curve.logAt11), slope: rounded(curve.slope) }
  print(`prior curve: logAt11 ${prior.logAt11}, slope ${prior.slope}`)
  print(`     in use: logAt11 ${PRIOR_CURVE.logAt11}, slope ${PRIOR_CURVE.slope}`)
  finish({ weights, prior }, options.write === true)
}

function fitKind(kind: MeterKind, halves: readonly (readonly LivedHome[])[]): number[] {
  const { tuned, heldOut, kept, steps } = fitUntilSettled(kind, halves)
  const inUse = COEFFICIENTS[kind]
  print(`${kind}: ${halves[0]?.length} homes, ${tuned.returned.length} silent hours, ${steps} steps`)
  print(`  ${'term'.padEnd(6)}${'fitted'.padStart(10)}${'in use'.padStart(10)}`)
  FEATURE_NAMES.forEach((name, i) => {
    const [one, other] = [kept[i] ?? 0, inUse[i] ?? 0].map((value) => value.toFixed(DECIMALS).padStart(10))
    print(`  ${name.padEnd(6)}${one}${other}`)
  })
  for (const [name, hours] of [
    ['tuned', tuned],
    ['held out', heldOut],
  ] as const) {
    const { covariates, returned } = hours
    const [one, other] = [kept, inUse].map((each) => devianceOf(covariates, returned, each).toFixed(5))
    print(`  deviance per hour, ${name}: ${one}, in use ${other}`)
  }
  return kept
}

/** What a gap leaves of a silence hangs on the weights, and they on the silences: fitted in turn until they agree. */
function fitUntilSettled(
  kind: MeterKind,
  halves: readonly (readonly LivedHome[])[],
): { tuned: Hours; heldOut: Hours; kept: number[]; steps: number } {
  let kept: number[] = [...COEFFICIENTS[kind]]
  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    const model = { ...MODEL, weights: { ...MODEL.weights, [kind]: kept } }
    const [tuned, heldOut] = halves.map((homes) => hoursOf(homes, model))
    if (tuned === undefined || heldOut === undefined || tuned.returned.length === 0) {
      throw new OperationalError(
        'too-few-homes',
        `no ${kind} home of the tuned half has outlived its warm-up`,
      )
    }
    const { weights, steps } = fitHazard(tuned)
    const before = kept
    kept = weights.map(rounded)
    if (kept.every((weight, i) => Math.abs(weight - (before[i] ?? 0)) < SETTLED)) {
      return { tuned, heldOut, kept, steps }
    }
  }
  throw new OperationalError('not-settled', `the weights for ${kind} do not settle in ${MAX_TURNS} turns`)
}

function finish(fitted: Fitted, write: boolean): void {
  if (!write) return
  writeCoefficients(fitted)
  print('written to detector/core/life/coefficients.ts; now: npm run format')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

await reportFailure('fit', () => program.parseAsync())
