/** How long the store took over its latest batches, from sending to the moved cursor. */
export interface WriteTimesSummary {
  /** Batches written since the start. */
  readonly batches: number
  readonly totalMs: number
  /** Of the latest batches; null before the first. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

export interface WriteTimes {
  add(durationMs: number): void
  summary(): WriteTimesSummary
}

/** Enough for a p99 of the last minute or so; older durations are forgotten. */
const REMEMBERED = 512

export function createWriteTimes(): WriteTimes {
  const latest = new Float64Array(REMEMBERED)
  let batches = 0
  let totalMs = 0
  return {
    add(durationMs) {
      latest[batches % REMEMBERED] = durationMs
      batches++
      totalMs += durationMs
    },
    summary() {
      const sorted = latest.slice(0, Math.min(batches, REMEMBERED)).sort()
      const quantile = (q: number): number | null => sorted[Math.ceil(q * sorted.length) - 1] ?? null
      return { batches, totalMs, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
    },
  }
}
