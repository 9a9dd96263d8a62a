import type { Finding } from '../../../domain/finding.ts'
import type { ReadingsLogEntry } from '../../../domain/log-entry.ts'
import type { Detector } from '../detector.ts'
import { takeItem } from '../household.ts'
import { listen } from '../listening.ts'
import { FLAG } from '../window.ts'
import { settleAll, slotOf } from './readings.ts'

type RegisterFault = Extract<ReadingsLogEntry, { type: 'register-fault' }>

/** A fault is an item of its home, at the meter's own time: it is rewound like a reading. */
export function foldRegisterFault(detector: Detector, entry: RegisterFault): Finding[] {
  listen(detector.listening, entry.receivedAtMs)
  const slot = slotOf(detector, entry.meter, null)
  const home = detector.meters.homes[slot]
  if (home === undefined) return []
  takeItem(home, {
    endMs: entry.timeMs,
    meter: detector.meters.index[slot] ?? 0,
    intervalMs: entry.expected ?? 0,
    // An item is never taken out of the order; without an amount it says nothing.
    amount: entry.expected === null ? NaN : entry.register,
    flags: FLAG.fault,
  })
  return settleAll(detector, [home])
}
