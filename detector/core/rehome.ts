import type { HomeEvent } from './home-event.ts'
import { newHome, takeItem, type Home } from './household.ts'
import { NONE } from './none.ts'
import type { Profile } from './observation.ts'
import { copyWindow } from './packed-window.ts'
import { itemsOf, type Said } from './rewind.ts'
import { copyClosed, newestClosed } from './state/row.ts'
import type { Records } from './state/records.ts'
import { copyRecord, recordBytes, release } from './state/slab.ts'
import { itemAt } from './window.ts'

/**
 * A home under a new registration. Where meters and rule are the same, everything that was learned goes along. Where
 * they are not, the home begins to learn anew, with what is remembered of its meters (the lateness window).
 */
export function rehome(
  key: string,
  profile: Profile,
  followsZone: boolean,
  sources: readonly Home[],
  records: Records,
): Home {
  const [only] = sources
  if (only !== undefined && sources.length === 1 && isJudgedAlike(only.profile, profile)) {
    return relabel(newHome(key, profile, followsZone, records), only)
  }
  const home = newHome(key, profile, followsZone, records)
  for (const source of sources) takeAll(home, source)
  // Days that its meters' former homes have added are not added again.
  const [closest] = [...sources].sort((one, other) => closedDay(other) - closedDay(one))
  if (closest !== undefined) copyClosed(closest.shelf.rows, closest.row, home.shelf.rows, home.row)
  return home
}

function closedDay({ shelf, row }: Home): number {
  return newestClosed(shelf.rows, row)
}

/** Same meters in the same order, judged by the same rule. */
function isJudgedAlike(one: Profile, other: Profile): boolean {
  return (
    one.rule === other.rule &&
    one.meters.length === other.meters.length &&
    one.meters.every((meter, index) => {
      const twin = other.meters[index]
      return meter.id === twin?.id && meter.kind === twin.kind
    })
  )
}

export function isSameProfile(one: Profile, other: Profile): boolean {
  return (
    isJudgedAlike(one, other) &&
    one.household === other.household &&
    one.tier === other.tier &&
    (one.region ?? null) === (other.region ?? null) &&
    one.timezone === other.timezone
  )
}

/** The same home under another name: everything that is kept of it is copied, record by record. */
function relabel(home: Home, source: Home): Home {
  const { profile, shelf, rewind } = home
  const rename = (event: HomeEvent): HomeEvent => ({
    meter: event.meter,
    finding: { ...event.finding, household: profile.household },
  })
  const said = ({ index, event }: Said<HomeEvent>): Said<HomeEvent> => ({ index, event: rename(event) })
  const { slab, rows, notes } = shelf
  for (const { state } of rewind.ladder) release(slab, state)
  release(slab, rewind.head)
  const move = (record: number): number => copyRecord(slab, record)
  const from = source.rewind
  rewind.ladder = from.ladder.map((rung) => ({ ...rung, state: move(rung.state) }))
  rewind.head = move(from.head)
  rewind.restless = from.restless
  rewind.folded = from.folded
  rewind.dirtyFrom = from.dirtyFrom
  rewind.base = from.base
  rewind.events = from.events.length === 0 ? NONE : from.events.map(said)
  recordBytes(rows, home.row).set(recordBytes(rows, source.row))
  recordBytes(notes, home.notes.record).set(recordBytes(notes, source.notes.record))
  copyWindow(from.window, rewind.window)
  home.absences = source.absences
  home.skews = source.skews.map((skew) => ({ ...skew }))
  home.loose = source.loose.map(rename)
  home.member.region = source.member.region
  home.member.newestHour = source.member.newestHour
  home.member.outages = source.member.outages
  const { told, toldAt } = home.trend
  const events = source.trend.events.map(({ day, event }) => ({ day, event: rename(event) }))
  Object.assign(home.trend, source.trend, { told, toldAt, events })
  return home
}

function takeAll(home: Home, source: Home): void {
  const places = source.profile.meters.map((meter) =>
    home.profile.meters.findIndex((candidate) => candidate.id === meter.id && candidate.kind === meter.kind),
  )
  const window = itemsOf(source.rewind)
  for (let index = 0; index < window.length; index++) {
    const item = itemAt(window, index)
    const meter = places[item.meter] ?? -1
    if (meter >= 0) takeItem(home, { ...item, meter })
  }
}
