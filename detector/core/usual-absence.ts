import type { EpochMs } from '../../domain/time.ts'
import type { HomeEvent } from './home-event.ts'
import type { Home } from './household.ts'
import { USUAL } from './join-urgent.ts'
import { describeUsualHold } from './describe-holds.ts'
import { habitOfSilence, silentSinceOf, type JudgeState } from './judge.ts'
import type { LifeContext } from './life/fold.ts'
import { describeLife, R, type ReturnState } from './area/return-to-life.ts'

/**
 * A silence that would be an alert but for the home's weekly absence is shown as held: nobody is called, and nothing
 * counts against the budget. Its end is the life model's: life clears it, or the alert comes once the habit explains
 * it no longer.
 */
export function foldUsual(
  state: ReturnState,
  judge: JudgeState,
  home: Home,
  endMs: EpochMs,
  context: LifeContext,
  say: (event: HomeEvent) => void,
): void {
  const heldMs = state[R.usualMs] ?? NaN
  const { household, meters } = home.profile
  if (!Number.isNaN(heldMs)) {
    const sinceMs = silentSinceOf(judge) ?? heldMs
    if (sinceMs <= heldMs) return
    state[R.usualMs] = NaN
    const reason = describeLife(home, sinceMs)
    say({
      meter: USUAL,
      finding: { type: 'clear', household, kind: 'inactivity', onsetMs: heldMs, atMs: endMs, reason },
    })
    return
  }
  const held = habitOfSilence(judge, endMs, context)
  if (held === null) return
  const { sinceMs, habit, explanation, evidence } = held
  state[R.usualMs] = sinceMs
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
        explanation: describeUsualHold(home.profile, habit),
      },
    },
  })
}
