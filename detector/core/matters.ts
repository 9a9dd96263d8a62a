import type { Explanation, Finding, Hold } from '../../domain/finding.ts'
import type { MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { HomeEvent } from './home-event.ts'
import { joinUrgent, joinUsual, URGENT, USUAL } from './join-urgent.ts'
import { reasonDataIsBack, reasonToRetract } from './retract-reasons.ts'

export type Raise = Extract<Finding, { type: 'raise' }>
export type Escalate = Extract<Finding, { type: 'escalate' }>
export type Clear = Extract<Finding, { type: 'clear' }>

/** How a matter stands: raised, grown, over. */
export interface Outcome {
  readonly raise: Raise
  readonly escalate: Escalate | null
  readonly clear: Clear | null
}

/** By kind and onset, which identify a matter within its home. */
export type Matters = Map<string, Outcome>
/** Those that were said; whoever changes them makes others. */
export type Said = ReadonlyMap<string, Outcome>
export const NO_MATTERS: Said = new Map()

export function matterKey(kind: string, onsetMs: EpochMs): string {
  return `${kind}@${onsetMs}`
}

/**
 * Makes matters of events. Device events are per meter, and several meters of a home can fall silent at one moment: they
 * are one matter, which is raised with the first of them and over with the last.
 */
export function gatherMatters(events: Iterable<HomeEvent>): Matters {
  const parts = new Map<string, Map<number, Outcome>>()
  for (const { meter, finding } of events) {
    const key = matterKey(finding.kind, finding.onsetMs)
    let byMeter = parts.get(key)
    if (byMeter === undefined) parts.set(key, (byMeter = new Map<number, Outcome>()))
    if (finding.type === 'raise') {
      // The clock's raise and the fold's are the same; the fold's clear must outlive either.
      if (!byMeter.has(meter)) byMeter.set(meter, { raise: finding, escalate: null, clear: null })
      continue
    }
    const outcome = byMeter.get(meter)
    if (outcome === undefined) continue
    byMeter.set(
      meter,
      finding.type === 'escalate' ? { ...outcome, escalate: finding } : { ...outcome, clear: finding },
    )
  }
  const matters: Matters = new Map()
  for (const [key, byMeter] of parts) {
    const urgent = byMeter.get(URGENT)
    const usual = byMeter.get(USUAL)
    byMeter.delete(URGENT)
    byMeter.delete(USUAL)
    const outcomes = [...byMeter].sort(([a], [b]) => a - b).map(([, outcome]) => outcome)
    const merged = merge(outcomes)
    const judged = urgent === undefined ? merged : joinUrgent(merged, urgent)
    const joined = usual === undefined ? judged : joinUsual(judged, usual)
    if (joined !== null) matters.set(key, joined)
  }
  return matters
}

function merge(outcomes: readonly Outcome[]): Outcome | null {
  const [first, ...others] = outcomes
  if (first === undefined || others.length === 0) return first ?? null
  const clears = outcomes.flatMap((outcome) => outcome.clear ?? [])
  const lastClear = clears.reduce<Clear | null>(
    (last, clear) => (last === null || clear.atMs > last.atMs ? clear : last),
    null,
  )
  return {
    raise: {
      ...first.raise,
      atMs: Math.min(...outcomes.map((outcome) => outcome.raise.atMs)),
      meters: outcomes.flatMap((outcome): readonly MeterId[] => outcome.raise.meters),
      explanation: join(outcomes.map((outcome) => outcome.raise.explanation)),
    },
    escalate: first.escalate,
    clear:
      lastClear !== null && clears.length === outcomes.length
        ? { ...lastClear, reason: join(clears.map((clear) => clear.reason)) }
        : null,
  }
}

function join(explanations: readonly Explanation[]): Explanation {
  return {
    en: explanations.map((explanation) => explanation.en).join(' '),
    zh: explanations.map((explanation) => explanation.zh).join(''),
  }
}

/**
 * What has to be said so that whoever heard `said` now believes `now`. A raise that is said again replaces what was said
 * of its matter and makes it active; what is no more is retracted. `atMs` of a retraction: the home's newest data.
 */
export function sayDifference(said: Said, now: Said, atMs: EpochMs, why?: Explanation): Finding[] {
  const findings: Finding[] = []
  for (const [key, { raise }] of said) {
    if (now.has(key)) continue
    const { household, kind, onsetMs } = raise
    const reason = why ?? (raise.hold?.reason === 'data-gap' ? reasonDataIsBack() : reasonToRetract(kind))
    findings.push({ type: 'retract', household, kind, onsetMs, atMs: Math.max(atMs, raise.atMs), reason })
  }
  for (const [key, outcome] of now) sayMatter(said.get(key) ?? null, outcome, findings)
  return findings.sort(byTime)
}

function sayMatter(before: Outcome | null, now: Outcome, findings: Finding[]): void {
  const isRaisedAnew =
    before === null ||
    !isSameRaise(before.raise, now.raise) ||
    (before.escalate !== null && now.escalate === null) ||
    (before.clear !== null && now.clear === null)
  if (isRaisedAnew) findings.push(now.raise)
  const known = isRaisedAnew ? null : before
  if (now.escalate !== null && !isSameStep(known?.escalate ?? null, now.escalate)) findings.push(now.escalate)
  if (now.clear !== null && known?.clear?.atMs !== now.clear.atMs) findings.push(now.clear)
}

function isSameRaise(one: Raise, other: Raise): boolean {
  return (
    one.atMs === other.atMs &&
    one.severity === other.severity &&
    isSameHold(one.hold, other.hold) &&
    one.meters.length === other.meters.length &&
    one.meters.every((meter, index) => meter === other.meters[index])
  )
}

function isSameHold(one: Hold | undefined, other: Hold | undefined): boolean {
  return one?.reason === other?.reason && one?.untilMs === other?.untilMs
}

function isSameStep(one: Escalate | null, other: Escalate): boolean {
  return one !== null && one.atMs === other.atMs && one.severity === other.severity
}

const STEPS: readonly Finding['type'][] = ['retract', 'raise', 'escalate', 'clear']

/** By event time, then kind and onset, then the step: one order for one log, whatever the order of any map. */
export function byTime(one: Finding, other: Finding): number {
  return (
    one.atMs - other.atMs ||
    compare(one.household, other.household) ||
    compare(one.kind, other.kind) ||
    one.onsetMs - other.onsetMs ||
    STEPS.indexOf(one.type) - STEPS.indexOf(other.type)
  )
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
