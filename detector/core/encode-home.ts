import { INACTIVITY_RULES, RISK_TIERS } from '../../domain/household.ts'
import type { GatewayId, HouseholdId, MeterId } from '../../domain/ids.ts'
import { METER_KINDS } from '../../domain/units.ts'
import type { HomeOutage } from './area/member.ts'
import type { HomeEvent } from './home-event.ts'
import type { HomeAbsence } from './holds.ts'
import { assemble, notesIn, windowIn, type Home, type Notes, type Skew } from './household.ts'
import { NO_MATTERS, type Outcome } from './matters.ts'
import { NONE } from './none.ts'
import type { Profile } from './observation.ts'
import { loadBytes, packedBytes } from './packed-window.ts'
import type { Rung, Said } from './rewind.ts'
import type { ByteSink } from './state/byte-sink.ts'
import type { ByteSource } from './state/byte-source.ts'
import { encodeDelta, recordOfDelta } from './state/delta.ts'
import { shelfFor, type Records, type Shelf } from './state/records.ts'
import { recordBytes, recordOf } from './state/slab.ts'
import type { OpenTrend } from './trend/judge-day.ts'
import { unknownForm } from './unknown-form.ts'

/**
 * A home as bytes: names, a few numbers, and its records as they lie in memory (little endian). What few homes have (words that
 * were said, absences, outages) follows as JSON, where there is any. It decodes to a home that behaves the same to the
 * last bit, which the snapshot test holds it to.
 */
const VERSION = 5

/** What few homes have. */
interface Rare {
  readonly events: readonly Said<HomeEvent>[]
  readonly absences: readonly HomeAbsence[]
  readonly skews: readonly Skew[]
  readonly loose: readonly HomeEvent[]
  readonly said: readonly (readonly [string, Outcome])[]
  readonly outages: readonly HomeOutage[]
  readonly sealed: readonly OpenTrend[]
  readonly open: readonly OpenTrend[]
  readonly told: readonly { readonly day: number; readonly event: HomeEvent }[]
}

const text = new TextEncoder()
const words = new TextDecoder()

export function encodeHome(home: Home, sink: ByteSink): void {
  const { shelf } = home
  sink.byte(VERSION)
  encodeProfile(home, sink)
  sink.raw(recordBytes(shelf.rows, home.row))
  sink.raw(recordBytes(shelf.notes, home.notes.record))
  encodeRewind(home, sink)
  sink.double(home.wakeMs)
  encodeMember(home, sink)
  encodeTrend(home, sink)
  encodeRare(home, sink)
}

export function decodeHome(source: ByteSource, number: number, records: Records): Home {
  const version = source.byte()
  if (version !== VERSION) throw unknownForm('a home', version)
  const { key, profile, followsZone } = decodeProfile(source)
  const shelf = shelfFor(records, profile)
  const row = recordOf(shelf.rows, source.raw(shelf.rows.bytes))
  const notes = notesIn(shelf, recordOf(shelf.notes, source.raw(shelf.notes.bytes)))
  const rewind = decodeRewind(source, shelf, notes)
  const home = assemble(key, profile, followsZone, shelf, row, notes, rewind)
  home.number = number
  home.isDirty = false
  home.wakeMs = source.double()
  decodeMember(home, source)
  decodeTrend(home, source)
  decodeRare(home, source)
  return home
}

const OWN = 1
const FOLLOWS_ZONE = 2

function encodeProfile({ key, profile, followsZone }: Home, sink: ByteSink): void {
  sink.byte((key.startsWith('m:') ? OWN : 0) | (followsZone ? FOLLOWS_ZONE : 0))
  sink.text(profile.household)
  sink.text(profile.timezone)
  sink.text(profile.region ?? null)
  sink.byte(RISK_TIERS.indexOf(profile.tier))
  sink.byte(INACTIVITY_RULES.indexOf(profile.rule))
  sink.word(profile.meters.length)
  for (const { id, kind } of profile.meters) {
    sink.byte(METER_KINDS.indexOf(kind))
    sink.text(id)
  }
}

function decodeProfile(source: ByteSource): Pick<Home, 'key' | 'profile' | 'followsZone'> {
  const flags = source.byte()
  const household = (source.text() ?? '') as HouseholdId
  const timezone = shared(source.text()) ?? ''
  const region = shared(source.text())
  const tier = oneOf(RISK_TIERS, source.byte())
  const rule = oneOf(INACTIVITY_RULES, source.byte())
  const meters: Profile['meters'][number][] = []
  for (let left = source.word(); left > 0; left--) {
    const kind = oneOf(METER_KINDS, source.byte())
    meters.push({ id: (source.text() ?? '') as MeterId, kind })
  }
  return {
    key: `${(flags & OWN) !== 0 ? 'm' : 'h'}:${household}`,
    profile: { household, tier, timezone, rule, region, meters },
    followsZone: (flags & FOLLOWS_ZONE) !== 0,
  }
}

