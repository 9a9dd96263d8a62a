import type { AbsenceKind } from '../../domain/absence.ts'
import type { AlertKind } from '../../domain/alert-kinds.ts'
import type { Explanation, Hold, HoldReason } from '../../domain/finding.ts'
import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import type { HomeOutage, Member } from './area/member.ts'
import { describeAbsence, describeOutageHold, describeTogether } from './describe-holds.ts'
import { togetherWith } from './hold-together.ts'
import type { Matters, Outcome } from './matters.ts'
import type { Profile } from './observation.ts'

/** Nobody is expected home, as somebody has said. */
export interface HomeAbsence {
  readonly id: string
  readonly kind: AbsenceKind
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
  readonly reason: string
  /** When life came back to a home that had been silent within it; null: not that we know. */
  returnedMs: EpochMs | null
}

/** A home as far as its holds go. */
export interface HeldHome {
  readonly profile: Profile
  readonly absences: readonly HomeAbsence[]
  readonly member: Pick<Member, 'outages' | 'groups' | 'away'>
  /** Lowered to the first moment at which a hold ends. */
  wakeMs: EpochMs
}

/** When full, the absence that is over longest is forgotten. */
export const MAX_ABSENCES = 32
/** After an absence a home is given this long to show life before its silence is looked at again. */
export const RETURN_GRACE_MS = 12 * HOUR_MS
/** A silence that follows on such a return is held no longer than this: whoever came back early may need help now. */
export const EARLY_RETURN_HOLD_MS = 24 * HOUR_MS

/** Something that explains alerts of its kinds which are raised within it. */
interface Span {
  readonly reason: HoldReason
  readonly fromMs: EpochMs
  readonly untilMs: EpochMs
  readonly explanation: Explanation
}

/** Supply is back, and people have not noticed yet; meters report at their next interval. */
export const SUPPLY_GRACE_MS = 2 * HOUR_MS
/** Whatever is the matter with the area, a home is not left alone for longer than this. */
export const LONGEST_OUTAGE_HOLD_MS = 24 * HOUR_MS
/** Technicians know of a dead gateway by its own alert: those of its meters wait for a week at most. */
export const LONGEST_DEVICE_HOLD_MS = 7 * DAY_MS

const HELD_BY_ABSENCE: ReadonlySet<AlertKind> = new Set(['inactivity', 'drop'])
const HELD_BY_OUTAGE: ReadonlySet<AlertKind> = new Set(['inactivity', 'drop', 'meter-offline'])

/**
 * What was raised while something explains it is held, and judged anew when that ends: raised with that moment where
 * measured data shows that it goes on, cleared where it has ended meanwhile. Holds that overlap are one after the other.
 * @param nowMs how far the home has been observed.
 */
export function holdOutcome(home: HeldHome, outcome: Outcome, matters: Matters, nowMs: EpochMs): Outcome {
  const { raise } = outcome
  const spans = spansOf(home, outcome, matters)
  let atMs = raise.atMs
  let hold: Hold | null = null
  for (let span = spanAt(spans, atMs); span !== null; span = spanAt(spans, atMs)) {
    atMs = span.untilMs
    hold = { reason: span.reason, untilMs: span.untilMs, explanation: span.explanation }
    if (hasEndedBy(outcome, atMs) || nowMs < atMs) break
  }
  if (hold === null) return outcome
  if (hasEndedBy(outcome, atMs)) return { ...outcome, raise: { ...raise, hold } }
  if (nowMs < atMs) {
    home.wakeMs = Math.min(home.wakeMs, atMs)
    return { ...outcome, raise: { ...raise, hold } }
  }
  const { escalate } = outcome
  return {
    raise: { ...raise, atMs, evidence: { ...raise.evidence, heldFor: hold.reason } },
    escalate: escalate === null ? null : { ...escalate, atMs: Math.max(escalate.atMs, atMs) },
    clear: outcome.clear,
  }
}

function hasEndedBy({ clear }: Outcome, timeMs: EpochMs): boolean {
  return clear !== null && clear.atMs <= timeMs
}

