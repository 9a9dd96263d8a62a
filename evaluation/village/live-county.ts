import { DAY_MS } from '../../domain/time.ts'
import { createAlertCollector, type ToldAlert } from './collect-alerts.ts'
import type { County } from './county.ts'
import { feedCounty, type Fed } from './feed-county.ts'
import { scoreAlerts, type Scored } from './score-alerts.ts'
import { truthOf } from './truth-of-homes.ts'

/** What the system said of a county, and what it was given. */
export interface Lived {
  readonly told: readonly ToldAlert[]
  /** Kept back to their end. */
  readonly held: readonly ToldAlert[]
  readonly fed: Fed
}

/** Lives a county through the system. `onDay` hears of each new day, with the readings so far. */
export function liveCounty(
  county: County,
  budget: number,
  onDay: (day: number, readings: number) => void = () => undefined,
): Lived {
  const collector = createAlertCollector()
  let lastDay = -1
  const fed = feedCounty(county, {
    budget,
    onFinding: (finding, saidMs) => collector.take(finding, saidMs),
    onProgress(reachedMs, readings) {
      const day = Math.floor((reachedMs - county.fromMs) / DAY_MS)
      if (day > lastDay) onDay((lastDay = day), readings)
    },
  })
  return { told: collector.alerts(), held: collector.heldToTheEnd(), fed }
}

export function scoreCounty(county: County, { told, held }: Lived): Scored {
  return scoreAlerts(told, held, county, truthOf(county))
}
