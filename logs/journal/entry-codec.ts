import type { GatewayId } from '../../domain/ids.ts'
import type { JournalEntry } from '../../domain/log-entry.ts'

/**
 * How entries lie in the body of a journal row: frames, one behind the other, numbers little endian.
 *
 *   u32   length of what follows in this frame
 *   u8    form: 1 = publish, 2 = JSON
 *
 *   form 1   f64 receivedAtMs
 *            u16 length, then the gateway in UTF-8
 *            u16 length, then the topic in UTF-8
 *            the payload, as it came, up to the end of the frame
 *   form 2   the whole entry as JSON in UTF-8 (refusals and control entries: rare, and easy to look at)
 *
 * A new form gets a new number. Nothing here ever changes the meaning of a number that was written once.
 */
const FORM_PUBLISH = 1
const FORM_JSON = 2
const LENGTH_BYTES = 4
/** Form, time and the two string lengths of a publish frame. */
const PUBLISH_FIXED_BYTES = 1 + 8 + 2 + 2
/** UTF-8 needs at most three bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3

/** Gathers the frames of one row. */
export class FrameWriter {
  #buffer: Buffer<ArrayBuffer>
  #length = 0
  #count = 0

  constructor(initialBytes: number) {
    this.#buffer = Buffer.from(new ArrayBuffer(initialBytes))
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#length
  }

  /** Appends an entry as one frame. */
  add(entry: JournalEntry): void {
    if (entry.type === 'publish') this.#addPublish(entry)
    else this.#addJson(entry)
    this.#count++
  }

  /** The memory that holds the frames; its first `bytes` bytes are the body. The writer is not used afterwards. */
  release(): ArrayBuffer {
    return this.#buffer.buffer
  }

  #addPublish(entry: JournalEntry & { type: 'publish' }): void {
    const strings = (entry.gateway.length + entry.topic.length) * MAX_BYTES_PER_UNIT
    this.#reserve(LENGTH_BYTES + PUBLISH_FIXED_BYTES + strings + entry.payload.length)
    const buffer = this.#buffer
    const start = this.#length + LENGTH_BYTES
    buffer[start] = FORM_PUBLISH
    let at = buffer.writeDoubleLE(entry.receivedAtMs, start + 1)
    at = writeString(buffer, entry.gateway, at)
    at = writeString(buffer, entry.topic, at)
    buffer.set(entry.payload, at)
    at += entry.payload.length
    buffer.writeUInt32LE(at - start, this.#length)
    this.#length = at
  }

  #addJson(entry: JournalEntry): void {
    const json = Buffer.from(JSON.stringify(entry), 'utf8')
    this.#reserve(LENGTH_BYTES + 1 + json.length)
    const at = this.#buffer.writeUInt32LE(1 + json.length, this.#length)
    this.#buffer[at] = FORM_JSON
    this.#buffer.set(json, at + 1)
    this.#length = at + 1 + json.length
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.from(new ArrayBuffer(Math.max(needed, this.#buffer.length * 2)))
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
  }
}

/** Bytes that an entry takes at most, told without encoding it; for entries in JSON a lower estimate. */
export function estimateBytes(entry: JournalEntry): number {
  return entry.type === 'publish'
    ? LENGTH_BYTES + PUBLISH_FIXED_BYTES + entry.gateway.length + entry.topic.length + entry.payload.length
    : 256
}

/** Walks the frames of a row. Payloads are views into the body, not copies. */
export class FrameReader {
  readonly #body: Buffer
  #at = 0

  constructor(body: Uint8Array) {
    this.#body = Buffer.from(body.buffer, body.byteOffset, body.length)
  }

  /** True behind the last frame. */
  get done(): boolean {
    return this.#at === this.#body.length
  }

  /** Passes over a frame. @throws RangeError where the frame does not fit the body. */
  skip(): void {
    this.#at = this.#endOfFrame()
  }

  /** The next entry. @throws RangeError or SyntaxError where the frame is not what the format says. */
  next(): JournalEntry {
    const end = this.#endOfFrame()
    const frame = this.#body.subarray(this.#at + LENGTH_BYTES, end)
    this.#at = end
    return decodeFrame(frame)
  }

  #endOfFrame(): number {
    const length = this.#body.readUInt32LE(this.#at)
    const end = this.#at + LENGTH_BYTES + length
    if (length === 0 || end > this.#body.length) {
      throw new RangeError(`a frame of ${length} bytes does not fit at byte ${this.#at}`)
    }
    return end
  }
}

function decodeFrame(frame: Buffer): JournalEntry {
  const form = frame[0]
  if (form === FORM_JSON) return JSON.parse(frame.toString('utf8', 1)) as JournalEntry
  if (form !== FORM_PUBLISH) throw new RangeError(`a frame has the unknown form ${String(form)}`)
  const receivedAtMs = frame.readDoubleLE(1)
  const gatewayEnd = 11 + frame.readUInt16LE(9)
  const topicEnd = gatewayEnd + 2 + frame.readUInt16LE(gatewayEnd)
  if (topicEnd > frame.length) throw new RangeError('a topic reaches beyond its frame')
  return {
    type: 'publish',
    receivedAtMs,
    gateway: frame.toString('utf8', 11, gatewayEnd) as GatewayId,
    topic: frame.toString('utf8', gatewayEnd + 2, topicEnd),
    payload: frame.subarray(topicEnd),
  }
}

function writeString(buffer: Buffer, text: string, at: number): number {
  const length = buffer.write(text, at + 2, 'utf8')
  buffer.writeUInt16LE(length, at)
  return at + 2 + length
}
