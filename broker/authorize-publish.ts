import type { AedesOptions, Client, PublishPacket } from 'aedes'
import type { Logger } from 'pino'
import type { EpochMs } from '../domain/time.ts'
import { parseGatewayTopic, type GatewayTopic } from '../domain/topics.ts'
import type { PublishKeeper } from './keep-publishes.ts'
import type { BrokerLimits } from './limits.ts'
import { nameOf, type Session, type Sessions, type Speaker } from './session.ts'

export type Ruling =
  | { readonly kind: 'reading'; readonly topic: GatewayTopic }
  | { readonly kind: 'status' }
  | { readonly kind: 'refused'; readonly why: string }

/** What a speaker may publish: readings and status, as itself. */
export function rulePublish(
  speaker: Speaker | null,
  topic: string,
  isReadingTopic: (topic: GatewayTopic) => boolean,
): Ruling {
  if (speaker === null) return refused('the connection is not authorised (any more)')
  if (speaker.type === 'caller') return refused('callers do not publish')
  const parsed = parseGatewayTopic(topic)
  if (parsed === null) return refused('it is no topic of a gateway, such as hearthline/v1/{gateway}/readings')
  if (speaker.type === 'gateway' && speaker.gateway !== parsed.gateway) {
    return refused(`gateway "${speaker.gateway}" may publish only as itself`)
  }
  if (isReadingTopic(parsed)) return { kind: 'reading', topic: parsed }
  if (parsed.rest === 'status') return { kind: 'status' }
  return refused('gateways publish on .../readings and .../status only')
}

function refused(why: string): Ruling {
  return { kind: 'refused', why }
}

/** Marks packets that the journal has: they are for ingest, and nothing inside the broker is to carry them further. */
const IN_JOURNAL = Symbol('in the journal')

export function isInJournal(packet: object): boolean {
  return IN_JOURNAL in packet
}

export interface PublishDeps {
  readonly sessions: Sessions
  readonly keeper: PublishKeeper
  readonly isReadingTopic: (topic: GatewayTopic) => boolean
  readonly limits: Pick<BrokerLimits, 'statusBytes'>
  readonly log: Logger
  readonly now: () => EpochMs
  readonly countRefused: () => void
}

/**
 * The one step of aedes that is asynchronous and comes before PUBACK and PUBREC: here a reading waits for the journal.
 * Wills come this way too, when they are published. An error closes the connection, which is how MQTT 3.1.1 refuses a
 * PUBLISH [MQTT-3.3.5-2].
 */
export function authorizePublish(deps: PublishDeps): NonNullable<AedesOptions['authorizePublish']> {
  return (client: Client | null, packet: PublishPacket, callback) => {
    const session = deps.sessions.of(client)
    const ruling = rulePublish(session?.speaker ?? null, packet.topic, deps.isReadingTopic)
    if (session === null) return callback(new Error('the connection has gone'))
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    switch (ruling.kind) {
      case 'reading': {
        // The retain flag of a reading is ignored.
        Object.assign(packet, { retain: false, [IN_JOURNAL]: true })
        deps.keeper.keep(
          {
            type: 'publish',
            receivedAtMs: deps.now(),
            gateway: ruling.topic.gateway,
            topic: packet.topic,
            payload,
          },
          session.answers.take(callback),
        )
        return
      }
      case 'status':
        if (payload.length > deps.limits.statusBytes) {
          return refuse(
            deps,
            session,
            packet.topic,
            `a status has at most ${deps.limits.statusBytes} bytes`,
          )(callback)
        }
        return session.answers.take(callback)(null)
      case 'refused':
        return refuse(deps, session, packet.topic, ruling.why)(callback)
    }
  }
}

function refuse(
  deps: PublishDeps,
  session: Session,
  topic: string,
  why: string,
): (callback: (error: Error) => void) => void {
  deps.countRefused()
  deps.log.warn({ from: nameOf(session), topic, why }, 'refused a publish and closed its connection')
  return (callback) => callback(new Error(`publish refused: ${why}`))
}
