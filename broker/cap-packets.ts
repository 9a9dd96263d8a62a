import type { Duplex } from 'node:stream'
import { FixedHeaders } from './fixed-headers.ts'
import { LARGE_BYTES, type LargePackets } from './large-packets.ts'

/**
 * Stands between a connection and aedes, and looks at the fixed header of each packet [MQTT-2.2.3]: the length is known
 * before the packet has been buffered. Three phases: before CONNECT has been authorised (one packet, small), open, and
 * shut. What a client sends behind its CONNECT stays in the stream, and then in the kernel, until CONNECT has been authorised.
 */
export interface PacketGate {
  /** CONNECT has been authorised: from now on the larger limit holds. */
  open(): void
  /** Nothing more is read. */
  shut(): void
}

export interface TooLarge {
  /** `no-room`: within its limit, but too many large packets of others are under way. */
  readonly phase: 'before-connect' | 'open' | 'no-room'
  readonly bytes: number
  readonly limitBytes: number
  /** Of a PUBLISH, where it could be read. */
  readonly topic: string
}

export interface PacketLimits {
  readonly packetBytesBeforeConnect: number
  readonly packetBytes: number
}

const PUBLISH = 3
/** Longer topics than this are not waited for once their packet is known to be too large. */
const TOPIC_BYTES = 1024

/** aedes takes everything through `conn.read`, so that is where the gate is put. */
export function capPackets(
  conn: Duplex,
  limits: PacketLimits,
  large: LargePackets,
  onTooLarge: (what: TooLarge) => void,
): PacketGate {
  return new Gate(conn, limits, large, onTooLarge)
}

class Gate implements PacketGate {
  readonly #conn: Duplex
  readonly #limits: PacketLimits
  readonly #large: LargePackets
  readonly #onTooLarge: (what: TooLarge) => void
  readonly #headers = new FixedHeaders()
  #phase: 'before-connect' | 'waiting' | 'open' | 'too-large' | 'shut' = 'before-connect'
  #reserved = 0
  #oversize: { bytes: number; isPublish: boolean; start: Buffer } | null = null

  constructor(conn: Duplex, limits: PacketLimits, large: LargePackets, onTooLarge: (what: TooLarge) => void) {
    this.#conn = conn
    this.#limits = limits
    this.#large = large
    this.#onTooLarge = onTooLarge
    const read = conn.read.bind(conn) as (size?: number) => Buffer | null
    // Node itself calls read(0) to go on reading from the socket; it takes nothing.
    conn.read = (size?: number) => (size === 0 ? read(0) : this.#pass(read))
    conn.once('close', () => this.#releaseLarge())
  }

  open(): void {
    if (this.#phase === 'waiting') this.#phase = 'open'
  }

  shut(): void {
    this.#phase = 'shut'
  }

  #pass(read: () => Buffer | null): Buffer | null {
    if (this.#phase === 'waiting' || this.#phase === 'shut') return null
    const chunk = read()
    if (chunk === null) return null
    if (this.#phase === 'before-connect') return this.#takeConnect(chunk)
    if (this.#phase === 'open') return this.#takePackets(chunk)
    this.#lookForTopic(chunk)
    return null
  }

  #takeConnect(chunk: Buffer): Buffer | null {
    const limit = this.#limits.packetBytesBeforeConnect
    for (let at = 0; at < chunk.length;) {
      at = this.#headers.advance(chunk, at)
      if (this.#headers.inBody && this.#headers.length > limit) {
        this.#phase = 'shut'
        this.#onTooLarge({
          phase: 'before-connect',
          bytes: this.#headers.length,
          limitBytes: limit,
          topic: '',
        })
        return null
      }
      if (!this.#headers.atStart) continue
      this.#phase = 'waiting'
      if (at === chunk.length) return chunk
      // Back into the stream, which then does not end before it has been read.
      this.#conn.unshift(chunk.subarray(at))
      return chunk.subarray(0, at)
    }
    return chunk
  }

  #takePackets(chunk: Buffer): Buffer | null {
    let packetStart = 0
    for (let at = 0; at < chunk.length;) {
      if (this.#headers.atStart) packetStart = at
      at = this.#headers.advance(chunk, at)
      if (this.#headers.atStart) this.#releaseLarge()
      if (!this.#headers.inBody || this.#headers.length <= LARGE_BYTES) continue
      if (this.#headers.length <= this.#limits.packetBytes) {
        if (this.#reserveLarge(this.#headers.length)) continue
        this.#phase = 'shut'
        this.#onTooLarge({
          phase: 'no-room',
          bytes: this.#headers.length,
          limitBytes: this.#limits.packetBytes,
          topic: '',
        })
        return null
      }
      this.#phase = 'too-large'
      this.#oversize = {
        bytes: this.#headers.length,
        isPublish: this.#headers.type === PUBLISH,
        start: Buffer.alloc(0),
      }
      this.#lookForTopic(chunk.subarray(at))
      // What came before the oversize packet is good and goes on.
      return packetStart === 0 ? null : chunk.subarray(0, packetStart)
    }
    return chunk
  }

  #reserveLarge(bytes: number): boolean {
    if (this.#reserved > 0) return true
    if (!this.#large.reserve(bytes)) return false
    this.#reserved = bytes
    return true
  }

  #releaseLarge(): void {
    this.#large.release(this.#reserved)
    this.#reserved = 0
  }

  #lookForTopic(chunk: Buffer): void {
    // Known already: what still comes until the connection has closed is passed over.
    if (this.#oversize === null) return
    const start = Buffer.concat([this.#oversize.start, chunk.subarray(0, TOPIC_BYTES)])
    const topicEnd = start.length < 2 ? Infinity : 2 + start.readUInt16BE(0)
    if (this.#oversize.isPublish && start.length < topicEnd && start.length < TOPIC_BYTES) {
      this.#oversize.start = start
      return
    }
    const topic =
      this.#oversize.isPublish && topicEnd <= start.length ? start.toString('utf8', 2, topicEnd) : ''
    const { bytes } = this.#oversize
    this.#oversize = null
    this.#onTooLarge({ phase: 'open', bytes, limitBytes: this.#limits.packetBytes, topic })
  }
}
