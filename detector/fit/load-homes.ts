import { InvalidArgumentError } from 'commander'
import { timezoneSchema } from '../../domain/household.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import { openReadingFile } from '../../platform/reading-file.ts'
import type { LivedHome } from './inject-stops.ts'
import { loadReadings } from '../backtest/load-readings.ts'
import type { Series } from '../backtest/series.ts'
import type { Profile } from '../core/observation.ts'
import { DAY_MS } from '../../domain/time.ts'
import { WARMUP_DAYS } from './lives.ts'

/** A reading file and the time zone of its homes, as `FILE@ZONE`. */
export interface Source {
  readonly file: string
  readonly timezone: string
}

/** @throws InvalidArgumentError where the text is no `FILE@ZONE`. */
export function parseSource(text: string): Source {
  const at = text.lastIndexOf('@')
  const timezone = timezoneSchema.safeParse(text.slice(at + 1))
  if (at > 0 && timezone.success) return { file: text.slice(0, at), timezone: timezone.data }
  throw new InvalidArgumentError('give a file and its time zone, such as water.csv.gz@Europe/Madrid')
}

/** Every meter is its own home, as the evaluator takes it; homes that have not outlived twice their warm-up are left out. */
export async function loadHomes(source: Source): Promise<LivedHome[]> {
  const { series } = await loadReadings(
    openReadingFile(source.file),
    () => {},
    () => {},
  )
  return series.flatMap((one): LivedHome[] => {
    const spanMs = (one.endMs[one.length - 1] ?? 0) - (one.endMs[0] ?? 0)
    if (spanMs <= 2 * WARMUP_DAYS * DAY_MS) return []
    return [{ household: householdOf(one.meter), timezone: source.timezone, series: [one] }]
  })
}

function householdOf(meter: MeterId): HouseholdId {
  return meter as string as HouseholdId
}

export function profileOf(home: LivedHome): Profile {
  const { household, timezone, series } = home
  const meters = series.map(({ meter, kind }: Series) => ({ id: meter, kind }))
  return { household, tier: 'medium', timezone, rule: 'evidence', meters }
}
