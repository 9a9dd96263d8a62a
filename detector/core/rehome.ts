import { inherit } from './area/member.ts'
import type { HomeEvent } from './home-event.ts'
import { endHome, newHome, takeItem, type Home } from './household.ts'
import type { Profile } from './observation.ts'
import { clonePackedWindow } from './packed-window.ts'
import { itemsOf } from './rewind.ts'
import { copyClosed, newestClosed } from './state/row.ts'
import type { Records } from './state/records.ts'
import { copyRecord } from './state/slab.ts'
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

function relabel(home: Home, source: Home): Home {
  const { profile } = home
  const rename = (event: HomeEvent): HomeEvent => ({
    meter: event.meter,
    finding: { ...event.finding, household: profile.household },
  })
  const { rewind } = source
  const move = (record: number): number => copyRecord(source.shelf.slab, record)
  endHome(home)
  return {
    ...home,
    rewind: {
      ...rewind,
      window: clonePackedWindow(rewind.window),
      ladder: rewind.ladder.map((rung) => ({ ...rung, state: move(rung.state) })),
      head: move(rewind.head),
      events: rewind.events.map((said) => ({ index: said.index, event: rename(said.event) })),
    },
    row: copyRecord(source.shelf.rows, source.row),
    offlineMs: source.offlineMs.slice(),
    absences: [...source.absences],
    member: inherit(source.member),
    skews: source.skews.map((skew) => ({ ...skew })),
    loose: source.loose.map(rename),
    trend: {
      ...source.trend,
      told: source.trend.told.slice(),
      events: source.trend.events.map(({ day, event }) => ({ day, event: rename(event) })),
    },
  }
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
