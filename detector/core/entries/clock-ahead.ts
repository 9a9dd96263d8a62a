import type { Finding } from '../../../domain/finding.ts'
import type { ReadingsLogEntry } from '../../../domain/log-entry.ts'
import type { Detector } from '../detector.ts'
import { raiseSkew } from '../devices/clock-skew.ts'
import { listen } from '../listening.ts'
import { settleAll, slotOf } from './readings.ts'

type ClockAhead = Extract<ReadingsLogEntry, { type: 'clock-ahead' }>

/** A reading was refused for its time: the technicians hear of it, and no clock has moved. */
export function foldClockAhead(detector: Detector, entry: ClockAhead): Finding[] {
  listen(detector.listening, entry.receivedAtMs)
  const slot = slotOf(detector, entry.meter, null)
  const home = detector.meters.homes[slot]
  if (home === undefined) return []
  raiseSkew(home, detector.meters.index[slot] ?? 0, entry.receivedAtMs, entry.timeMs)
  return settleAll(detector, [home])
}