/** What explains an alert at `atMs`, of several that which lasts longest. */
function spanAt(spans: readonly Span[], atMs: EpochMs): Span | null {
  let longest: Span | null = null
  for (const span of spans) {
    if (span.fromMs > atMs || atMs >= span.untilMs) continue
    if (longest === null || span.untilMs > longest.untilMs) longest = span
  }
  return longest
}

function spansOf(home: HeldHome, { raise, clear }: Outcome, matters: Matters): Span[] {
  const spans: Span[] = []
  if (HELD_BY_ABSENCE.has(raise.kind)) {
    for (const absence of home.absences) {
      const returnedMs = returnBefore(absence, raise.onsetMs, matters.values())
      spans.push(absenceSpan(home.profile, absence, raise.atMs, returnedMs))
    }
  }
  if (raise.kind === 'inactivity') {
    const together = togetherWith(home.member, home.profile, raise.onsetMs, raise.atMs, clear?.atMs)
    if (together !== null) {
      spans.push({
        reason: 'neighbours-away',
        fromMs: raise.onsetMs,
        untilMs: together.untilMs,
        explanation: describeTogether(home.profile, together),
      })
    }
  }
  if (HELD_BY_OUTAGE.has(raise.kind)) {
    const longestMs = raise.kind === 'meter-offline' ? LONGEST_DEVICE_HOLD_MS : LONGEST_OUTAGE_HOLD_MS
    for (const outage of home.member.outages) spans.push(outageSpan(home.profile, outage, longestMs))
  }
  return spans
}

/** What is raised while supply or network is gone, or just after it, is held until it has had time to show itself. */
function outageSpan(profile: Profile, outage: HomeOutage, holdMs: number): Span {
  const { fromMs, toMs } = outage
  const longestMs = fromMs + holdMs
  const untilMs = toMs === null ? longestMs : Math.min(longestMs, toMs + SUPPLY_GRACE_MS)
  // What was sure when it began is not explained by it.
  return {
    reason: 'area-outage',
    fromMs: fromMs + 1,
    untilMs,
    explanation: describeOutageHold(profile, outage, untilMs),
  }
}

function absenceSpan(
  profile: Profile,
  absence: HomeAbsence,
  raisedMs: EpochMs,
  returnedMs: EpochMs | null,
): Span {
  const { kind, fromMs, toMs } = absence
  const wholeMs = toMs + RETURN_GRACE_MS
  const untilMs = returnedMs === null ? wholeMs : Math.min(wholeMs, raisedMs + EARLY_RETURN_HOLD_MS)
  return {
    reason: kind === 'hospital' ? 'hospital' : 'planned-absence',
    fromMs,
    untilMs,
    explanation: describeAbsence(profile, absence, untilMs, returnedMs),
  }
}

/**
 * When life came back within the absence, before the silence since `onsetMs`: a silence that was long enough for an alert
 * began within it and was ended by life. Use on the day of a departure that is a day late is no return.
 */
function returnBefore(absence: HomeAbsence, onsetMs: EpochMs, outcomes: Iterable<Outcome>): EpochMs | null {
  const { returnedMs } = absence
  let newest = returnedMs !== null && returnedMs <= onsetMs ? returnedMs : null
  for (const outcome of outcomes) {
    const atMs = returnWithin(absence, outcome)
    if (atMs !== null && atMs <= onsetMs && atMs > (newest ?? -Infinity)) newest = atMs
  }
  return newest
}

function returnWithin({ fromMs, toMs }: HomeAbsence, { raise, clear }: Outcome): EpochMs | null {
  if (raise.kind !== 'inactivity' || clear === null) return null
  return raise.atMs >= fromMs && clear.atMs < toMs ? clear.atMs : null
}

/** A matter is over for good and will be forgotten: its absences remember that life came back. */
export function rememberReturn(home: HeldHome, outcome: Outcome): void {
  for (const absence of home.absences) {
    const atMs = returnWithin(absence, outcome)
    if (atMs !== null) absence.returnedMs = Math.max(atMs, absence.returnedMs ?? atMs)
  }
}
