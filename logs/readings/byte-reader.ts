import { KnownTexts } from './known-texts.ts'

/** One thread decodes one log: what it has read it will meet again. */
const known = new KnownTexts(() => true)

/** Reads what `ByteWriter` wrote; anything that does not fit throws a RangeError. */
export class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  byte(): number {
    const value = this.#bytes[this.#at++]
    if (value === undefined) throw new RangeError('bytes end too early')
    return value
  }

  /** Not a copy. */
  bytes(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new RangeError('bytes end too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  double(): number {
    const value = this.#bytes.readDoubleLE(this.#at)
    this.#at += 8
    return value
  }

  varint(): number {
    const first = this.byte()
    if (first < 128) return first
    let value = first & 127
    let factor = 128
    for (;;) {
      const byte = this.byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
  }

  signedVarint(): number {
    const value = this.varint()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  string(): string {
    const length = this.varint()
    if (this.#at + length > this.#bytes.length) throw new RangeError('bytes end too early')
    this.#at += length
    return known.find(this.#bytes, this.#at - length, this.#at) ?? ''
  }
}
