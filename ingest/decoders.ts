import type { Decode } from './candidate.ts'
import { decodeNative } from './native/decode-native.ts'

export interface Decoder {
  readonly name: string
  /** An MQTT topic filter: `+` stands for one level, a last `#` for the rest. */
  readonly topic: string
  readonly decode: Decode
}

/** Which topic is read by which decoder; the first that fits. Further formats join here. */
export const DECODERS: readonly Decoder[] = [
  { name: 'native', topic: 'hearthline/v1/+/readings', decode: decodeNative },
]

/** How many distinct topics are remembered; a topic names a gateway, so they are few. When full, it starts anew. */
const REMEMBERED_TOPICS = 20_000

export function createDecoderTable(decoders: readonly Decoder[]): (topic: string) => Decoder | null {
  const remembered = new Map<string, Decoder | null>()
  return (topic) => {
    const known = remembered.get(topic)
    if (known !== undefined) return known
    const found = decoders.find((decoder) => matches(decoder.topic, topic)) ?? null
    if (remembered.size >= REMEMBERED_TOPICS) remembered.clear()
    remembered.set(topic, found)
    return found
  }
}

function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/')
  const pattern = filter.split('/')
  if (pattern.at(-1) === '#')
    return pattern.slice(0, -1).every((level, i) => level === '+' || level === levels[i])
  return pattern.length === levels.length && pattern.every((level, i) => level === '+' || level === levels[i])
}
