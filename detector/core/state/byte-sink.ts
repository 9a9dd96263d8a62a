/** Bytes of one thing after the other, as a `ByteSource` reads them. Little endian; used again for each thing that is saved. */
export class ByteSink {
  #bytes = new Uint8Array(16_384)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  reset(): void {
    this.#length = 0
  }

  /** A copy of what has been written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** A whole number of 32 bits, of either sign. */
  word(value: number): void {
    this.#reserve(4)
    this.#view.setInt32(this.#length, value, true)
    this.#length += 4
  }

  double(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  /** Bytes whose number the reader knows. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Bytes with their number in front. */
  framed(bytes: Uint8Array): void {
    this.word(bytes.length)
    this.raw(bytes)
  }

  text(words: string | null): void {
    if (words === null) {
      this.word(-1)
      return
    }
    this.#reserve(4 + 3 * words.length)
    const at = this.#length + 4
    let length = 0
    // Nearly all are ASCII: ids, zones, regions.
    for (; length < words.length; length++) {
      const code = words.charCodeAt(length)
      if (code >= 128) break
      this.#bytes[at + length] = code
    }
    if (length < words.length) length = encoder.encodeInto(words, this.#bytes.subarray(at)).written
    this.#view.setInt32(this.#length, length, true)
    this.#length = at + length
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

const encoder = new TextEncoder()
