import { copyRecord, startOfRecord, type Slab } from './slab.ts'

/** Words in one run: what 16 bits tell. */
const LONGEST = 0xffff

/**
 * A record as what differs from another of the same length: pairs of (words that are the same, words that are not), each as
 * two 16-bit numbers, followed by those words. States of one home some hours apart differ in a few dozen words.
 */
export function encodeDelta(bytes: Uint8Array, reference: Uint8Array): Uint8Array {
  const words = wordsOf(bytes)
  const others = wordsOf(reference)
  const out = new Uint32Array(words.length + 1 + (words.length >> 1))
  let length = 0
  let at = 0
  while (at < words.length) {
    const from = at
    while (at < words.length && words[at] === others[at] && at - from < LONGEST) at++
    const differs = at
    while (at < words.length && words[at] !== others[at] && at - differs < LONGEST) at++
    out[length++] = (differs - from) | ((at - differs) << 16)
    for (let word = differs; word < at; word++) out[length++] = words[word] ?? 0
  }
  return new Uint8Array(out.buffer, 0, 4 * length)
}

/** The bytes as words; copied where they do not lie on a word's place. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2)
}

/**
 * A record that differs so from another of its slab. The delta may lie anywhere.
 * @throws Error where it is not of a record of this length: a broken invariant.
 */
export function recordOfDelta(slab: Slab, delta: Uint8Array, reference: number): number {
  const record = copyRecord(slab, reference)
  const { chunk, byte } = startOfRecord(slab, record)
  const view = new DataView(delta.buffer, delta.byteOffset, delta.length)
  const words = slab.bytes >>> 2
  const start = byte >>> 2
  let at = 0
  for (let place = 0; place < delta.length;) {
    const head = view.getUint32(place, true)
    place += 4
    at += head & 0xffff
    const end = at + (head >>> 16)
    if (end > words) break
    for (; at < end; at++, place += 4) chunk.u32[start + at] = view.getUint32(place, true)
  }
  if (at !== words) throw new Error(`a saved difference covers ${4 * at} bytes of ${slab.bytes}`)
  return record
}
