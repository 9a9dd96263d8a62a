import { messageOf } from '../domain/operational-error.ts'
import type { Logger } from '../platform/log.ts'
import { isOperational } from '../platform/sqlite.ts'

export interface Pumping {
  nudge(): void
  /** null while it works; otherwise what hinders it. */
  failure(): string | null
  stop(): void
}

const ROUND_MS = 250
/** An outage brings thousands of findings: between two rounds readings are to be acknowledged. */
const BREATH_MS = 10
/** After a failure (disk full, database locked) the round is tried again, ever more slowly. */
const SLOWEST_RETRY_MS = 10_000

/**
 * Runs `round` four times a second, soon after a nudge, and again while it says that there is more. What a full disk
 * hinders is tried again: the desk still shows what it has, and the other stages go on.
 */
export function keepPumping(round: () => boolean, log: Logger): Pumping {
  let pending: NodeJS.Timeout | null = null
  let failure: string | null = null
  let retryMs = ROUND_MS
  let retryAtMs = -Infinity

  function turn(): void {
    pending = null
    try {
      const more = round()
      if (failure !== null) log.info('the desk takes findings again')
      failure = null
      retryMs = ROUND_MS
      if (more) nudge()
    } catch (error) {
      if (!isOperational(error)) throw error
      const message = `the desk cannot take findings: ${messageOf(error)}. Free space on the disk of the data folder; it tries again by itself.`
      if (failure !== message) log.error({ failure: message }, 'no new alerts reach the desk')
      failure = message
      retryAtMs = Date.now() + retryMs
      retryMs = Math.min(retryMs * 2, SLOWEST_RETRY_MS)
    }
  }

  function nudge(): void {
    if (Date.now() < retryAtMs) return
    pending ??= setTimeout(turn, BREATH_MS)
  }

  const timer = setInterval(nudge, ROUND_MS)
  return {
    nudge,
    failure: () => failure,
    stop() {
      clearInterval(timer)
      if (pending !== null) clearTimeout(pending)
    },
  }
}
