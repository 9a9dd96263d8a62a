import type { Client } from 'aedes'
import type { Logger } from 'pino'
import { isInJournal } from './authorize-publish.ts'
import { OWNER_SEPARATOR } from './authenticate.ts'
import type { BrokerLimits } from './limits.ts'
import type { Sessions } from './session.ts'

interface ClientRef {
  readonly id: string
  readonly clean: boolean
}
interface Subscriber {
  readonly clientId: string
}
interface Packet {
  readonly topic: string
  readonly payload: Uint8Array
  readonly messageId?: number
}

/** What the broker uses of aedes-persistence's in-memory store, which aedes makes for itself. */
export interface SessionStore {
  storeRetained(packet: Packet): Promise<void>
  addSubscriptions(client: Client, subscriptions: readonly { readonly topic: string }[]): Promise<void>
  cleanSubscriptions(client: ClientRef): Promise<void>
  outgoingEnqueueCombi(subscribers: Subscriber[], packet: Packet): Promise<void>
  outgoingClearMessageId(client: ClientRef, packet: Packet): Promise<unknown>
  incomingStorePacket(client: ClientRef, packet: Packet): Promise<void>
}

export interface BoundDeps {
  readonly limits: Pick<BrokerLimits, 'retainedTopics' | 'sessions' | 'sessionsPerOwner' | 'queuedPerSession'>
  readonly sessions: Sessions
  readonly log: Logger
  readonly countDropped: (messages: number) => void
}

/**
 * Bounds what aedes remembers in memory for clients: retained messages, lasting sessions and their queues. Lasting
 * sessions live as long as the process: after a restart CONNACK says that there is none, and clients subscribe anew.
 */
export function boundSessions(store: SessionStore, deps: BoundDeps): void {
  boundRetained(store, deps)
  boundQueues(store, deps)
  boundLastingSessions(store, deps)
}

function boundRetained(store: SessionStore, { limits, log }: BoundDeps): void {
  const topics = new Set<string>()
  const storeRetained = store.storeRetained.bind(store)
  store.storeRetained = async (packet) => {
    if (packet.payload.length === 0) topics.delete(packet.topic)
    else if (topics.has(packet.topic) || topics.size < limits.retainedTopics) topics.add(packet.topic)
    else {
      log.warn(
        { topic: packet.topic, limit: limits.retainedTopics },
        'not retained: too many retained topics',
      )
      return
    }
    await storeRetained(packet)
  }
}

function boundQueues(store: SessionStore, { limits, log, countDropped }: BoundDeps): void {
  const queued = new Map<string, number>()
  const enqueue = store.outgoingEnqueueCombi.bind(store)
  const clear = store.outgoingClearMessageId.bind(store)
  store.outgoingEnqueueCombi = async (subscribers, packet) => {
    const withRoom: Subscriber[] = []
    for (const subscriber of subscribers) {
      const count = queued.get(subscriber.clientId) ?? 0
      if (count >= limits.queuedPerSession) continue
      if (count + 1 === limits.queuedPerSession) {
        log.warn(
          { clientId: subscriber.clientId },
          'the queue of a session is full: what follows is not kept for it',
        )
      }
      queued.set(subscriber.clientId, count + 1)
      withRoom.push(subscriber)
    }
    countDropped(subscribers.length - withRoom.length)
    await enqueue(withRoom, packet)
  }
  store.outgoingClearMessageId = async (client, packet) => {
    const cleared = await clear(client, packet)
    const count = queued.get(client.id)
    if (cleared !== undefined && count !== undefined) {
      if (count > 1) queued.set(client.id, count - 1)
      else queued.delete(client.id)
    }
    return cleared
  }
}

function boundLastingSessions(store: SessionStore, { limits, sessions }: BoundDeps): void {
  const lasting = new Set<string>()
  const byOwner = new Map<string, number>()
  const addSubscriptions = store.addSubscriptions.bind(store)
  const cleanSubscriptions = store.cleanSubscriptions.bind(store)
  const storeIncoming = store.incomingStorePacket.bind(store)

  function remember(client: ClientRef): void {
    if (client.clean || lasting.has(client.id)) return
    const owner = ownerOf(client.id)
    const ofOwner = owner === null ? 0 : (byOwner.get(owner) ?? 0)
    if (lasting.size >= limits.sessions || ofOwner >= limits.sessionsPerOwner) {
      throw new Error('too many lasting sessions: connect with clean session on, or reuse a client id')
    }
    lasting.add(client.id)
    if (owner !== null) byOwner.set(owner, ofOwner + 1)
  }

  store.addSubscriptions = async (client, subscriptions) => {
    remember(client)
    // aedes hands over all filters of the SUBSCRIBE, also those that were refused.
    const granted = sessions.of(client)?.filters
    await addSubscriptions(
      client,
      subscriptions.filter(({ topic }) => granted?.has(topic)),
    )
  }
  // Called for a CONNECT with clean session on: it ends the lasting session of that id [MQTT-3.1.2-6].
  store.cleanSubscriptions = async (client) => {
    const owner = ownerOf(client.id)
    if (lasting.delete(client.id) && owner !== null) byOwner.set(owner, (byOwner.get(owner) ?? 1) - 1)
    await cleanSubscriptions(client)
  }
  store.incomingStorePacket = async (client, packet) => {
    remember(client)
    // Only the message id is asked for later; the payload of a reading is in the journal already.
    if (isInJournal(packet)) await storeIncoming(client, { ...packet, payload: Buffer.alloc(0) })
    else await storeIncoming(client, packet)
  }
}

/** null where anybody may use any client id. */
function ownerOf(clientId: string): string | null {
  const end = clientId.indexOf(OWNER_SEPARATOR)
  return end === -1 ? null : clientId.slice(0, end)
}
