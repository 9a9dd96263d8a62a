import { MINUTE_MS, SECOND_MS } from '../domain/time.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Every bound of the broker, and what happens at it. */
export interface BrokerLimits {
  /** Open connections in all, and from one address (loopback exempt). One more is closed at once. */
  readonly connections: number
  readonly connectionsPerAddress: number
  /** From the opening of a connection to its CONNECT. Later: closed. */
  readonly connectTimeoutMs: number
  /** Of a packet before CONNECT has been authorised, and after. A larger one closes the connection before it is read. */
  readonly packetBytesBeforeConnect: number
  readonly packetBytes: number
  /** Of packets above 64 KiB that are under way, over all connections. One more closes its connection. */
  readonly largePacketsBytes: number
  /** Subscriptions of one connection. A further one is refused. */
  readonly subscriptions: number
  /** The longest keep-alive that is honoured. A client that asks for none or more is cut after 1.5 times this in silence. */
  readonly keepAliveMs: number
  /** CONNECTs whose credential is being checked. Beyond: CONNACK 3, server unavailable. */
  readonly pendingAuthentications: number
  /** The answer to a wrong credential waits this long. */
  readonly failureDelayMs: number
  /** Publishes that wait for a journal that cannot write: how long, and how many bytes. Beyond: disconnected, not acknowledged. */
  readonly holdMs: number
  readonly heldBytes: number
  /** A status message; a longer one is refused like a topic that is not the client's. */
  readonly statusBytes: number
  /** Retained topics; a new one beyond is delivered but not retained. */
  readonly retainedTopics: number
  /** Sessions that outlive their connection (clean session off), in all and of one credential. Beyond: the subscription fails. */
  readonly sessions: number
  readonly sessionsPerOwner: number
  /** Messages queued for a session whose client is away. Beyond: further ones are dropped for it and counted. */
  readonly queuedPerSession: number
  /** Own publishes that are under way inside the broker. Beyond: `publish` rejects. */
  readonly ownPublishes: number
  /** A subscriber that does not read for so long is disconnected. */
  readonly drainTimeoutMs: number
  /** How soon a connection is closed after its credential was revoked. */
  readonly revocationSweepMs: number
  /** What `close` gives to publishes that were accepted before it. */
  readonly closeMs: number
}

export const BROKER_LIMITS: BrokerLimits = {
  connections: 10_000,
  connectionsPerAddress: 1_000,
  connectTimeoutMs: 10 * SECOND_MS,
  packetBytesBeforeConnect: 16 * KIB,
  packetBytes: MIB,
  largePacketsBytes: 256 * MIB,
  subscriptions: 100,
  keepAliveMs: 60 * MINUTE_MS,
  pendingAuthentications: 2_000,
  failureDelayMs: SECOND_MS,
  holdMs: 15 * SECOND_MS,
  heldBytes: 64 * MIB,
  statusBytes: KIB,
  retainedTopics: 20_000,
  sessions: 10_000,
  sessionsPerOwner: 32,
  queuedPerSession: 1_000,
  ownPublishes: 10_000,
  drainTimeoutMs: 15 * SECOND_MS,
  revocationSweepMs: 3 * SECOND_MS,
  closeMs: 4 * SECOND_MS,
}
