import { REJECT_CODES } from '../domain/reject-codes.ts'
import { toIso } from '../domain/time.ts'
import { CANONICAL_UNIT } from '../domain/units.ts'
import type { Candidate } from './candidate.ts'
import type { HistoryRow } from './history/row.ts'
import type { Step } from './work.ts'

/**
 * Holds a reading against the one that is kept for the same meter and time, over the whole history. The same again is a
 * duplicate, whichever gateway brings it; another one is refused, unless it is a correction.
 */
export const dedupe: Step = (work, books) => {
  const { candidate, meter } = work
  // Nothing can stand where the meter has not been yet: the usual way costs no look into the database.
  if (meter === null || candidate.timeMs > meter.track.timeMs) return null
  const kept = books.history.find(meter.no, candidate.timeMs)
  if (kept === null) return null
  if (isSame(kept, candidate)) return 'duplicate'
  if (candidate.correction) {
    work.corrects = kept
    return null
  }
  const at = `meter ${meter.id} at ${toIso(kept.timeMs)} is kept with ${words(kept, candidate)}`
  return { code: 'conflict', message: `${at}. ${REJECT_CODES.conflict}` }
}

function isSame(kept: HistoryRow, candidate: Candidate): boolean {
  return (
    kept.register === candidate.register &&
    kept.stated === candidate.stated &&
    kept.status === candidate.status &&
    // The consumption of a register is ours; the one that came as such must be the same.
    (candidate.register !== null ||
      (kept.consumption === candidate.consumption && kept.intervalMs === candidate.intervalMs))
  )
}

function words(kept: HistoryRow, candidate: Candidate): string {
  const unit = CANONICAL_UNIT[candidate.kind]
  const value =
    kept.register === null
      ? `consumption ${kept.consumption} ${unit} in ${(kept.intervalMs ?? 0) / 1_000} s`
      : `register ${kept.register} ${unit}`
  return `${value}, quality ${kept.stated}, status bits ${kept.status}`
}