function oneOf<T>(list: readonly T[], index: number): T {
  const found = list[index]
  if (found === undefined) throw new Error(`a saved home has a code ${index} of ${list.length}`)
  return found
}

/** Neighbours have the same words: one of each is kept. A cache; when full it begins anew. */
const known = new Map<string, string>()
const MAX_KNOWN = 100_000

function shared(name: string | null): string | null {
  if (name === null) return null
  const same = known.get(name)
  if (same !== undefined) return same
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(name, name)
  return name
}

function encodeRewind({ rewind, shelf }: Home, sink: ByteSink): void {
  const { window, ladder, base, head, restless } = rewind
  sink.word(window.count)
  sink.double(window.firstMs)
  sink.framed(packedBytes(window))
  sink.word(restless)
  // A base is compared by its place only.
  sink.double(base === null ? NaN : base.endMs)
  sink.word(base === null ? 0 : base.meter)
  sink.raw(recordBytes(shelf.slab, head))
  sink.word(ladder.length)
  // The newest state whole, each older one as what differs from the next: a fifth of the bytes.
  let newer = head
  for (let at = ladder.length - 1; at >= 0; at--) {
    const rung = ladder[at]
    if (rung === undefined) break
    sink.word(rung.index)
    sink.double(rung.endMs)
    sink.framed(encodeDelta(recordBytes(shelf.slab, rung.state), recordBytes(shelf.slab, newer)))
    newer = rung.state
  }
}

function decodeRewind(source: ByteSource, shelf: Shelf, notes: Notes): Home['rewind'] {
  const { slab } = shelf
  const window = windowIn(shelf, notes)
  window.count = source.word()
  window.firstMs = source.double()
  loadBytes(window, source.framed())
  const restless = source.word()
  const endMs = source.double()
  const meter = source.word()
  const base = Number.isNaN(endMs) ? null : { endMs, meter, intervalMs: 0, amount: 0, flags: 0 }
  const head = recordOf(slab, source.raw(slab.bytes))
  let newer = head
  const ladder: Rung<number>[] = []
  for (let left = source.word(); left > 0; left--) {
    const index = source.word()
    const rungMs = source.double()
    newer = recordOfDelta(slab, source.framed(), newer)
    ladder.push({ index, endMs: rungMs, state: newer })
  }
  ladder.reverse()
  return {
    window,
    fresh: NONE,
    open: null,
    ladder,
    restless,
    head,
    folded: window.count,
    dirtyFrom: Infinity,
    base,
    events: NONE,
  }
}

function encodeMember({ member }: Home, sink: ByteSink): void {
  sink.text(member.region)
  sink.word(member.newestHour)
  for (const gateway of member.gateways) sink.text(gateway)
}

function decodeMember({ member }: Home, source: ByteSource): void {
  member.region = shared(source.text())
  member.newestHour = source.word()
  for (let kind = 0; kind < member.gateways.length; kind++) {
    member.gateways[kind] = shared(source.text()) as GatewayId | null
  }
}

function encodeTrend({ trend }: Home, sink: ByteSink): void {
  sink.text(trend.path)
  for (const day of [trend.sealedDay, trend.judgedDay, trend.toldDay]) sink.word(day)
  for (const seen of [trend.stamp, trend.revision, trend.absences]) sink.double(seen)
}

function decodeTrend({ trend }: Home, source: ByteSource): void {
  trend.path = shared(source.text()) ?? ''
  trend.sealedDay = source.word()
  trend.judgedDay = source.word()
  trend.toldDay = source.word()
  trend.stamp = source.double()
  trend.revision = source.double()
  trend.absences = source.double()
}

function encodeRare(home: Home, sink: ByteSink): void {
  const { rewind, absences, skews, loose, said, member, trend } = home
  const isUsual =
    rewind.events.length + absences.length + skews.length + loose.length + said.size === 0 &&
    member.outages.length + trend.sealed.length + trend.open.length + trend.events.length === 0
  if (isUsual) {
    sink.framed(NOTHING)
    return
  }
  const rare: Rare = {
    events: rewind.events,
    absences,
    skews,
    loose,
    said: [...said],
    outages: member.outages,
    sealed: trend.sealed,
    open: trend.open,
    told: trend.events,
  }
  sink.framed(text.encode(JSON.stringify(rare)))
}

const NOTHING = new Uint8Array(0)

function decodeRare(home: Home, source: ByteSource): void {
  const bytes = source.framed()
  if (bytes.length === 0) return
  const rare = JSON.parse(words.decode(bytes)) as Rare
  home.rewind.events = rare.events.map((said) => ({ ...said }))
  home.absences = rare.absences
  home.skews = rare.skews
  home.loose = rare.loose
  home.said = rare.said.length === 0 ? NO_MATTERS : new Map(rare.said)
  home.member.outages = rare.outages
  home.trend.sealed = rare.sealed
  home.trend.open = rare.open
  home.trend.events = rare.told
}
