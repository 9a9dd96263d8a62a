import { newMember, type HomeOutage } from './area/member.ts'
import { RING_HOURS } from './area/outage.ts'
import { bytesOf, floatsOf, joinFrames, splitFrames } from './frames.ts'
import type { HomeEvent } from './home-event.ts'
import type { HomeAbsence } from './holds.ts'
import type { Home, Skew } from './household.ts'
import type { Matters, Outcome } from './matters.ts'
import type { Profile } from './observation.ts'
import { shelfFor, type Records } from './state/records.ts'
import { decodeDelta, encodeDelta } from './state/delta.ts'
import { allocate, recordBytes, type Slab } from './state/slab.ts'
import type { Said } from './rewind.ts'
import { loadTrend, saveTrend, type SavedTrend } from './trend/home-trend.ts'
import type { Item } from './window.ts'
import { unknownForm } from './unknown-form.ts'

/**
 * A home as bytes: what is told in words and lists as JSON, numbers as columns in the machine's own (little endian)
 * order. It decodes to a home that behaves the same to the last bit, which the snapshot test holds it to.
 */
interface Head {
  readonly version: 5
  readonly key: string
  readonly profile: Profile
  readonly followsZone: boolean
  readonly rungs: readonly number[]
  readonly count: number
  readonly base: Item | null
  readonly events: readonly Said<HomeEvent>[]
  readonly absences: readonly HomeAbsence[]
  readonly skews: readonly Skew[]
  readonly loose: readonly HomeEvent[]
  readonly trend: SavedTrend
  readonly said: readonly (readonly [string, Outcome])[]
  readonly region: string | null
  readonly newestHour: number
  readonly outages: readonly HomeOutage[]
}

const text = new TextEncoder()
const words = new TextDecoder()
/** Frames in front of the states: head, numbers, rows and bytes of the window, the home's row, hours of the areas. */
const FIXED_FRAMES = 6

export function encodeHome(home: Home): Uint8Array {
  const { rewind } = home
  const head: Head = {
    version: 5,
    key: home.key,
    profile: home.profile,
    followsZone: home.followsZone,
    rungs: rewind.ladder.map((rung) => rung.index),
    count: rewind.window.count,
    // JSON has no NaN; a base is compared by its place only.
    base: rewind.base === null ? null : { ...rewind.base, amount: 0 },
    events: rewind.events,
    absences: home.absences,
    skews: home.skews,
    loose: home.loose,
    trend: saveTrend(home.trend),
    said: [...home.said],
    region: home.member.region,
    newestHour: home.member.newestHour,
    outages: home.member.outages,
  }
  const states = [...rewind.ladder.map((rung) => rung.state), rewind.head]
  const meters = home.profile.meters.length
  const numbers = new Float64Array(meters + 2 + rewind.ladder.length)
  numbers.set(home.offlineMs, 0)
  numbers[meters] = home.wakeMs
  numbers[meters + 1] = rewind.window.firstMs
  rewind.ladder.forEach((rung, index) => (numbers[meters + 2 + index] = rung.endMs))
  return joinFrames([
    text.encode(JSON.stringify(head)),
    bytesOf(numbers),
    bytesOf(rewind.window.rows),
    rewind.window.bytes.subarray(0, rewind.window.used),
    recordBytes(home.shelf.rows, home.row),
    home.member.hours,
    ...encodeStates(home.shelf.slab, states),
  ])
}

export function decodeHome(bytes: Uint8Array, records: Records): Home {
  const frames = splitFrames(bytes)
  const head = JSON.parse(words.decode(frames[0])) as Head
  if (head.version !== 5) throw unknownForm('a home', head.version)
  const meters = head.profile.meters.length
  const numbers = floatsOf(frames[1])
  const shelf = shelfFor(records, head.profile)
  const states = decodeStates(head, shelf.slab, frames.slice(FIXED_FRAMES))
  const items = frames[3] ?? new Uint8Array(0)
  return {
    key: head.key,
    profile: head.profile,
    followsZone: head.followsZone,
    shelf,
    rewind: {
      window: {
        meters,
        bytes: items,
        used: items.length,
        count: head.count,
        firstMs: numbers[meters + 1] ?? -Infinity,
        rows: floatsOf(frames[2]),
      },
      fresh: [],
      open: null,
      ladder: head.rungs.map((index, rung) => ({
        index,
        endMs: numbers[meters + 2 + rung] ?? -Infinity,
        state: states[rung] ?? -1,
      })),
      head: states[head.rungs.length] ?? -1,
      folded: head.count,
      dirtyFrom: Infinity,
      base: head.base,
      events: head.events.map((said) => ({ ...said })),
    },
    row: recordOf(head, shelf.rows, frames[4]),
    offlineMs: numbers.slice(0, meters),
    absences: [...head.absences],
    member: {
      ...newMember(head.region),
      hours: frames[5] ?? new Uint8Array(RING_HOURS),
      newestHour: head.newestHour,
      outages: head.outages,
    },
    skews: head.skews.map((skew) => ({ ...skew })),
    loose: [...head.loose],
    trend: loadTrend(head.trend),
    said: new Map(head.said) satisfies Matters,
    wakeMs: numbers[meters] ?? Infinity,
  }
}

/** The newest state whole, each older one as what differs from the next: a fifth of the bytes. */
function encodeStates(slab: Slab, records: readonly number[]): Uint8Array[] {
  return records.map((record, index) => {
    const next = records[index + 1]
    const bytes = recordBytes(slab, record)
    return next === undefined ? bytes : encodeDelta(bytes, recordBytes(slab, next))
  })
}

function decodeStates(head: Head, slab: Slab, frames: readonly Uint8Array[]): number[] {
  if (frames.length !== head.rungs.length + 1) {
    throw new Error(
      `home ${head.key} was saved with ${frames.length} states, expected ${head.rungs.length + 1}`,
    )
  }
  const records: number[] = []
  let bytes: Uint8Array | undefined
  for (const frame of frames.toReversed()) {
    bytes = bytes === undefined ? frame : decodeDelta(frame, bytes)
    records.unshift(recordOf(head, slab, bytes))
  }
  return records
}

/** @throws Error where the bytes are not a record of this layout: a broken invariant. */
function recordOf(head: Head, slab: Slab, bytes: Uint8Array | undefined): number {
  if (bytes?.length !== slab.bytes) {
    throw new Error(
      `home ${head.key} was saved with a state of ${bytes?.length ?? 0} bytes, expected ${slab.bytes}`,
    )
  }
  const record = allocate(slab)
  recordBytes(slab, record).set(bytes)
  return record
}
