import type { MeterKind } from '../../domain/units.ts'
import type { Profile } from '../core/observation.ts'
import { areaOf, newVillageIndex, refresh, tellDay, type VillageIndex } from '../core/trend/village-index.ts'

/** An area by kind and path. */
export type AreaKey = readonly [kind: MeterKind, path: string]

/** What homes have told their areas of a day: place of the area, day, bin before and bin now, in turn. */
export type Told = readonly number[]

/**
 * The village's index, the same in every worker: what any home tells is heard by all, in one order, before any home is
 * judged by it.
 */
export interface BacktestVillage {
  readonly index: VillageIndex
  /** Where homes tell their days to; nobody is judged by it. */
  readonly box: VillageIndex
  readonly areas: readonly AreaKey[]
  readonly placeOf: ReadonlyMap<string, number>
}

/** All areas of the homes in one order, so that every worker begins with the same index. */
export function areasOf(profiles: readonly Profile[]): AreaKey[] {
  const keys = new Map(
    profiles.flatMap(({ region, meters }) =>
      meters.map(({ kind }): [string, AreaKey] => [`${kind}:${region ?? ''}`, [kind, region ?? '']]),
    ),
  )
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key)
}

export function newBacktestVillage(areas: readonly AreaKey[]): BacktestVillage {
  const [index, box] = [newVillageIndex(), newVillageIndex()]
  for (const [kind, path] of areas) areaOf(index, kind, path)
  return { index, box, areas, placeOf: new Map(areas.map(([kind, path], at) => [`${kind}:${path}`, at])) }
}

export function placeOfMeter(
  { placeOf }: BacktestVillage,
  { region, meters }: Profile,
  meter: number,
): number {
  return placeOf.get(`${meters[meter]?.kind}:${region ?? ''}`) ?? -1
}

/** What the homes of all workers told, in an order that does not depend on who told it. */
export function inTellingOrder(parts: readonly Told[]): Told {
  const all = parts.flat()
  const tellings = Array.from({ length: all.length / 4 }, (_, at) => all.slice(4 * at, 4 * at + 4))
  const compare = (a: readonly number[], b: readonly number[], at = 0): number =>
    at === 4 ? 0 : (a[at] ?? 0) - (b[at] ?? 0) || compare(a, b, at + 1)
  return tellings.sort((a, b) => compare(a, b)).flat()
}

/** Takes what homes have told. */
export function hear({ index, areas }: BacktestVillage, told: Told): void {
  for (let at = 0; at < told.length; at += 4) {
    const [kind, path] = areas[told[at] ?? -1] ?? []
    if (kind === undefined || path === undefined) throw new Error('told of an area that no home is in')
    tellDay(areaOf(index, kind, path), told[at + 1] ?? 0, told[at + 2] ?? 0, told[at + 3] ?? 0)
  }
  // Whoever is judged first must not see less than whoever is judged last.
  for (const area of index.areas.values()) refresh(area)
}
