import { HOLE_MS } from '../../detector/core/listening.ts'
import type { Household, InactivityRule } from '../../domain/household.ts'
import type { ControlEntry, JournalEntry } from '../../domain/log-entry.ts'
import { HOUR_MS } from '../../domain/time.ts'
import type { Home } from '../../simulators/village/home.ts'
import type { Incident } from '../../simulators/village/incident.ts'
import { encodeReadings, readingsTopic } from '../../simulators/village/message.ts'
import type { County } from './county.ts'

/** Holidays are announced this long before they begin. */
const ANNOUNCED_BEFORE_MS = 30 * HOUR_MS
/** A live system ticks each minute; rarer ticks say the same as long as they leave no hole in its listening. */
const TICK_MS = HOLE_MS

/** What a live system's journal would hold of the county: homes, then all that came in, in order of receipt, and ticks. */
export function* writeJournal(county: County): Generator<JournalEntry> {
  let nowMs = county.fromMs
  const announcements = announcementsOf(county.incidents)
  yield {
    type: 'households',
    receivedAtMs: nowMs,
    households: county.homes.map((home) => registered(home, county.rule)),
  }
  for (const { gateway, sendAtMs, readings } of county.messages()) {
    while (nowMs + TICK_MS <= sendAtMs) {
      nowMs += TICK_MS
      while ((announcements[0]?.receivedAtMs ?? Infinity) <= nowMs) {
        const next = announcements.shift()
        if (next !== undefined) yield { ...next, receivedAtMs: nowMs }
      }
      yield { type: 'tick', receivedAtMs: nowMs }
    }
    const payload = Buffer.from(encodeReadings(readings))
    yield { type: 'publish', receivedAtMs: sendAtMs, gateway, topic: readingsTopic(gateway), payload }
  }
}

function registered(home: Home, rule: InactivityRule): Household {
  const { household: id, region, tier, water, electricity } = home
  return {
    id,
    region,
    tier,
    timezone: null,
    rule,
    meters: [water, electricity].map((meter) => ({ id: meter.id, kind: meter.kind })),
    contacts: [],
  }
}

type Absence = Extract<ControlEntry, { type: 'absence' }>

function announcementsOf(incidents: readonly Incident[]): Absence[] {
  return incidents
    .filter(({ kind }) => kind === 'holiday')
    .flatMap(({ households, fromMs, toMs }) =>
      households.map((household): Absence => {
        const receivedAtMs = fromMs - ANNOUNCED_BEFORE_MS
        return { type: 'absence', receivedAtMs, household, fromMs, toMs, reason: 'holiday' }
      }),
    )
    .sort((a, b) => a.receivedAtMs - b.receivedAtMs)
}
