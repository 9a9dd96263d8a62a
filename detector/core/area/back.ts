import type { HomeState } from '../state/home-state.ts'

/**
 * Places in the section `back` of a home's record: the outage's end that is watched, ln S then, and the onset of the urgent
 * matter that is open; beside them the onset of the silence that is held for a weekly absence (usual-absence.ts). NaN: none.
 */
export const R = { endMs: 0, logAlive: 1, openMs: 2, usualMs: 3 } as const

/** Makes a record of zeros the state of a home that has seen no outage. */
export function beginReturn({ f64, back }: HomeState): void {
  f64.fill(NaN, back, back + 4)
}
