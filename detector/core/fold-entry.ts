import type { Finding } from '../../domain/finding.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Detector } from './detector.ts'
import { foldAbsence, foldAbsenceEnd } from './entries/absence.ts'
import { foldClockAhead } from './entries/clock-ahead.ts'
import { foldHouseholds } from './entries/households.ts'
import { foldReadings } from './entries/readings.ts'
import { foldRegisterFault } from './entries/register-fault.ts'
import { foldSettings } from './entries/settings.ts'
import { foldTick } from './entries/tick.ts'

/**
 * Works one entry of the readings log and returns what it makes the detector say. No clock, no chance, no I/O: the same
 * log says the same, wherever and however fast it is folded.
 */
export function foldEntry(detector: Detector, entry: ReadingsLogEntry): Finding[] {
  switch (entry.type) {
    case 'readings':
      return foldReadings(detector, entry.readings)
    case 'households':
      return foldHouseholds(detector, entry)
    case 'absence':
      return foldAbsence(detector, entry)
    case 'absence-end':
      return foldAbsenceEnd(detector, entry)
    case 'settings':
      return foldSettings(detector, entry)
    case 'tick':
      return foldTick(detector, entry.receivedAtMs)
    case 'clock-ahead':
      return foldClockAhead(detector, entry)
    case 'register-fault':
      return foldRegisterFault(detector, entry)
  }
}
