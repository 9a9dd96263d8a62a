import type { HouseholdId } from './ids.ts'

/** Homes that fall silent together: those behind a gateway, or those of a region (any prefix of the path). */
export interface Area {
  readonly type: 'region' | 'gateway'
  readonly name: string
}

/** Stands where a finding names its household: an id has no "/", so an area is never taken for a home. */
export function subjectOf({ type, name }: Area): HouseholdId {
  return `${type}/${name}` as HouseholdId
}

/** The area that a finding is about; null where it is about a home. */
export function areaOf(household: HouseholdId): Area | null {
  const slash = household.indexOf('/')
  if (slash === -1) return null
  const type = household.slice(0, slash)
  return { type: type === 'gateway' ? 'gateway' : 'region', name: household.slice(slash + 1) }
}
