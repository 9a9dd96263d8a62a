import type { OperationalError } from '../../domain/operational-error.ts'
import { openConnection, type Connection, type ConnectionOptions } from './connection.ts'

/** Several connections with one bounded window of unacknowledged messages over all of them. */
export interface Publisher {
  /**
   * Sends on connection `lane` (taken modulo their number). Returns a promise where the window is full: wait for it
   * before the next publish. It rejects once nothing can be delivered any more.
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

/** @throws OperationalError of `openConnection` */
export async function openPublisher(
  lanes: readonly ConnectionOptions[],
  inFlightLimit: number,
): Promise<Publisher> {
  const connections: Connection[] = []
  const waiting: { below: number; resolve: () => void; reject: (error: Error) => void }[] = []
  let published = 0
  let acked = 0
  let failure: OperationalError | null = null

  function wake(): void {
    const inFlight = published - acked
    for (let i = waiting.length - 1; i >= 0; i--) {
      const waiter = waiting[i]
      if (waiter === undefined) continue
      if (failure !== null) waiter.reject(failure)
      else if (inFlight <= waiter.below) waiter.resolve()
      else continue
      waiting.splice(i, 1)
    }
  }
  const events = {
    onAck(): void {
      acked++
      if (waiting.length > 0) wake()
    },
    onFailure(error: OperationalError): void {
      failure ??= error
      wake()
    },
  }
  function until(below: number): Promise<void> {
    if (failure !== null) return Promise.reject(failure)
    return new Promise((resolve, reject) => waiting.push({ below, resolve, reject }))
  }
  async function closeAll(): Promise<void> {
    await Promise.all(connections.map((connection) => connection.close()))
  }

  try {
    for (let first = 0; first < lanes.length; first += CONNECT_AT_ONCE) {
      const some = lanes.slice(first, first + CONNECT_AT_ONCE)
      connections.push(...(await connectSome(some, events)))
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
        ? until(inFlightLimit * REOPEN_SHARE)
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
      const done = until(0).then(
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
  events: Parameters<typeof openConnection>[1],
): Promise<Connection[]> {
  const results = await Promise.allSettled(lanes.map((lane) => openConnection(lane, events)))
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed === undefined) return opened
  await Promise.all(opened.map((connection) => connection.close()))
  throw failed.reason
}
