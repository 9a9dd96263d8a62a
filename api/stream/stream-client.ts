import type { ServerResponse } from 'node:http'
import type { ApiLimits } from '../deps.ts'
import type { DeskEvent, EventLog } from '../desk/desk.ts'
import { isVisible } from '../desk/open-desk.ts'
import { toWireEvent } from '../schemas/alert-schema.ts'
import { resumeFrom, toEventId } from './event-id.ts'

/** Events read and written at a time: all that ever waits in memory for one client. */
const BATCH_EVENTS = 50
/** What a client waits before it connects again, in ms. */
const RETRY_MS = 2_000

export interface StreamClient {
  /** There may be news. */
  wake(): void
  /** What the caller may see has changed. */
  limitTo(areas: readonly string[] | null): void
  end(): void
}

/**
 * One open stream. It holds no queue: it knows the last event it has passed and reads on from the event log, so that a
 * resumed stream, a slow one and a fast one all walk the same path and none can skip an event. While the socket is full
 * it reads nothing; when the peer takes nothing for `streamStallMs` it is cut, and resumes.
 */
export function openStreamClient(
  response: ServerResponse,
  log: EventLog,
  options: { lastEventId: string | null; areas: readonly string[] | null; limits: ApiLimits },
): StreamClient {
  const { limits } = options
  let areas = options.areas
  let passed = log.newest()
  let isFull = false
  let stalled: NodeJS.Timeout | null = null
  const heartbeat = setInterval(beat, limits.streamHeartbeatMs)

  response.on('drain', () => {
    isFull = false
    if (stalled !== null) clearTimeout(stalled)
    stalled = null
    advance()
  })
  response.on('close', finish)
  greet()
  advance()

  function greet(): void {
    const from = options.lastEventId === null ? passed : resumeFrom(log, options.lastEventId)
    write(`retry: ${RETRY_MS}\n\n`)
    if (from === null) {
      write(
        message('reset', passed, {
          reason: 'The events behind your last one are gone. List the alerts anew.',
        }),
      )
      return
    }
    passed = from
    write(message('ready', passed, { lastEventId: toEventId(log, passed) }))
  }

  /** Writes what is new until the socket is full or nothing is left. */
  function advance(): void {
    while (!isFull && !response.destroyed) {
      if (passed < log.resumableFrom()) {
        passed = log.newest()
        write(
          message('reset', passed, { reason: 'You were too slow: events are gone. List the alerts anew.' }),
        )
        continue
      }
      const events = log.after(passed, BATCH_EVENTS)
      if (events.length === 0) return
      const text = events.map(format).join('')
      passed = events.at(-1)?.seq ?? passed
      if (text !== '') write(text)
    }
  }

  function format(event: DeskEvent): string {
    return isVisible(event.alert.region, areas) ? message('alert', event.seq, toWireEvent(event)) : ''
  }

  function message(event: string, seq: number, data: unknown): string {
    return `id: ${toEventId(log, seq)}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
  }

  function write(text: string): void {
    if (response.destroyed || response.writableEnded) return
    isFull = !response.write(text)
    if (isFull) stalled ??= setTimeout(() => response.destroy(), limits.streamStallMs)
  }

  /** An id without data moves a client's place past events that were not for it, and shows nothing. */
  function beat(): void {
    if (!isFull) write(`: beat\nid: ${toEventId(log, passed)}\n\n`)
  }

  function finish(): void {
    clearInterval(heartbeat)
    if (stalled !== null) clearTimeout(stalled)
  }

  return {
    wake: advance,
    limitTo(now) {
      areas = now
    },
    end() {
      finish()
      response.end()
    },
  }
}
