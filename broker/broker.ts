import type { Logger } from 'pino'
import type { KeyStore } from '../access/key-store.ts'
import type { EpochMs } from '../domain/time.ts'
import type { GatewayTopic } from '../domain/topics.ts'
import type { JournalWriter } from '../logs/journal/journal.ts'
import type { BrokerLimits } from './limits.ts'

export interface TlsOptions {
  readonly port: number
  readonly certFile: string
  readonly keyFile: string
  /** When given, clients must also present a certificate that this authority has signed. */
  readonly caFile?: string
  /** MQTT over WebSocket over TLS. */
  readonly websocketPort?: number
}

export interface BrokerOptions {
  readonly host: string
  readonly mqttPort: number
  readonly tls?: TlsOptions
  readonly websocketPort?: number
  /** `off`: anyone may publish as any gateway and read everything; refused unless `host` is loopback. */
  readonly auth: 'on' | 'off'
  readonly journal: JournalWriter
  readonly keys: KeyStore
  readonly log: Logger
  readonly limits?: Partial<BrokerLimits>
  /** Which topics of a gateway carry readings. Default: `readings` alone. */
  readonly isReadingTopic?: (topic: GatewayTopic) => boolean
  readonly now?: () => EpochMs
}

export interface BrokerStats {
  /** Open sockets, of all listeners. */
  readonly connections: number
  /** Counted since the start. */
  readonly connectionsRefused: number
  readonly authenticationsFailed: number
  /** Publishes on reading topics that the journal has, and the bytes of their payloads. */
  readonly publishes: number
  readonly bytes: number
  readonly publishesRefused: number
  readonly packetsTooLarge: number
  readonly subscriptionsRefused: number
  /** Messages that a full session queue has not taken. */
  readonly queuedDropped: number
  /** Publishes given up, unacknowledged, because the journal could not write. */
  readonly publishesGivenUp: number
  /** Now: publishes not yet answered, and those among them that wait for the journal to write again. */
  readonly waiting: number
  readonly held: number
}

export interface Broker {
  readonly ports: {
    readonly mqtt: number
    readonly tls?: number
    readonly websocket?: number
    readonly websocketTls?: number
  }
  /** Hands a message to subscribers, at QoS 1. Resolves when it has been handed to their sockets or queues. */
  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<void>
  stats(): BrokerStats
  /** Stops listening and reading, finishes what was accepted, and closes every connection; within 5 s. */
  close(): Promise<void>
}
