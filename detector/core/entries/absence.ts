import { absenceIdOf } from '../../../domain/absence.ts'
import type { Finding } from '../../../domain/finding.ts'
import type { HouseholdId } from '../../../domain/ids.ts'
import type { ControlEntry } from '../../../domain/log-entry.ts'
import type { Detector } from '../detector.ts'
import { MAX_ABSENCES, type HomeAbsence } from '../holds.ts'
import { wake, type Home } from '../household.ts'
import { listen } from '../listening.ts'
import { settleAll } from './readings.ts'

/** An absence that was told: holds what is raised within it, also what was raised before it was known. */
export function foldAbsence(
  detector: Detector,
  entry: Extract<ControlEntry, { type: 'absence' }>,
): Finding[] {
  listen(detector.listening, entry.receivedAtMs)
  const { fromMs, toMs, reason, kind = 'planned' } = entry
  const id = absenceIdOf(kind, fromMs, toMs)
  return changeAbsences(detector, entry.household, (absences) => [
    ...absences.filter((known) => known.id !== id),
    { id, kind, fromMs, toMs, reason, returnedMs: null },
  ])
}

/** It ends at another moment, or was withdrawn: what was held for it is judged anew. */
export function foldAbsenceEnd(
  detector: Detector,
  entry: Extract<ControlEntry, { type: 'absence-end' }>,
): Finding[] {
  listen(detector.listening, entry.receivedAtMs)
  const { absence, toMs } = entry
  return changeAbsences(detector, entry.household, (absences) =>
    absences.flatMap((known) => {
      if (known.id !== absence) return known
      return toMs === null ? [] : { ...known, toMs }
    }),
  )
}

function changeAbsences(
  detector: Detector,
  household: HouseholdId,
  change: (absences: readonly HomeAbsence[]) => HomeAbsence[],
): Finding[] {
  const home = detector.homes.get(`h:${household}`) ?? detector.homes.get(`m:${household}`)
  if (home === undefined) return []
  replaceAbsences(home, change(home.absences))
  wake(home)
  return settleAll(detector, [home])
}

function replaceAbsences(home: Home, absences: readonly HomeAbsence[]): void {
  const kept = [...absences].sort((one, other) => one.toMs - other.toMs).slice(-MAX_ABSENCES)
  kept.sort((one, other) => one.fromMs - other.fromMs || one.toMs - other.toMs)
  home.absences = kept
}
