import { INACTIVITY_RULES, type InactivityRule } from '../../domain/household.ts'

/**
 * Rules that no home can be registered with, to measure others by: no use for so many hours in a row, which is what
 * published programmes start from.
 */
export const YARDSTICKS = ['silent-24h', 'silent-48h'] as const
export type Yardstick = (typeof YARDSTICKS)[number]
export const RULES: readonly (InactivityRule | Yardstick)[] = [...INACTIVITY_RULES, ...YARDSTICKS]

/** One way of judging all homes of a file. */
export interface Contender {
  /** `evidence@0.3`, or the name of a fixed rule. */
  readonly name: string
  /** `registered`: what each home's own registration says. */
  readonly rule: InactivityRule | Yardstick | 'registered'
  /** Inactivity alerts per household and 30 days; null where nothing of it depends on one. */
  readonly budget: number | null
  /** Whether its alerts keep their words and all kinds are judged, or only the times of `inactivity`. */
  readonly full: boolean
}

export function asRegistered(budget: number): Contender {
  return { name: `registered@${budget}`, rule: 'registered', budget, full: true }
}

export function contendersOf(
  rules: readonly (InactivityRule | Yardstick)[],
  budgets: readonly number[],
): Contender[] {
  return rules.flatMap((rule): Contender[] =>
    rule === 'evidence'
      ? budgets.map((budget) => ({ name: `${rule}@${budget}`, rule, budget, full: false }))
      : [{ name: rule, rule, budget: null, full: false }],
  )
}
