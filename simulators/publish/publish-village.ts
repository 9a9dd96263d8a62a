import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { encodeReadings, readingsTopic, type VillageMessage } from '../village/message.ts'
import type { ConnectionOptions } from './connection.ts'
import type { Pace } from './pace.ts'
import { openPublisher, type Publisher } from './publisher.ts'

export interface Credential {
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** One connection a gateway, named as the gateway itself, with its retained status. */
export function openGateways(
  url: string,
  gateways: readonly string[],
  credentialOf: (gateway: string) => Credential,
  inFlightLimit: number,
  signal: AbortSignal,
): Promise<Publisher> {
  const lanes = gateways.map((gateway): ConnectionOptions => ({
    url,
    clientId: gateway,
    gateway,
    announces: true,
    ...credentialOf(gateway),
  }))
  return openPublisher(lanes, inFlightLimit, signal)
}

export interface PublishVillageOptions {
  readonly publisher: Publisher
  readonly gateways: readonly string[]
  readonly messages: Iterable<VillageMessage>
  readonly pace: Pace
  readonly signal: AbortSignal
  /** Told after each message handed over. */
  readonly onMessage?: (message: VillageMessage, readings: number) => void
}

export interface PublishReport {
  readonly messages: number
  readonly acked: number
  readonly readings: number
  readonly seconds: number
  readonly interrupted: boolean
  /** Why not everything could be delivered; null where nothing went wrong. */
  readonly failure: OperationalError | null
}

/** How long the last acks may take once everything has been handed over. */
export const LAST_ACKS_MS = 30_000
export const INTERRUPTED_ACKS_MS = 2_000

/** Publishes the messages at their pace and counts what the broker has acknowledged. */
export async function publishVillage(options: PublishVillageOptions): Promise<PublishReport> {
  const { publisher, gateways, messages, pace, signal, onMessage } = options
  const startedAt = performance.now()
  const before = { published: publisher.published, acked: publisher.acked }
  const lanes = new Map(gateways.map((gateway, lane) => [gateway, lane]))
  let readings = 0
  let sinceYield = 0
  try {
    for (const message of messages) {
      if (signal.aborted) break
      const early = pace.due(message.sendAtMs)
      if (early !== null) await early
      if (signal.aborted) break
      const { gateway } = message
      const full = publisher.publish(
        lanes.get(gateway) ?? 0,
        readingsTopic(gateway),
        encodeReadings(message.readings),
      )
      readings += message.readings.length
      onMessage?.(message, readings)
      if (full !== null) await full
      else if (++sinceYield >= 64) {
        // Signals, acks and the progress bar get their turn also while the window never fills.
        sinceYield = 0
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await publisher.drained(signal.aborted ? INTERRUPTED_ACKS_MS : LAST_ACKS_MS)
  } catch (error) {
    if (publisher.failure() === null) throw error
  }
  return {
    messages: publisher.published - before.published,
    acked: publisher.acked - before.acked,
    readings,
    seconds: (performance.now() - startedAt) / 1000,
    interrupted: signal.aborted,
    failure: publisher.failure(),
  }
}

/** `gateway,password` lines, as `keys create` gave them out. @throws OperationalError `credentials-unreadable` */
export function parseCredentials(read: () => string, file: string): (gateway: string) => Credential {
  let text: string
  try {
    text = read()
  } catch (error) {
    throw new OperationalError(
      'credentials-unreadable',
      `cannot read ${file}: ${messageOf(error)}. Give a file of lines "gateway,password".`,
      { cause: error },
    )
  }
  const passwords = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const comma = line.indexOf(',')
    if (comma > 0) passwords.set(line.slice(0, comma).trim(), line.slice(comma + 1).trim())
  }
  return (gateway) => ({ username: gateway, password: passwords.get(gateway) })
}
