import type { AlertChange, AlertState, DeskAction } from './desk.ts'

/**
 * The whole life of an alert. A verb is allowed in the states of `from` and leads to `to` (null: stays where it is).
 * People speak the first five, the desk itself the last two: `release` ends a hold (deadline, or the evidence has
 * grown), `reopen` takes a closed matter up again (see take-statement.ts).
 */
export const ALERT_LIFE = {
  acknowledge: { from: ['held', 'open'], to: 'acknowledged', change: 'acknowledged' },
  dispatch: { from: ['held', 'open', 'acknowledged'], to: 'dispatched', change: 'dispatched' },
  hold: { from: ['open', 'acknowledged'], to: 'held', change: 'held' },
  close: { from: ['held', 'open', 'acknowledged', 'dispatched'], to: 'closed', change: 'closed' },
  note: { from: ['held', 'open', 'acknowledged', 'dispatched', 'closed'], to: null, change: 'noted' },
  release: { from: ['held'], to: 'open', change: 'released' },
  reopen: { from: ['closed'], to: 'open', change: 'revived' },
} as const satisfies Record<
  DeskAction['type'] | 'release' | 'reopen',
  { from: readonly AlertState[]; to: AlertState | null; change: AlertChange }
>

export function isAllowed(verb: keyof typeof ALERT_LIFE, state: AlertState): boolean {
  const from: readonly AlertState[] = ALERT_LIFE[verb].from
  return from.includes(state)
}
