/** Reads what a `ByteSink` wrote. Bytes that end too early are a broken invariant: a RangeError. */
export class ByteSource {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#skip(1))
  }

  word(): number {
    return this.#bytes.readInt32LE(this.#skip(4))
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#skip(8))
  }

  /** Not a copy. */
  raw(length: number): Uint8Array {
    const at = this.#skip(length)
    return this.#bytes.subarray(at, at + length)
  }

  framed(): Uint8Array {
    return this.raw(this.word())
  }

  text(): string | null {
    const length = this.word()
    if (length < 0) return null
    const at = this.#skip(length)
    return this.#bytes.toString('utf8', at, at + length)
  }

  #skip(length: number): number {
    const at = this.#at
    if (length < 0 || at + length > this.#bytes.length) throw new RangeError('bytes end too early')
    this.#at += length
    return at
  }
}
