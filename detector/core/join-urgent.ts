import type { Outcome } from './matters.ts'

/** Speaks, in the place of a meter, for the part of an `inactivity` matter that is urgent; the home's judge speaks as -1. */
export const URGENT = -2
/** The same for a silence that is held because the home is away at this time of every week. */
export const USUAL = -3

/** One matter of what the life model says of a silence and of its being urgent: the graver of the two at each moment. */
export function joinUrgent(life: Outcome | null, urgent: Outcome): Outcome {
  if (life === null || urgent.raise.atMs < life.raise.atMs) {
    return { raise: urgent.raise, escalate: null, clear: life?.clear ?? urgent.clear }
  }
  const { atMs, severity, explanation, evidence, household, kind, onsetMs } = urgent.raise
  const { escalate } = life
  const isRed = escalate !== null && escalate.severity === 'red' && escalate.atMs <= atMs
  const grown = { type: 'escalate', household, kind, onsetMs, atMs, severity, explanation, evidence } as const
  return { raise: life.raise, escalate: isRed ? escalate : grown, clear: life.clear ?? urgent.clear }
}

/** What the home's judge says of a silence stands in the place of what was held for its weekly absence. */
export function joinUsual(life: Outcome | null, usual: Outcome): Outcome {
  return life ?? usual
}
