import { once } from 'node:events'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { vi } from 'vitest'

/** MQTT by the byte, for what no client library would do. */
export interface RawClient {
  readonly conn: Duplex
  send(...packets: (Buffer | null)[]): void
  /** Packets received so far, each as [type, body]. */
  readonly packets: { type: number; body: Buffer }[]
  /** Resolves when so many packets have come. */
  received(count: number): Promise<{ type: number; body: Buffer }[]>
  readonly closed: Promise<void>
  isClosed(): boolean
}

export const CONNACK = 2
export const PUBACK = 4

export async function openRaw(port: number): Promise<RawClient> {
  const socket = net.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return rawOver(socket)
}

export function rawOver(conn: Duplex): RawClient {
  let buffered = Buffer.alloc(0)
  let over = false
  const packets: RawClient['packets'] = []
  conn.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk])
    for (;;) {
      const taken = takePacket(buffered)
      if (taken === null) return
      packets.push(taken.packet)
      buffered = buffered.subarray(taken.end)
    }
  })
  // A WebSocket's stream does not close by itself when the other side has gone.
  conn.on('end', () => conn.destroy())
  // A reset is one of the ways to be closed.
  conn.on('error', () => {})
  const closed = new Promise<void>((resolve) => {
    conn.once('close', () => {
      over = true
      resolve()
    })
  })
  return {
    conn,
    packets,
    closed,
    isClosed: () => over,
    send(...parts) {
      for (const part of parts) if (part !== null) conn.write(part)
    },
    async received(count) {
      await vi.waitFor(
        () => {
          if (packets.length < count) throw new Error(`only ${packets.length} of ${count} packets have come`)
        },
        { timeout: 5_000, interval: 5 },
      )
      return packets
    },
  }
}

function takePacket(bytes: Buffer): { packet: { type: number; body: Buffer }; end: number } | null {
  let length = 0
  for (let i = 1; i < 5 && i < bytes.length; i++) {
    const byte = bytes[i]!
    length += (byte & 0x7f) * 128 ** (i - 1)
    if ((byte & 0x80) !== 0) continue
    const start = i + 1
    if (bytes.length < start + length) return null
    return {
      packet: { type: bytes[0]! >> 4, body: bytes.subarray(start, start + length) },
      end: start + length,
    }
  }
  return null
}

/** A fixed header that announces `length` bytes. */
export function header(type: number, flags: number, length: number): Buffer {
  const bytes = [(type << 4) | flags]
  let rest = length
  do {
    bytes.push((rest & 0x7f) | (rest > 127 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

export interface ConnectOptions {
  readonly clientId?: string
  readonly clean?: boolean
  readonly username?: string
  readonly password?: string
  readonly keepAlive?: number
}

export function connectPacket(options: ConnectOptions = {}): Buffer {
  const { clientId = 'raw', clean = true, username, password, keepAlive = 60 } = options
  const flags = (clean ? 2 : 0) | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40)
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([4, flags, keepAlive >> 8, keepAlive & 0xff]),
    text(clientId),
    ...(username === undefined ? [] : [text(username)]),
    ...(password === undefined ? [] : [text(password)]),
  ])
  return Buffer.concat([header(1, 0, body.length), body])
}

export function publishPacket(topic: string, payload: string | Buffer, id: number | null = 1): Buffer {
  const messageId = Buffer.alloc(id === null ? 0 : 2)
  if (id !== null) messageId.writeUInt16BE(id)
  const body = Buffer.concat([text(topic), messageId, Buffer.from(payload)])
  return Buffer.concat([header(3, id === null ? 0 : 2, body.length), body])
}
