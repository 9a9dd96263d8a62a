import { ALERT_KINDS, SEVERITIES, type AlertKind, type Severity } from '../../domain/alert-kinds.ts'
import type { Finding, HoldReason } from '../../domain/finding.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'

/** What somebody was told, in the end; or what was kept back from them. */
export interface ToldAlert {
  /** A home, or what stands for an area. */
  readonly household: HouseholdId
  readonly kind: AlertKind
  readonly onsetMs: EpochMs
  /** Event time of the first raise that was not held. */
  raisedMs: EpochMs
  /** When the system first said so: a home that reports once a day is heard of once a day. Infinity: held to its end. */
  saidMs: EpochMs
  /** The highest it came to. */
  severity: Severity
  /** When the system said that it is over, or that it was not so; null: it stands. */
  endedMs: EpochMs | null
  retracted: boolean
  /** Why it was kept back at first, and since when. */
  readonly held: { readonly reason: HoldReason; readonly sinceMs: EpochMs } | null
}

export interface AlertCollector {
  take(finding: Finding, saidMs: EpochMs): void
  /** Those that reached a person, in the order in which they did. */
  alerts(): ToldAlert[]
  /** Those that were kept back and ended so. */
  heldToTheEnd(): ToldAlert[]
}

type Raise = Extract<Finding, { type: 'raise' }>

/** One alert a matter, however often it is said anew: whoever was told at first has gone to the door already. */
export function createAlertCollector(): AlertCollector {
  const alerts = new Map<string, ToldAlert>()
  const all = (): ToldAlert[] => [...alerts.values()]

  function raise(key: string, known: ToldAlert | undefined, finding: Raise, saidMs: EpochMs): void {
    const { household, kind, onsetMs, atMs, severity, hold } = finding
    const isHeld = hold !== undefined
    if (known === undefined) {
      const reached = isHeld ? { raisedMs: Infinity, saidMs: Infinity } : { raisedMs: atMs, saidMs }
      const held = isHeld ? { reason: hold.reason, sinceMs: saidMs } : null
      alerts.set(key, {
        household,
        kind,
        onsetMs,
        severity,
        endedMs: null,
        retracted: false,
        held,
        ...reached,
      })
      return
    }
    if (!isHeld && known.saidMs === Infinity) {
      known.raisedMs = atMs
      known.saidMs = saidMs
    }
    known.severity = higher(known.severity, severity)
    known.endedMs = null
    known.retracted = false
  }

  return {
    take(finding, saidMs) {
      const key = `${finding.household} ${finding.kind} ${finding.onsetMs}`
      const known = alerts.get(key)
      switch (finding.type) {
        case 'raise':
          return raise(key, known, finding, saidMs)
        case 'escalate':
          if (known !== undefined) known.severity = higher(known.severity, finding.severity)
          return
        case 'clear':
        case 'retract':
          if (known === undefined) return
          known.endedMs = saidMs
          known.retracted = finding.type === 'retract'
      }
    },
    alerts: () =>
      all()
        .filter(({ saidMs }) => saidMs !== Infinity)
        .sort((a, b) => a.saidMs - b.saidMs),
    heldToTheEnd: () => all().filter(({ saidMs }) => saidMs === Infinity),
  }
}

function higher(one: Severity, other: Severity): Severity {
  return SEVERITIES.indexOf(one) >= SEVERITIES.indexOf(other) ? one : other
}

/** Life and trend send somebody to a door; supply and devices do not. */
export function isKnock({ kind }: Pick<ToldAlert, 'kind'>): boolean {
  const category = ALERT_KINDS[kind]
  return category === 'life' || category === 'trend'
}
