import type { Client } from 'aedes'
import type { Principal } from '../access/key-store.ts'
import { AnswerQueue } from './answer-in-order.ts'
import type { PacketGate } from './cap-packets.ts'

/** Who speaks on a connection; anonymous where authentication is off. */
export type Speaker = Principal | { readonly type: 'anonymous' }

/** What the broker knows of a connection beside what aedes knows. */
export interface Session {
  readonly client: Client
  readonly gate: PacketGate
  readonly address: string
  readonly answers: AnswerQueue
  /** Subscriptions that were granted and not given up. */
  readonly filters: Set<string>
  /** null before CONNECT has been authorised, and after the credential was revoked. */
  speaker: Speaker | null
  /** Of the CONNECT packet: an empty client id with clean session off, the will, the id as the client gave it. */
  connect: {
    readonly idMissing: boolean
    readonly willTopic: string | null
    readonly clientId: string
  } | null
}

/** All open sessions. aedes hands its callbacks a client; here is what belongs to it. */
export class Sessions {
  /** Found as long as aedes knows the client: a will is published after its connection has gone. */
  readonly #byClient = new WeakMap<Client, Session>()
  readonly #open = new Set<Session>()

  add(client: Client, gate: PacketGate, address: string): Session {
    const session: Session = {
      client,
      gate,
      address,
      answers: new AnswerQueue(),
      filters: new Set(),
      speaker: null,
      connect: null,
    }
    this.#byClient.set(client, session)
    this.#open.add(session)
    return session
  }

  /** The connection has gone. */
  remove(session: Session): void {
    this.#open.delete(session)
  }

  of(client: Client | null): Session | null {
    return client === null ? null : (this.#byClient.get(client) ?? null)
  }

  open(): ReadonlySet<Session> {
    return this.#open
  }
}

/** A name for logs. */
export function nameOf(session: Session): string {
  const { speaker } = session
  if (speaker === null) return session.address
  switch (speaker.type) {
    case 'gateway':
      return `gateway ${speaker.gateway}`
    case 'caller':
      return `caller ${speaker.name}`
    case 'anonymous':
      return `anonymous ${session.address}`
  }
}
