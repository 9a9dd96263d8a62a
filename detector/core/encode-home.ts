import { newMember, type HomeOutage } from './area/member.ts'
import { RING_HOURS } from './area/outage.ts'
import { bytesOf, floatsOf, joinFrames, splitFrames } from './frames.ts'
import type { HomeEvent } from './home-event.ts'
import type { HomeAbsence } from './holds.ts'
import type { Home, HomeState, Skew } from './household.ts'
import { decodeJudge, encodeJudge } from './judge.ts'
import type { Matters, Outcome } from './matters.ts'
import type { Profile } from './observation.ts'
import type { Rewind, Said } from './rewind.ts'
import { loadTrend, saveTrend, type SavedTrend } from './trend/home-trend.ts'
import type { Item, Window } from './window.ts'

/**
 * A home as bytes: what is told in words and lists as JSON, numbers as columns in the machine's own (little endian)
 * order. It decodes to a home that behaves the same to the last bit, which the snapshot test holds it to.
 */
interface Head {
  readonly version: 2
  readonly key: string
  readonly profile: Profile
  readonly followsZone: boolean
  readonly rungs: readonly number[]
  readonly folded: number
  readonly closedDays: readonly number[]
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
/** Frames in front of the states: head, numbers, five columns of the window, hours of the areas. */
const FIXED_FRAMES = 8
const FRAMES_PER_STATE = 4

export function encodeHome(home: Home): Uint8Array {
  const { rewind } = home
  const head: Head = {
    version: 2,
    key: home.key,
    profile: home.profile,
    followsZone: home.followsZone,
    rungs: rewind.ladder.map((rung) => rung.index),
    folded: rewind.folded,
    closedDays: [...home.closedDays],
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
  const numbers = new Float64Array(2 * meters + 1 + states.length)
  numbers.set(home.newestMs, 0)
  numbers.set(home.offlineMs, meters)
  numbers[2 * meters] = home.wakeMs
  states.forEach((state, index) => (numbers[2 * meters + 1 + index] = state.measuredMs))
  return joinFrames([
    text.encode(JSON.stringify(head)),
    bytesOf(numbers),
    ...windowFrames(rewind.window),
    home.member.hours,
    ...states.flatMap((state) => [
      encodeJudge(state.judge),
      bytesOf(state.devices),
      bytesOf(state.trend),
      bytesOf(state.back),
    ]),
  ])
}

export function decodeHome(bytes: Uint8Array): Home {
  const frames = splitFrames(bytes)
  const head = JSON.parse(words.decode(frames[0])) as Head
  if (head.version !== 2) throw new Error(`a home was saved in an unknown form (${String(head.version)})`)
  const meters = head.profile.meters.length
  const numbers = floatsOf(frames[1])
  const states = Array.from({ length: head.rungs.length + 1 }, (_, index): HomeState => {
    const judge = frames[FIXED_FRAMES + index * FRAMES_PER_STATE]
    if (judge === undefined) throw new Error(`home ${head.key} was saved without one of its states`)
    return {
      judge: decodeJudge(judge, head.profile),
      devices: floatsOf(frames[FIXED_FRAMES + index * FRAMES_PER_STATE + 1]),
      trend: new Uint32Array(
        frames[FIXED_FRAMES + index * FRAMES_PER_STATE + 2]?.buffer ?? new ArrayBuffer(0),
      ),
      measuredMs: numbers[2 * meters + 1 + index] ?? -Infinity,
      back: floatsOf(frames[FIXED_FRAMES + index * FRAMES_PER_STATE + 3]),
    }
  })
  return {
    key: head.key,
    profile: head.profile,
    followsZone: head.followsZone,
    rewind: rewindOf(head, states, windowOf(frames)),
    newestMs: numbers.slice(0, meters),
    offlineMs: numbers.slice(meters, 2 * meters),
    absences: [...head.absences],
    member: {
      ...newMember(head.region),
      hours: frames[FIXED_FRAMES - 1] ?? new Uint8Array(RING_HOURS),
      newestHour: head.newestHour,
      outages: head.outages,
    },
    skews: head.skews.map((skew) => ({ ...skew })),
    loose: [...head.loose],
    trend: loadTrend(head.trend),
    said: new Map(head.said) satisfies Matters,
    closedDays: Float64Array.from(head.closedDays),
    wakeMs: numbers[2 * meters] ?? Infinity,
  }
}

function rewindOf(head: Head, states: readonly HomeState[], window: Window): Rewind<HomeState, HomeEvent> {
  const newest = states.at(-1)
  if (newest === undefined) throw new Error(`home ${head.key} was saved without its state`)
  return {
    window,
    ladder: head.rungs.flatMap((index, rung) => {
      const state = states[rung]
      return state === undefined ? [] : [{ index, state }]
    }),
    head: newest,
    folded: head.folded,
    dirtyFrom: Infinity,
    base: head.base,
    events: head.events.map((said) => ({ ...said })),
  }
}

function windowFrames(window: Window): Uint8Array[] {
  const { length } = window
  return [
    bytesOf(window.endMs.subarray(0, length)),
    bytesOf(window.intervalMs.subarray(0, length)),
    bytesOf(window.amount.subarray(0, length)),
    bytesOf(window.meter.subarray(0, length)),
    bytesOf(window.flags.subarray(0, length)),
  ]
}

function windowOf(frames: readonly Uint8Array<ArrayBuffer>[]): Window {
  const endMs = floatsOf(frames[2])
  return {
    length: endMs.length,
    endMs,
    intervalMs: floatsOf(frames[3]),
    amount: floatsOf(frames[4]),
    meter: new Uint16Array(frames[5]?.buffer ?? new ArrayBuffer(0)),
    flags: frames[6] ?? new Uint8Array(0),
  }
}
