import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes'
import { isInJournal } from './authorize-publish.ts'
import { boundSessions, type BoundDeps, type SessionStore } from './bound-sessions.ts'
import type { BrokerLimits } from './limits.ts'

type Callback = (error?: Error) => void

declare module 'aedes' {
  // aedes calls itself in this form, which its types leave out.
  interface Aedes {
    publish(packet: PublishPacket, client: Client | null | Callback, callback?: Callback): void
  }
}

/**
 * aedes, except that a reading which the journal has ends here: no retained store, no offline queues, no topic matching,
 * no emitter. Nobody may subscribe to readings, so nothing is lost by it, and a third of the work is saved.
 */
export class ReadingsAedes extends Aedes {
  override publish(packet: PublishPacket, client: Client | null | Callback, callback?: Callback): void {
    if (isInJournal(packet)) {
      const done = typeof client === 'function' ? client : callback
      done?.()
      return
    }
    super.publish(packet, client, callback)
  }
}

export async function createAedes(
  hooks: Required<
    Pick<
      AedesOptions,
      'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
    >
  >,
  deps: BoundDeps & { readonly limits: Pick<BrokerLimits, 'connectTimeoutMs' | 'drainTimeoutMs'> },
): Promise<ReadingsAedes> {
  const { log, limits } = deps
  const aedes = new ReadingsAedes({
    ...hooks,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    // Own publishes are bounded by `ownPublishes`, those of clients by their connections: no second queue in between.
    concurrency: 0,
  })
  await aedes.listen()
  // aedes has made its in-memory store by now, and does not name it in its types.
  boundSessions((aedes as unknown as { persistence: SessionStore }).persistence, deps)
  aedes.on('unsubscribe', (filters, client) => {
    const granted = deps.sessions.of(client)?.filters
    for (const filter of filters) granted?.delete(filter)
  })
  aedes.on('clientError', (client, error) => log.debug({ client: client.id, why: error.message }, 'closed'))
  aedes.on('connectionError', (_, error) => log.debug({ why: error.message }, 'closed before CONNECT'))
  // Not in the types: what aedes cannot tell any client.
  const emitter: NodeJS.EventEmitter = aedes
  emitter.on('error', (error: unknown) => log.error({ err: error }, 'the broker met an error'))
  return aedes
}
