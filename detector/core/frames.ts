/** A list of byte strings as one: each with its length in front (u32, little endian). */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((total, frame) => total + 4 + frame.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const frame of frames) {
    view.setUint32(at, frame.length, true)
    bytes.set(frame, at + 4)
    at += 4 + frame.length
  }
  return bytes
}

/** Copies, so that a typed array may be laid over each. */
export function splitFrames(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const frames: Uint8Array<ArrayBuffer>[] = []
  let at = 0
  while (at < bytes.length) {
    const length = view.getUint32(at, true)
    // A copy of its own memory: a typed array can be laid over it whatever the alignment was.
    const frame = new Uint8Array(length)
    frame.set(bytes.subarray(at + 4, at + 4 + length))
    frames.push(frame)
    at += 4 + length
  }
  return frames
}

export function bytesOf(column: ArrayBufferView): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}

export function floatsOf(frame: Uint8Array<ArrayBuffer> | undefined): Float64Array {
  return frame === undefined ? new Float64Array(0) : new Float64Array(frame.buffer)
}
