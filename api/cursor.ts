/** The cursor of a page was not given by this API: the caller's mistake, not ours. */
export class BadCursor extends Error {
  constructor() {
    super('The cursor was not given by this list. Leave it out to start from the beginning.')
    this.name = 'BadCursor'
  }
}

/** Opaque to callers: base64url of `list:place`. */
export function writeCursor(list: string, place: string | number): string {
  return Buffer.from(`${list}:${place}`).toString('base64url')
}

/** @throws BadCursor */
export function readCursor(list: string, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  if (!text.startsWith(`${list}:`)) throw new BadCursor()
  return text.slice(list.length + 1)
}

/** @throws BadCursor */
export function readNumberCursor(list: string, cursor: string): number {
  const place = readCursor(list, cursor)
  const value = Number(place)
  if (!/^-?\d{1,16}$/.test(place) || !Number.isSafeInteger(value)) throw new BadCursor()
  return value
}
