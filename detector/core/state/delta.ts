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

/** @throws Error where the delta is not of a record as long as `reference`: a broken invariant. */
export function decodeDelta(delta: Uint8Array, reference: Uint8Array): Uint8Array<ArrayBuffer> {
  const from = wordsOf(delta)
  const bytes = new Uint8Array(reference.length)
  bytes.set(reference)
  const words = new Uint32Array(bytes.buffer)
  let at = 0
  for (let place = 0; place < from.length;) {
    const head = from[place++] ?? 0
    at += head & 0xffff
    for (let left = head >>> 16; left > 0; left--) words[at++] = from[place++] ?? 0
  }
  if (at !== words.length) throw new Error(`a saved difference covers ${4 * at} bytes of ${reference.length}`)
  return bytes
}

/** The bytes as words; copied where they do not lie on a word's place. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2)
}
