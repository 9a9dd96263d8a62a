/** Texts remembered at most, some 60 bytes each; when full, it starts anew. */
const MOST_TEXTS = 300_000
const FIRST_SLOTS = 8_192
const MOST_PROBES = 64

/**
 * Texts by their bytes: ids come again and again, and need not be made strings again each time; the one string that
 * stands for an id is also found faster in every map.
 */
export class KnownTexts {
  readonly #accepts: (text: string) => boolean
  readonly #most: number
  #texts: string[] = []
  #hashes: number[] = []
  /** By hash, open addressing: 1 + the index in `#texts`; 0: free. */
  #slots = new Int32Array(FIRST_SLOTS)

  /** @param accepts says of a text that is new here whether it is wanted at all */
  constructor(accepts: (text: string) => boolean, most = MOST_TEXTS) {
    this.#accepts = accepts
    this.#most = most
  }

  /** The text that these bytes of UTF-8 spell; null where it is not accepted. */
  find(bytes: Buffer, from: number, to: number): string | null {
    let hash = 0
    let all = 0
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0
      all |= byte
      hash = Math.imul(hash ^ byte, 0x01000193)
    }
    if (all > 127) return this.#read(bytes, from, to)
    hash ^= hash >>> 15
    const mask = this.#slots.length - 1
    // Ids that were chosen to collide are read each time anew instead of being looked for among each other.
    for (let probes = 0, slot = hash & mask; probes < MOST_PROBES; probes++, slot = (slot + 1) & mask) {
      const index = (this.#slots[slot] ?? 0) - 1
      if (index === -1) return this.#learn(hash, slot, bytes, from, to)
      const text = this.#texts[index]
      if (this.#hashes[index] === hash && text !== undefined && spells(bytes, from, to, text)) return text
    }
    return this.#read(bytes, from, to)
  }

  #read(bytes: Buffer, from: number, to: number): string | null {
    const text = bytes.toString('utf8', from, to)
    return this.#accepts(text) ? text : null
  }

  #learn(hash: number, slot: number, bytes: Buffer, from: number, to: number): string | null {
    const text = this.#read(bytes, from, to)
    if (text === null) return null
    if (this.#texts.length >= this.#most) {
      this.#texts = []
      this.#hashes = []
      this.#slots.fill(0)
      return this.find(bytes, from, to)
    }
    this.#texts.push(text)
    this.#hashes.push(hash)
    this.#slots[slot] = this.#texts.length
    if (this.#texts.length * 2 > this.#slots.length) this.#grow()
    return text
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    this.#hashes.forEach((hash, index) => {
      let slot = hash & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = index + 1
    })
    this.#slots = slots
  }
}

/** Whether bytes of ASCII spell this text. */
function spells(bytes: Buffer, from: number, to: number, text: string): boolean {
  if (text.length !== to - from) return false
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false
  return true
}
