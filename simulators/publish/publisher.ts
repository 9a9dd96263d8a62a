import { OperationalError } from '../../domain/operational-error.ts'
import {
  openConnection,
  type Connection,
  type ConnectionEvents,
  type ConnectionOptions,
} from './connection.ts'

/** Several connections with one bounded window of unacknowledged messages over all of them. */
export interface Publisher {
  /**
   * Sends on connection `lane` (taken modulo their number). Returns a promise where the window is full: wait for it
   * before the next publish. It rejects once nothing can be delivered any more, and ends early when stopped.
   */
  publish(lane: number, topic: string, payload: string): Promise<void> | null
  readonly published: number
  readonly acked: number
  /** Resolves with true when all is acknowledged, with false after `limitMs`. */
  drained(limitMs: number): Promise<boolean>
  failure(): OperationalError | null
  close(): Promise<void>
}

/** A county's gateways connecting all at once would meet the broker's own limits. */
const CONNECT_AT_ONCE = 20
/** The window opens again well below full, so that waking the producer is paid for by many messages. */
const REOPEN_SHARE = 0.75

/** A broker that keeps the connection but acknowledges nothing (a full disk) is waited for this long. */
export const STALL_LIMIT_MS = 120_000

/** @throws OperationalError of `openConnection` */
export async function openPublisher(
  lanes: readonly ConnectionOptions[],
  inFlightLimit: number,
  signal: AbortSignal,
): Promise<Publisher> {
  const connections: Connection[] = []
  const waiting: {
    below: number
    whenStopped: boolean
    resolve: () => void
    reject: (error: Error) => void
  }[] = []
  let published = 0
  let acked = 0
  let failure: OperationalError | null = null
  let stall: NodeJS.Timeout | null = null

  function wake(): void {
    const inFlight = published - acked
    for (let i = waiting.length - 1; i >= 0; i--) {
      const waiter = waiting[i]
      if (waiter === undefined) continue
      if (failure !== null) waiter.reject(failure)
      else if (inFlight <= waiter.below || (waiter.whenStopped && signal.aborted)) waiter.resolve()
      else continue
      waiting.splice(i, 1)
    }
    if (waiting.length === 0 && stall !== null) clearTimeout(stall)
    stall = waiting.length === 0 ? null : stall
  }
  function stalled(): void {
    const where = lanes[0]?.url ?? ''
    failure ??= new OperationalError(
      'broker-stalled',
      `the broker at ${where} has acknowledged nothing for ${STALL_LIMIT_MS / 1000} s. Look at its log and its /readyz.`,
      { retry: true },
    )
    wake()
  }
  const events = {
    onAck(): void {
      acked++
      stall?.refresh()
      if (waiting.length > 0) wake()
    },
    onFailure(error: OperationalError): void {
      failure ??= error
      wake()
    },
  }
  function until(below: number, whenStopped: boolean): Promise<void> {
    if (failure !== null) return Promise.reject(failure)
    stall ??= setTimeout(stalled, STALL_LIMIT_MS)
    return new Promise((resolve, reject) => {
      waiting.push({ below, whenStopped, resolve, reject })
      if (signal.aborted) wake()
    })
  }
  async function closeAll(): Promise<void> {
    signal.removeEventListener('abort', wake)
    if (stall !== null) clearTimeout(stall)
    await Promise.all(connections.map((connection) => connection.close()))
  }

  signal.addEventListener('abort', wake)
  try {
    for (let first = 0; first < lanes.length; first += CONNECT_AT_ONCE) {
      const some = lanes.slice(first, first + CONNECT_AT_ONCE)
      connections.push(...(await connectSome(some, events, signal)))
    }
  } catch (error) {
    await closeAll()
    throw error
  }

  return {
    publish(lane, topic, payload) {
      published++
      connections[lane % connections.length]?.publish(topic, payload)
      return failure !== null || published - acked >= inFlightLimit
        ? until(inFlightLimit * REOPEN_SHARE, true)
        : null
    },
    get published() {
      return published
    },
    get acked() {
      return acked
    },
    async drained(limitMs) {
      if (published === acked) return true
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), limitMs)
      })
      const done = until(0, false).then(
        () => true,
        () => false,
      )
      try {
        return await Promise.race([done, late])
      } finally {
        clearTimeout(timer)
      }
    },
    failure: () => failure,
    close: closeAll,
  }
}

/** All or none: where one of them fails, the others are closed again. */
async function connectSome(
  lanes: readonly ConnectionOptions[],
  events: ConnectionEvents,
  signal: AbortSignal,
): Promise<Connection[]> {
  const results = await Promise.allSettled(lanes.map((lane) => openConnection(lane, events, signal)))
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed === undefined) return opened
  await Promise.all(opened.map((connection) => connection.close()))
  throw failed.reason
}
