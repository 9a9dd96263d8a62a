import { MINUTE_MS, type EpochMs } from '../../domain/time.ts'

/**
 * When this system was listening, told from its log alone: a live system ticks, so a hole between what the log holds is
 * a time in which nobody could have been heard, and no meter's silence (promise 4).
 */
export interface Listening {
  /** The newest moment of receipt in the log; -Infinity before the first. */
  wallMs: EpochMs
  /** A feed that has never ticked (a backtest) has no holes: its receipts are no clock. */
  ticking: boolean
  /** Oldest first. */
  readonly holes: Hole[]
}

export interface Hole {
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
}

/** Ticks come once a minute; a hole is a few of them missing. */
export const HOLE_MS = 5 * MINUTE_MS
/** When full, the oldest hole is forgotten: a silence that spans it counts in full again. */
export const MAX_HOLES = 64

export function newListening(): Listening {
  return { wallMs: -Infinity, ticking: false, holes: [] }
}

/** Notes a moment of receipt. */
export function listen(listening: Listening, receivedAtMs: EpochMs): void {
  if (receivedAtMs <= listening.wallMs) return
  if (listening.ticking && receivedAtMs - listening.wallMs > HOLE_MS) {
    listening.holes.push({ fromMs: listening.wallMs, toMs: receivedAtMs })
    if (listening.holes.length > MAX_HOLES) listening.holes.shift()
  }
  listening.wallMs = receivedAtMs
}

/** How much of from..to nobody was listening. */
export function deafMs(holes: readonly Hole[], fromMs: EpochMs, toMs: EpochMs): number {
  let total = 0
  for (let at = holes.length - 1; at >= 0; at--) {
    const hole = holes[at]
    if (hole === undefined || hole.toMs <= fromMs) break
    total += Math.max(0, Math.min(hole.toMs, toMs) - Math.max(hole.fromMs, fromMs))
  }
  return total
}

/** The moment at which `limitMs` of listening have passed since `fromMs`. */
export function afterListening(holes: readonly Hole[], fromMs: EpochMs, limitMs: number): EpochMs {
  let dueMs = fromMs + limitMs
  for (const hole of holes) {
    if (hole.toMs <= fromMs) continue
    if (hole.fromMs >= dueMs) break
    dueMs += hole.toMs - Math.max(hole.fromMs, fromMs)
  }
  return dueMs
}
