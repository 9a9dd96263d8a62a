/** Walks from fixed header to fixed header through chunks that may be cut anywhere. */
export class FixedHeaders {
  type = 0
  /** Remaining length of the packet: known once `inBody`. */
  length = 0
  /** True once the header is complete; false again when its packet has passed. */
  inBody = false
  #headerBytes = 0
  #bodyLeft = 0

  /** True between two packets. */
  get atStart(): boolean {
    return !this.inBody && this.#headerBytes === 0
  }

  /** Goes on from `at`: to the end of a header, or through its body, as far as the chunk reaches. Returns where. */
  advance(chunk: Buffer, at: number): number {
    if (this.inBody) return this.#passBody(chunk, at)
    const byte = chunk[at] ?? 0
    if (this.#headerBytes === 0) {
      this.type = byte >> 4
      this.length = 0
      this.#headerBytes = 1
      return at + 1
    }
    this.length += (byte & 0x7f) * 128 ** (this.#headerBytes - 1)
    this.#headerBytes++
    // A length has at most four bytes; aedes refuses a fifth, here it only must not run on.
    if ((byte & 0x80) !== 0 && this.#headerBytes < 5) return at + 1
    this.#bodyLeft = this.length
    this.#headerBytes = 0
    this.inBody = this.length > 0
    return at + 1
  }

  #passBody(chunk: Buffer, at: number): number {
    const passed = Math.min(this.#bodyLeft, chunk.length - at)
    this.#bodyLeft -= passed
    if (this.#bodyLeft === 0) this.inBody = false
    return at + passed
  }
}
