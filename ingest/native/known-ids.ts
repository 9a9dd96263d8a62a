import { isId, type MeterId } from '../../domain/ids.ts'

/** Ids remembered at most, some 60 bytes each; when full, it starts anew. */
const MOST_IDS = 300_000
const FIRST_SLOTS = 8_192

/**
 * Ids by their bytes: a meter that has spoken before is found without making its id a string again, and the one string
 * that stands for it is found fast in every map.
 */
export class KnownIds {
  readonly #most: number
  #ids: MeterId[] = []
  #hashes: number[] = []
  /** By hash, open addressing: 1 + the index in `#ids`; 0: free. */
  #slots = new Int32Array(FIRST_SLOTS)

  constructor(most = MOST_IDS) {
    this.#most = most
  }

  /** The id that these bytes of ASCII spell; null where they are no id. */
  find(bytes: Uint8Array, from: number, to: number): MeterId | null {
    let hash = 0
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
    hash ^= hash >>> 15
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = (this.#slots[slot] ?? 0) - 1
      if (index === -1) return this.#learn(hash, slot, bytes, from, to)
      const id = this.#ids[index]
      if (this.#hashes[index] === hash && id !== undefined && spells(bytes, from, to, id)) return id
    }
  }

  #learn(hash: number, slot: number, bytes: Uint8Array, from: number, to: number): MeterId | null {
    const id = String.fromCharCode(...bytes.subarray(from, Math.min(to, from + LONGER_THAN_ANY)))
    if (!isId(id)) return null
    if (this.#ids.length >= this.#most) {
      this.#ids = []
      this.#hashes = []
      this.#slots.fill(0)
      return this.find(bytes, from, to)
    }
    this.#ids.push(id as MeterId)
    this.#hashes.push(hash)
    this.#slots[slot] = this.#ids.length
    if (this.#ids.length * 2 > this.#slots.length) this.#grow()
    return id as MeterId
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

const LONGER_THAN_ANY = 129

function spells(bytes: Uint8Array, from: number, to: number, id: string): boolean {
  if (id.length !== to - from) return false
  for (let i = 0; i < id.length; i++) if (id.charCodeAt(i) !== bytes[from + i]) return false
  return true
}
