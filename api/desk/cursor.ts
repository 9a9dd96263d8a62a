/** The cursor of a page was not given by this API: the caller's mistake, not ours. */
export class BadCursor extends Error {
  constructor() {
    super('The cursor was not given by this API. Leave it out to start from the beginning.')
    this.name = 'BadCursor'
  }
}

const PREFIX = /^[a-z]+:(-?\d{1,16})$/

/** Opaque to callers: base64url of `name:number`. */
export function writeCursor(name: string, value: number): string {
  return Buffer.from(`${name}:${value}`).toString('base64url')
}

/** @throws BadCursor */
export function readCursor(name: string, cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const value = Number(PREFIX.exec(text)?.[1])
  if (!text.startsWith(`${name}:`) || !Number.isSafeInteger(value)) throw new BadCursor()
  return value
}
