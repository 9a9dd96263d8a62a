import type { Area } from '../../../domain/area.ts'
import { bytesOf, floatsOf, joinFrames, splitFrames } from '../frames.ts'
import type { Areas } from './areas.ts'
import { newGroup, type Group } from './group.ts'
import type { Run } from './outage.ts'
import { unknownForm } from '../unknown-form.ts'

/** What of a group does not follow from what its homes have told of their last hours. */
interface Head {
  readonly version: 1
  readonly area: Area
  readonly newestHour: number
  readonly runs: readonly Run[]
}

const text = new TextEncoder()
const words = new TextDecoder()

export function encodeGroup(group: Group): Uint8Array {
  const { area, newestHour, runs } = group
  const head: Head = { version: 1, area, newestHour, runs }
  return joinFrames([
    text.encode(JSON.stringify(head)),
    bytesOf(group.expected),
    bytesOf(group.usual),
    bytesOf(group.taught),
    bytesOf(group.goodHour),
    bytesOf(group.clockHour),
  ])
}

/** Its sums are still empty: the homes that are restored after it fill them. */
export function restoreArea(areas: Areas, bytes: Uint8Array): void {
  const [head, expected, usual, taught, good, clock] = splitFrames(bytes)
  const { version, area, newestHour, runs } = JSON.parse(words.decode(head)) as Head
  if (version !== 1) throw unknownForm('an area', version)
  const group = newGroup(area)
  group.newestHour = newestHour
  group.runs = runs
  group.expected.set(new Float32Array(expected?.buffer ?? new ArrayBuffer(0)))
  group.usual.set(new Float32Array(usual?.buffer ?? new ArrayBuffer(0)))
  group.taught.set(new Uint16Array(taught?.buffer ?? new ArrayBuffer(0)))
  group.goodHour.set(floatsOf(good))
  group.clockHour.set(floatsOf(clock))
  areas.groups.set(group.key, group)
}
