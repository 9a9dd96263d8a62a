import type { EpochMs } from '../../domain/time.ts'
import type { StreamedAlert } from './follow-alerts.ts'
import type { Narrator } from './narrate.ts'

/** What has come over the live stream, so that each alert is told once for each turn that it takes. */
export interface AlertBook {
  take(alert: StreamedAlert): void
  /** From here on alerts are told; those before were part of the learning. */
  open(): void
  /** Alerts seen while learning. */
  earlier(): number
  /** Whether an alert is active now for which somebody is called: one that is held calls nobody. */
  isCalled(household: string, kind: string): boolean
  /** When the alert that is active now was raised, event time. */
  raisedAt(household: string, kind: string): EpochMs | null
}

/** Alerts remembered; beyond it the oldest are forgotten, and would be told twice at worst. */
const REMEMBERED = 5_000

export function createAlertBook(playFromMs: EpochMs, narrator: Narrator): AlertBook {
  const known = new Map<string, StreamedAlert>()
  let telling = false

  const active = (household: string, kind: string): StreamedAlert[] =>
    [...known.values()].filter(
      (alert) => alert.household === household && alert.kind === kind && alert.condition === 'active',
    )

  return {
    take(alert) {
      const before = known.get(alert.id)
      known.delete(alert.id)
      known.set(alert.id, alert)
      if (known.size > REMEMBERED) known.delete(known.keys().next().value ?? '')
      const changedMs = Date.parse(alert.clearedAt ?? alert.raisedAt)
      if (!telling || changedMs < playFromMs) return
      const isReleased = before?.state === 'held' && alert.state !== 'held' && alert.condition === 'active'
      if (before?.condition !== alert.condition || isReleased) narrator.alert(alert)
      else if (before.severity !== alert.severity) narrator.grows(alert)
    },
    open() {
      telling = true
    },
    earlier: () => known.size,
    isCalled: (household, kind) => active(household, kind).some(({ state }) => state !== 'held'),
    raisedAt: (household, kind) => {
      const [alert] = active(household, kind)
      return alert === undefined ? null : Date.parse(alert.raisedAt)
    },
  }
}
