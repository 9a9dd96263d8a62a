/** Bytes that grow as they are written; kept and reused from batch to batch. Little endian. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024)
  #length = 0

  reset(): void {
    this.#length = 0
  }

  /** A copy of what has been written. */
  take(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#length)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  double(value: number): void {
    this.#reserve(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  /** A whole number 0 to 2^53 - 1, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.#reserve(8)
    const bytes = this.#bytes
    let at = this.#length
    let rest = value
    for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128
    // From here on it fits the whole numbers that a processor shifts.
    for (; rest >= 128; rest >>>= 7) bytes[at++] = (rest & 127) | 128
    bytes[at++] = rest
    this.#length = at
  }

  /** A whole number of either sign: 0, -1, 1, -2, … become 0, 1, 2, 3, … */
  signedVarint(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  string(text: string): void {
    const length = Buffer.byteLength(text)
    this.varint(length)
    this.#reserve(length)
    this.#length += this.#bytes.write(text, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}
