import type { Duplex } from 'node:stream'
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
  const read = conn.read.bind(conn) as (size?: number) => Buffer | null
  const headers = new FixedHeaders()
  let phase: 'before-connect' | 'waiting' | 'open' | 'too-large' | 'shut' = 'before-connect'
  let reserved = 0
  let oversize: { bytes: number; isPublish: boolean; start: Buffer } | null = null

  conn.once('close', releaseLarge)

  conn.read = (size?: number): Buffer | null => {
    // Node itself calls read(0) to go on reading from the socket; it takes nothing.
    if (size === 0) return read(0)
    if (phase === 'waiting' || phase === 'shut') return null
    const chunk = read()
    if (chunk === null) return null
    if (phase === 'too-large') {
      lookForTopic(chunk)
      return null
    }
    return phase === 'before-connect' ? takeConnect(chunk) : takePackets(chunk)
  }

  function takeConnect(chunk: Buffer): Buffer | null {
    const limit = limits.packetBytesBeforeConnect
    for (let at = 0; at < chunk.length;) {
      at = headers.advance(chunk, at)
      if (headers.inBody && headers.length > limit) {
        phase = 'shut'
        onTooLarge({ phase: 'before-connect', bytes: headers.length, limitBytes: limit, topic: '' })
        return null
      }
      if (!headers.atStart) continue
      phase = 'waiting'
      if (at === chunk.length) return chunk
      // Back into the stream, which then does not end before it has been read.
      conn.unshift(chunk.subarray(at))
      return chunk.subarray(0, at)
    }
    return chunk
  }

  function takePackets(chunk: Buffer): Buffer | null {
    let packetStart = 0
    for (let at = 0; at < chunk.length;) {
      if (headers.atStart) packetStart = at
      at = headers.advance(chunk, at)
      if (headers.atStart) releaseLarge()
      if (!headers.inBody || headers.length <= LARGE_BYTES) continue
      if (headers.length <= limits.packetBytes) {
        if (reserveLarge(headers.length)) continue
        phase = 'shut'
        onTooLarge({ phase: 'no-room', bytes: headers.length, limitBytes: limits.packetBytes, topic: '' })
        return null
      }
      phase = 'too-large'
      oversize = {
        bytes: headers.length,
        isPublish: headers.type === PUBLISH,
        start: Buffer.alloc(0),
      }
      lookForTopic(chunk.subarray(at))
      // What came before the oversize packet is good and goes on.
      return packetStart === 0 ? null : chunk.subarray(0, packetStart)
    }
    return chunk
  }

  function reserveLarge(bytes: number): boolean {
    if (reserved > 0) return true
    if (!large.reserve(bytes)) return false
    reserved = bytes
    return true
  }

  function releaseLarge(): void {
    large.release(reserved)
    reserved = 0
  }

  function lookForTopic(chunk: Buffer): void {
    // Known already: what still comes until the connection has closed is passed over.
    if (oversize === null) return
    const start = Buffer.concat([oversize.start, chunk.subarray(0, TOPIC_BYTES)])
    const topicEnd = start.length < 2 ? Infinity : 2 + start.readUInt16BE(0)
    if (oversize.isPublish && start.length < topicEnd && start.length < TOPIC_BYTES) {
      oversize.start = start
      return
    }
    const topic = oversize.isPublish && topicEnd <= start.length ? start.toString('utf8', 2, topicEnd) : ''
    const { bytes } = oversize
    oversize = null
    onTooLarge({ phase: 'open', bytes, limitBytes: limits.packetBytes, topic })
  }

  return {
    open() {
      if (phase === 'waiting') phase = 'open'
    },
    shut() {
      phase = 'shut'
    },
  }
}

/** Walks from fixed header to fixed header through chunks that may be cut anywhere. */
class FixedHeaders {
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
