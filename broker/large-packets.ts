/** Packets up to this size are not counted: one chunk of a socket holds them. */
export const LARGE_BYTES = 64 * 1024

/** What large packets that are under way may take in all, over all connections: aedes gathers each before it is handled. */
export class LargePackets {
  readonly #limitBytes: number
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** False where there is no room: the packet must not be read. */
  reserve(bytes: number): boolean {
    if (this.#bytes + bytes > this.#limitBytes) return false
    this.#bytes += bytes
    return true
  }

  release(bytes: number): void {
    this.#bytes -= bytes
  }
}
