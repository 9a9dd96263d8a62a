import { once } from 'node:events'
import net from 'node:net'
import { pathToFileURL } from 'node:url'

/**
 * A load of QoS 1 publishes over raw sockets, in a process of its own: MQTT is written by hand here because a client
 * library would measure itself. Every (meter, time) is sent once.
 */
export interface LoadOptions {
  readonly port: number
  readonly connections: number
  /** Unacknowledged publishes per connection, at most. */
  readonly inFlight: number
  /** Messages per second over all connections; null: as fast as acks allow. */
  readonly rate: number | null
  readonly seconds: number
  /** Stop after so many messages, even where time is left. */
  readonly messages?: number
  readonly readingsPerMessage: number
  readonly meters: number
  /** Time of the first readings, epoch ms; each round of the meters lies `stepMs` later. */
  readonly startMs: number
  readonly stepMs: number
}

export interface LoadResult {
  readonly sent: number
  /** Messages by connection; connection c speaks for meters c, c + connections, c + 2 × connections and so on, in turn. */
  readonly sentBy: readonly number[]
  readonly acked: number
  /** From the first publish to the last ack. */
  readonly seconds: number
  /** From handing a publish to the socket to its PUBACK. */
  readonly ackMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Time of the newest reading sent, epoch ms. */
  readonly newestMs: number
}

const MAX_ID = 65_535

class Connection {
  readonly #socket: net.Socket
  readonly #sentAt = new Float64Array(MAX_ID + 1)
  readonly #onAck: (latencyMs: number) => void
  #rest: Buffer = Buffer.alloc(0)
  #nextId = 1
  flying = 0
  isConnected = false

  constructor(port: number, name: string, onAck: (latencyMs: number) => void) {
    this.#onAck = onAck
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('connect', () => this.#socket.write(connectPacket(name)))
    this.#socket.on('data', (chunk) => this.#take(chunk))
  }

  publish(topic: Buffer, payload: string): void {
    const id = this.#nextId
    this.#nextId = id === MAX_ID ? 1 : id + 1
    this.#sentAt[id] = performance.now()
    this.flying++
    this.#socket.write(publishPacket(topic, id, payload))
  }

  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.#socket.uncork()
  }

  end(): void {
    this.#socket.destroy()
  }

  /** CONNACK and PUBACK, all that comes here, have four bytes each. */
  #take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    for (; at + 4 <= bytes.length; at += 4) {
      if (bytes[at] === 0x20) this.isConnected = true
      else {
        this.flying--
        this.#onAck(performance.now() - (this.#sentAt[bytes.readUInt16BE(at + 2)] ?? 0))
      }
    }
    this.#rest = bytes.subarray(at)
  }
}

function connectPacket(name: string): Buffer {
  const id = Buffer.from(name)
  const variable = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, id.length >> 8, id.length & 255])
  return Buffer.concat([Buffer.from([0x10, variable.length + id.length]), variable, id])
}

function publishPacket(topic: Buffer, id: number, payload: string): Buffer {
  const body = Buffer.byteLength(payload)
  let left = 2 + topic.length + 2 + body
  const head: number[] = [0x32]
  do {
    head.push((left & 127) | (left > 127 ? 128 : 0))
    left >>= 7
  } while (left > 0)
  const packet = Buffer.allocUnsafe(head.length + 4 + topic.length + body)
  packet.set(head, 0)
  let at = packet.writeUInt16BE(topic.length, head.length)
  at += topic.copy(packet, at)
  at = packet.writeUInt16BE(id, at)
  packet.write(payload, at)
  return packet
}

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = []
  let sent = 0
  const sentBy = Array.from({ length: options.connections }, () => 0)
  const connections = Array.from(
    { length: options.connections },
    (_, i) => new Connection(options.port, `load-${process.pid}-${i}`, (ms) => void latencies.push(ms)),
  )
  while (!connections.every(({ isConnected }) => isConnected)) await pause(20)
  const topics = connections.map((_, i) => Buffer.from(`hearthline/v1/gw-${i % 100}/readings`))
  const sources = connections.map((_, i) => readingSource(options, i))

  let first = 0
  const begin = performance.now()
  const end = begin + options.seconds * 1_000
  const most = options.messages ?? Infinity
  while (performance.now() < end && sent < most) {
    const paced = options.rate === null ? Infinity : ((performance.now() - begin) / 1_000) * options.rate
    const due = Math.min(paced, most)
    // Each round begins with another connection, or the first ones would do all the work of a light load.
    first = (first + 1) % connections.length
    for (let n = 0; n < connections.length; n++) {
      const i = (first + n) % connections.length
      const connection = connections[i] as Connection
      connection.cork()
      // Spread over the connections, as gateways would be.
      const share = Math.ceil((due - sent) / (connections.length - n))
      for (let k = 0; k < share && connection.flying < options.inFlight; k++) {
        connection.publish(topics[i] as Buffer, (sources[i] as ReadingSource).next())
        sent++
        sentBy[i] = (sentBy[i] ?? 0) + 1
      }
      connection.uncork()
    }
    await pause(options.rate === null ? 0 : 2)
  }
  while (latencies.length < sent) await pause(1)
  const seconds = (performance.now() - begin) / 1_000
  for (const connection of connections) connection.end()
  latencies.sort((a, b) => a - b)
  const at = (q: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? 0
  return {
    sent,
    sentBy,
    acked: latencies.length,
    seconds,
    ackMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
    newestMs: Math.max(...sources.map((source) => source.newestMs())),
  }
}

export interface ReadingSource {
  next(): string
  newestMs(): number
}

export function meterId(index: number): string {
  return `W-${String(index).padStart(7, '0')}`
}

/** A meter speaks through one connection, as through one gateway: its readings come in their order. */
export function readingSource(
  options: Pick<LoadOptions, 'connections' | 'meters' | 'startMs' | 'stepMs' | 'readingsPerMessage'>,
  connection: number,
): ReadingSource {
  const { connections, meters, startMs, stepMs, readingsPerMessage } = options
  let meter = connection
  let round = 0
  const one = (): string => {
    const time = startMs + round * stepMs
    const text = `{"meter":"${meterId(meter)}","time":${time},"register":${((time / stepMs) * 7 + (meter % 50)) / 1_000},"unit":"m3"}`
    meter += connections
    if (meter >= meters) {
      meter = connection
      round++
    }
    return text
  }
  return {
    next() {
      if (readingsPerMessage === 1) return one()
      return `[${Array.from({ length: readingsPerMessage }, one).join(',')}]`
    },
    newestMs: () => startMs + round * stepMs,
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms === 0) setImmediate(resolve)
    else setTimeout(resolve, ms)
  })
}

// Started as a child: options come as one message, the result goes back as one.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [options] = (await once(process, 'message')) as [LoadOptions]
  process.send?.(await runLoad(options))
  process.disconnect()
}
