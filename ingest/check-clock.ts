import { REJECT_CODES } from '../domain/reject-codes.ts'
import { FUTURE_TOLERANCE_MS, toIso } from '../domain/time.ts'
import type { Step } from './work.ts'

/** Refuses what comes from the future, and says so in the readings log: the detector makes `clock-skew` of it. */
export const checkClock: Step = (work, books) => {
  const { meter, timeMs } = work.candidate
  const { gateway, receivedAtMs, aheadMeters } = work.origin
  if (timeMs - receivedAtMs <= FUTURE_TOLERANCE_MS) return null
  if (!aheadMeters.has(meter)) {
    aheadMeters.add(meter)
    const household = work.meter?.household ?? null
    books.log.entry({ type: 'clock-ahead', receivedAtMs, gateway, meter, household, timeMs })
  }
  const found = `time is ${toIso(timeMs)}, received at ${toIso(receivedAtMs)}`
  return { code: 'time-in-future', message: `${found}. ${REJECT_CODES['time-in-future']}` }
}
