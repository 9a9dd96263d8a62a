import { INACTIVITY_RULES, type InactivityRule } from '../../domain/household.ts'
import { OperationalError } from '../../domain/operational-error.ts'

/**
 * Rules that no home can be registered with, to measure others by: no use for so many hours in a row, which is what
 * published programmes start from.
 */
export const YARDSTICKS = ['silent-24h', 'silent-48h'] as const
export type Yardstick = (typeof YARDSTICKS)[number]
export type RuleName = InactivityRule | Yardstick
export const RULES: readonly RuleName[] = [...INACTIVITY_RULES, ...YARDSTICKS]

/** One way of judging all homes of a file. */
export interface Contender {
  /** `evidence@0.3`, or the name of a fixed rule. */
  readonly name: string
  /** `registered`: what each home's own registration says. */
  readonly rule: RuleName | 'registered'
  /** Inactivity alerts per household and 30 days; null where nothing of it depends on one. */
  readonly budget: number | null
  /** Whether its alerts keep their words and all kinds are judged, or only the times of `inactivity`. */
  readonly full: boolean
}

export const USUAL_BUDGET = 0.3
/** What a comparison shows where no budget is asked for: from one knock a home and five months to one a month. */
export const USUAL_BUDGETS: readonly number[] = [0.2, 0.3, 0.46, 0.7, 1.1]
/** The budgets whose points make the curve of a report, beside those asked for. */
export const CURVE_BUDGETS: readonly number[] = [0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2]

export function asRegistered(budget: number): Contender {
  return { name: `registered@${budget}`, rule: 'registered', budget, full: true }
}

/** The rule of each name. @throws OperationalError `unknown-rule`. */
export function rulesNamed(names: readonly string[]): RuleName[] {
  return [...new Set(names)].map((name) => {
    const rule = RULES.find((one) => one === name)
    if (rule !== undefined) return rule
    throw new OperationalError('unknown-rule', `"${name}" is none of the rules: ${RULES.join(', ')}.`)
  })
}

/** Every fixed rule once, and the evidence at each budget. */
export function contendersOf(rules: readonly RuleName[], budgets: readonly number[]): Contender[] {
  return rules.flatMap((rule): Contender[] =>
    rule === 'evidence'
      ? budgets.map((budget) => ({ name: `${rule}@${budget}`, rule, budget, full: false }))
      : [{ name: rule, rule, budget: null, full: false }],
  )
}

/**
 * What a report folds: the way that is chosen (the homes as they are registered, at the first budget; the one that is
 * `full`), the evidence at more budgets, for a curve, and the rules.
 * @param fixed whether any home is registered with a fixed rule.
 */
export function reportContenders(
  rules: readonly RuleName[],
  budgets: readonly number[],
  fixed: boolean,
): Contender[] {
  const [first = USUAL_BUDGET] = budgets
  const curve = [...new Set([...budgets, ...CURVE_BUDGETS])].sort((a, b) => a - b)
  const all = contendersOf([...new Set<RuleName>(['evidence', ...rules])], curve)
  if (fixed) return [asRegistered(first), ...all]
  return all.map((one) => ({ ...one, full: one.rule === 'evidence' && one.budget === first }))
}
