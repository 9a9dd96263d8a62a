import type { Finding } from '../../../domain/finding.ts'
import type { ControlEntry } from '../../../domain/log-entry.ts'
import type { Detector } from '../detector.ts'
import { MAX_ABSENCES, wake } from '../household.ts'
import { listen } from '../listening.ts'
import { settleAll } from './readings.ts'

/** A planned absence: holds what falls into it, and takes back what was said of it before it was known. */
export function foldAbsence(
  detector: Detector,
  entry: Extract<ControlEntry, { type: 'absence' }>,
): Finding[] {
  listen(detector.listening, entry.receivedAtMs)
  const home = detector.homes.get(`h:${entry.household}`) ?? detector.homes.get(`m:${entry.household}`)
  if (home === undefined) return []
  home.absences.push({ fromMs: entry.fromMs, toMs: entry.toMs, reason: entry.reason })
  home.absences.sort((one, other) => one.fromMs - other.fromMs || one.toMs - other.toMs)
  if (home.absences.length > MAX_ABSENCES) home.absences.shift()
  wake(home)
  return settleAll(detector, new Set([home]))
}
