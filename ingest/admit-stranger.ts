import { REJECT_CODES } from '../domain/reject-codes.ts'
import type { Step } from './work.ts'

/**
 * How many meters may be known that no household claims. Each is kept and judged as a home of its own, some 12 kB in the
 * detector; a gateway that makes up ids must not be able to fill the memory that registered homes are judged in. Meters of
 * households are not counted, and those that were there before the limit go on.
 */
export const MOST_UNCLAIMED = 200_000

/** Takes a meter that nobody has heard of, as a home of its own until a household claims it. */
export function admitStranger(most: number): Step {
  return (work, books) => {
    if (work.meter !== null) return null
    const { meter: id, kind } = work.candidate
    if (books.meters.unclaimed() >= most) {
      const message = `meter ${id} is the one too many of ${most}. ${REJECT_CODES['too-many-unclaimed']}`
      return { code: 'too-many-unclaimed', message }
    }
    work.meter = books.meters.add(id, kind, null, work.origin.gateway)
    return null
  }
}
