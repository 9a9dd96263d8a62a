/**
 * A failure of the world around us (disk, port, file, server), as one line that says what, where and how to mend it.
 * `retry` tells the owner of the resource whether trying again can help; nobody else retries.
 */
export class OperationalError extends Error {
  readonly code: string
  readonly retry: boolean

  constructor(code: string, message: string, options: { retry?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'OperationalError'
    this.code = code
    this.retry = options.retry ?? false
  }
}

/** The words of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
