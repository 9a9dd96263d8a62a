import type { MeterId } from '../../domain/ids.ts'
import { SECOND_MS, type EpochMs } from '../../domain/time.ts'
import type { FileRow } from '../../platform/reading-file.ts'
import { isInterval } from './find-steps.ts'

/** A row of a file as the meter would have sent it. */
export interface Encoded {
  /** The end of what it measures. */
  readonly timeMs: EpochMs
  readonly payload: string
}

/**
 * Turns rows into native payloads (DESIGN 5): a register as it stands, an interval with the time of its end, since the
 * file names its start.
 */
export function createEncoder(stepOf: (meter: MeterId) => number): (row: FileRow) => Encoded {
  // Ids may hold quotes; quoting each once keeps JSON out of the loop. One entry a meter of the file.
  const heads = new Map<MeterId, string>()

  function headOf(meter: MeterId): string {
    let head = heads.get(meter)
    if (head === undefined) heads.set(meter, (head = `{"meter":${JSON.stringify(meter)},"time":`))
    return head
  }

  return (row) => {
    const head = headOf(row.meter)
    if (!isInterval(row)) {
      const unit = row.unit.slice(0, -'_register'.length)
      return { timeMs: row.timeMs, payload: `${head}${row.timeMs},"register":${row.value},"unit":"${unit}"}` }
    }
    const stepMs = stepOf(row.meter)
    const timeMs = row.timeMs + stepMs
    const seconds = stepMs / SECOND_MS
    return {
      timeMs,
      payload: `${head}${timeMs},"consumption":${row.value},"intervalSeconds":${seconds},"unit":"${row.unit}"}`,
    }
  }
}
