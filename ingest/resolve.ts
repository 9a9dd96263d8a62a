import { REJECT_CODES } from '../domain/reject-codes.ts'
import type { Step } from './work.ts'

/** Finds the meter and, with it, its household. A meter keeps its kind for life; an unknown one is fine. */
export const resolve: Step = (work, books) => {
  const { meter: id, kind } = work.candidate
  const meter = books.meters.find(id)
  if (meter !== null && meter.kind !== kind) {
    const message = `meter ${id} is known as ${meter.kind}, this is ${kind}. ${REJECT_CODES['kind-mismatch']}`
    return { code: 'kind-mismatch', message }
  }
  work.meter = meter
  return null
}
