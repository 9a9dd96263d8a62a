import type { MeterKind } from '../../../domain/units.ts'
import { areaOf, newVillageIndex, type VillageIndex } from './village-index.ts'

/** The village's index as JSON: counts as pairs of place and count, because most are 0. */
export interface SavedVillage {
  /** Larger areas before those in them. */
  readonly areas: readonly SavedArea[]
}

interface SavedArea {
  readonly kind: MeterKind
  readonly path: string
  readonly newestDay: number
  readonly counts: readonly number[]
  readonly index: readonly number[]
  readonly factors: readonly number[]
  readonly spreads: readonly number[]
  /** null: nothing is stale. */
  readonly staleFrom: number | null
  readonly askedTo: number
  readonly revision: number
  readonly version: number
  readonly parentVersion: number
}

export function saveVillage(village: VillageIndex): SavedVillage {
  return {
    areas: [...village.areas].map(([key, area]) => ({
      kind: key.startsWith('water:') ? 'water' : 'electricity',
      path: key.slice(key.indexOf(':') + 1),
      newestDay: area.newestDay,
      counts: [...area.counts].flatMap((count, place) => (count > 0 ? [place, count] : [])),
      index: [...area.index],
      factors: [...area.factors],
      spreads: [...area.spreads],
      staleFrom: Number.isFinite(area.staleFrom) ? area.staleFrom : null,
      askedTo: area.askedTo,
      revision: area.revision,
      version: area.version,
      parentVersion: area.parentVersion,
    })),
  }
}

export function loadVillage(saved: SavedVillage): VillageIndex {
  const village = newVillageIndex()
  for (const one of saved.areas) {
    const area = areaOf(village, one.kind, one.path)
    area.newestDay = one.newestDay
    for (let at = 0; at < one.counts.length; at += 2)
      area.counts[one.counts[at] ?? 0] = one.counts[at + 1] ?? 0
    area.index.set(one.index)
    area.factors.set(one.factors)
    area.spreads.set(one.spreads)
    area.staleFrom = one.staleFrom ?? Infinity
    area.askedTo = one.askedTo
    area.revision = one.revision
    area.version = one.version
    area.parentVersion = one.parentVersion
  }
  return village
}
