import { MINUTE_MS, type EpochMs } from '../../domain/time.ts'

/** How fast simulated time passes: `max` is as fast as acks allow, 60 is an hour a minute. */
export type Speed = number | 'max'

export interface Pace {
  /** A promise where it is too early for what happens at `timeMs`, null where it is due; ends early when stopped. */
  due(timeMs: EpochMs): Promise<void> | null
}

/** Below this a timer costs more than being early. */
const EARLY_MS = 4

/**
 * Simulated time `anchorMs` is now; from there it passes `speed` times as fast as the clock. What lies before the
 * anchor is due at once: so history comes first and fast, and the present follows.
 */
export function createPace(speed: Speed, anchorMs: EpochMs, signal: AbortSignal): Pace {
  const startedAt = performance.now()
  return {
    due(timeMs) {
      if (speed === 'max') return null
      const waitMs = startedAt + (timeMs - anchorMs) / speed - performance.now()
      return waitMs <= EARLY_MS || signal.aborted ? null : sleep(waitMs, signal)
    },
  }
}

/** Ends early when stopped, without an error. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + ms
  while (!signal.aborted) {
    const left = until - performance.now()
    if (left <= 0) return
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      // Timers hold 24 days at most, and a machine that slept should look at its clock again.
      const timer = setTimeout(wake, Math.min(left, MINUTE_MS))
      signal.addEventListener('abort', wake)
    })
  }
}
