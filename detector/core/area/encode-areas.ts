import type { Area } from '../../../domain/area.ts'
import { bytesOf, floatsOf, joinFrames, splitFrames } from '../frames.ts'
import type { Areas } from './areas.ts'
import { newGroup, type Group } from './group.ts'
import type { Run } from './outage.ts'
import { unknownForm } from '../unknown-form.ts'

/** What of a group is told in words and lists. */
interface Head {
  readonly version: 2
  readonly area: Area
  readonly newestHour: number
  readonly runs: readonly Run[]
}

const text = new TextEncoder()
const words = new TextDecoder()

export function encodeGroup(group: Group): Uint8Array {
  const { area, newestHour, runs } = group
  const head: Head = { version: 2, area, newestHour, runs }
  return joinFrames([
    text.encode(JSON.stringify(head)),
    bytesOf(group.expected),
    bytesOf(group.usual),
    bytesOf(group.taught),
    bytesOf(group.goodHour),
    bytesOf(group.clockHour),
    bytesOf(group.members),
    bytesOf(group.rings),
  ])
}

export function restoreArea(areas: Areas, bytes: Uint8Array): void {
  const [head, expected, usual, taught, good, clock, members, rings] = splitFrames(bytes)
  const { version, area, newestHour, runs } = JSON.parse(words.decode(head)) as Head
  if (version !== 2) throw unknownForm('an area', version)
  const group = newGroup(area)
  group.newestHour = newestHour
  group.runs = runs
  group.expected.set(new Float32Array(expected?.buffer ?? new ArrayBuffer(0)))
  group.usual.set(new Float32Array(usual?.buffer ?? new ArrayBuffer(0)))
  group.taught.set(new Uint16Array(taught?.buffer ?? new ArrayBuffer(0)))
  group.goodHour.set(floatsOf(good))
  group.clockHour.set(floatsOf(clock))
  group.members.set(new Uint32Array(members?.buffer ?? new ArrayBuffer(0)))
  group.rings.set(new Uint32Array(rings?.buffer ?? new ArrayBuffer(0)))
  areas.groups.set(group.key, group)
}
