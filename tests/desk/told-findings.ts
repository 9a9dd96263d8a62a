import type { FindingsReader, PlacedFinding } from '../../api/desk/desk.ts'
import type { Finding } from '../../domain/finding.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { AlertKind, Severity } from '../../domain/alert-kinds.ts'

/** A findings log in memory that a test speaks into. */
export interface ToldFindings extends FindingsReader {
  /** Each at a place of its own in the detector's log. */
  tell(...findings: Finding[]): void
  /** All from one place of it. */
  tellTogether(...findings: Finding[]): void
  /** The same findings from the start of a log made anew. */
  log: PlacedFinding[]
}

export function toldFindings(): ToldFindings {
  const told: ToldFindings = {
    log: [],
    tell(...findings) {
      for (const finding of findings) {
        const seq = told.log.length + 1
        told.log.push({ seq, logOffset: seq, index: 0, finding })
      }
    },
    tellTogether(...findings) {
      const logOffset = told.log.length + 1
      for (const [index, finding] of findings.entries()) {
        told.log.push({ seq: told.log.length + 1, logOffset, index, finding })
      }
    },
    read: (afterSeq, limit) => told.log.filter(({ seq }) => seq > afterSeq).slice(0, limit),
    close() {},
  }
  return told
}

export const ONSET = Date.parse('2026-11-20T22:00:00Z')

type Said = { household?: string; kind?: AlertKind; onsetMs?: number; atMs?: number; severity?: Severity }

export function raise(said: Said = {}): Extract<Finding, { type: 'raise' }> {
  return {
    type: 'raise',
    ...matter(said),
    severity: said.severity ?? 'yellow',
    meters: [`W-${said.household ?? 'H1'}` as MeterId],
    explanation: { en: 'No life sign for 8 h.', zh: '8小时没有生活迹象。' },
    evidence: { silentHours: 8 },
  }
}

export function escalate(said: Said = {}): Extract<Finding, { type: 'escalate' }> {
  return {
    type: 'escalate',
    ...matter(said),
    severity: said.severity ?? 'red',
    explanation: { en: 'No life sign for 16 h.', zh: '16小时没有生活迹象。' },
    evidence: { silentHours: 16 },
  }
}

export function settle(
  type: 'clear' | 'retract',
  said: Said = {},
): Extract<Finding, { type: 'clear' | 'retract' }> {
  return { type, ...matter(said), reason: { en: 'Water was used.', zh: '有用水。' } }
}

function matter({ household = 'H1', kind = 'inactivity', onsetMs = ONSET, atMs }: Said) {
  return { household: household as HouseholdId, kind, onsetMs, atMs: atMs ?? onsetMs + 8 * 3_600_000 }
}
