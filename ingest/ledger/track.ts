import type { Quality } from '../../domain/quality.ts'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'

/** A register value at a moment. */
export interface Point {
  readonly timeMs: EpochMs
  readonly register: number
  /** What follows from an estimated register is an estimate too. */
  readonly estimated: boolean
}

/**
 * What the ledger knows of one meter, as plain data: it can be saved, compared and folded on. It is the fold of the
 * meter's readings in the order of their time, and of nothing else, so that readings that arrive in another order end
 * in the same track.
 */
export interface Track {
  /** Time of the newest folded reading, of whatever sort; -1 before the first. */
  timeMs: EpochMs
  /** The register that the next one is measured against. */
  base: Point | null
  /** The trusted point before `base`: a fall back to it or above it shows that `base` was a spike. */
  before: Point | null
  /** Readings off the track of `base`, oldest first, at most SUSPICION_READINGS: either they come back or they stay. */
  offTrack: Point[]
  /** What intervals have told of the use since `base`, and up to when; absent where none has. */
  told?: number
  toldToMs?: EpochMs
  /** Since when the register has shown the same value, and how often it has said so again. */
  flatSinceMs: EpochMs
  repeats: number
  /** How often the register has moved, counted no further than needed. */
  moves: number
}

/** A value off the track that has not come back within this many readings is a new track: exchange, reset. */
export const SUSPICION_READINGS = 3
/** The same, in time: what stayed away for longer does not come back. */
export const SUSPICION_MS = 7 * DAY_MS
/** How near in time the points around a spike must lie for its fall to be read as the way back. */
export const SPIKE_MS = 2 * DAY_MS

/**
 * When a register that stands still is called frozen: after 30 days of repeats, and only where it has moved before. An
 * empty or silent home must stay `measured` for as long as somebody may still be lying there: silence is the signal.
 */
export const FROZEN_MS = 30 * DAY_MS
export const FROZEN_REPEATS = 30
export const MOVES_OF_A_LIVE_METER = 20

export function newTrack(): Track {
  return { timeMs: -1, base: null, before: null, offTrack: [], flatSinceMs: -1, repeats: 0, moves: 0 }
}

export function copyTrack(track: Track): Track {
  return { ...track, offTrack: [...track.offTrack] }
}

/** Whether no later reading can change what has been derived of any but the newest one (see `checkpoints`). */
export function isSettled(track: Track): boolean {
  if (track.offTrack.length > 0) return false
  const { base } = track
  return base === null || base.timeMs === track.timeMs || track.timeMs - base.timeMs > SPIKE_MS
}

/** One reading as the ledger sees it: either a register or a consumption over an interval. */
export interface LedgerInput {
  readonly timeMs: EpochMs
  readonly register: number | null
  readonly consumption: number | null
  readonly intervalMs: number | null
  /** The quality that the gateway stated. */
  readonly stated: Quality
}

/** What follows for one reading; said again for the same time, it replaces what was said before. */
export interface Derived {
  readonly timeMs: EpochMs
  readonly consumption: number | null
  readonly intervalMs: number | null
  readonly quality: Quality
  /** The register that was expected where this one did what no meter does; null: no fault. */
  readonly fault: number | null
}
