import type { HomeEvent } from './home-event.ts'
import { USUAL } from './join-urgent.ts'
import { describeUsualHold } from './describe-holds.ts'
import { habitOfSilence, silentSinceOf } from './judge.ts'
import type { LifeContext } from './life/fold.ts'
import type { Observation } from './observation.ts'
import * as places from './area/back.ts'
import { describeLife } from './area/return-to-life.ts'
import type { HomeState } from './state/home-state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { R } = places

/**
 * A silence that would be an alert but for the home's weekly absence is shown as held: nobody is called, and nothing
 * counts against the budget. Its end is the life model's: life clears it, or the alert comes once the habit explains
 * it no longer.
 */
export function foldUsual(
  state: HomeState,
  { endMs }: Observation,
  context: LifeContext,
  say: (event: HomeEvent) => void,
): void {
  const { f64, back, profile } = state
  const heldMs = f64[back + R.usualMs] ?? NaN
  const { household, meters } = profile
  if (!Number.isNaN(heldMs)) {
    const sinceMs = silentSinceOf(state) ?? heldMs
    if (sinceMs <= heldMs) return
    f64[back + R.usualMs] = NaN
    const reason = describeLife(profile, sinceMs)
    say({
      meter: USUAL,
      finding: { type: 'clear', household, kind: 'inactivity', onsetMs: heldMs, atMs: endMs, reason },
    })
    return
  }
  const held = habitOfSilence(state, endMs, context)
  if (held === null) return
  const { sinceMs, habit, explanation, evidence } = held
  f64[back + R.usualMs] = sinceMs
  say({
    meter: USUAL,
    finding: {
      type: 'raise',
      household,
      kind: 'inactivity',
      onsetMs: sinceMs,
      atMs: endMs,
      severity: 'yellow',
      meters: meters.map(({ id }) => id),
      explanation,
      evidence,
      hold: {
        reason: 'usual-absence',
        untilMs: habit.untilMs,
        explanation: describeUsualHold(profile, habit),
      },
    },
  })
}
