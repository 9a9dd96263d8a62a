import type { MeterId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import type { FileRow, ReadingFile } from '../../platform/reading-file.ts'

export interface FileSurvey {
  readonly rows: number
  readonly badLines: number
  /** A meter's usual step: its most frequent distance between rows. */
  stepOf(meter: MeterId): number
}

/** Distances remembered per meter: a meter with more different ones has no usual step, and any of them will do. */
const DISTANCES_PER_METER = 64
const LONGEST_STEP_MS = 31 * DAY_MS
/** For a meter with a single row, in a file where nobody has a step: the commonest of billing systems. */
const STEP_OF_NOBODY_MS = HOUR_MS

/**
 * Reads the file once to count its rows and to learn the length of its intervals, which the format leaves to "the
 * meter's usual step". A meter that has none of its own takes what is usual in the file.
 */
export async function surveyFile(
  file: ReadingFile,
  signal: AbortSignal,
  onRow: (rows: number) => void = () => {},
): Promise<FileSurvey> {
  const meters = new Map<MeterId, { newestMs: number; distances: Map<number, number> }>()
  let rows = 0
  let badLines = 0
  for await (const row of file.rows(() => badLines++)) {
    if (signal.aborted) break
    onRow(++rows)
    if (!isInterval(row)) continue
    const meter = meters.get(row.meter)
    if (meter === undefined) {
      meters.set(row.meter, { newestMs: row.timeMs, distances: new Map() })
      continue
    }
    const distance = row.timeMs - meter.newestMs
    meter.newestMs = Math.max(meter.newestMs, row.timeMs)
    count(meter.distances, distance)
  }
  const everywhere = new Map<number, number>()
  for (const { distances } of meters.values()) {
    const usual = mostFrequent(distances)
    if (usual !== null) count(everywhere, usual)
  }
  const usualHere = mostFrequent(everywhere) ?? STEP_OF_NOBODY_MS
  const steps = new Map([...meters].map(([id, { distances }]) => [id, mostFrequent(distances) ?? usualHere]))
  return { rows, badLines, stepOf: (meter) => steps.get(meter) ?? usualHere }
}

export function isInterval(row: FileRow): boolean {
  return !row.unit.endsWith('_register')
}

function count(distances: Map<number, number>, distance: number): void {
  if (distance <= 0 || distance > LONGEST_STEP_MS) return
  const seen = distances.get(distance)
  if (seen === undefined && distances.size >= DISTANCES_PER_METER) return
  distances.set(distance, (seen ?? 0) + 1)
}

/** Of equals the shorter: a sparse file leaves rows out, it adds none. */
function mostFrequent(distances: ReadonlyMap<number, number>): number | null {
  let best: number | null = null
  let most = 0
  for (const [distance, seen] of distances) {
    if (seen < most || (seen === most && best !== null && distance > best)) continue
    best = distance
    most = seen
  }
  return best
}
