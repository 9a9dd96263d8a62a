import { createHash } from 'node:crypto'
import type { AlertKind } from '../../domain/alert-kinds.ts'
import type { AlertId, HouseholdId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'

/** 96 bits: two of 10^9 alerts share an id with a chance of 10^-11. */
const ID_HEX_DIGITS = 24

/**
 * An alert is its matter: the same home, kind and onset are the same alert, on any machine and after any replay. Ids hold
 * no control characters, so the line feed cannot be part of one.
 */
export function alertIdOf(household: HouseholdId, kind: AlertKind, onsetMs: EpochMs): AlertId {
  const digest = createHash('sha256').update(`${household}\n${kind}\n${onsetMs}`).digest('hex')
  return digest.slice(0, ID_HEX_DIGITS) as AlertId
}
