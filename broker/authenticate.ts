import { setTimeout as sleep } from 'node:timers/promises'
import type { AedesOptions, AuthenticateError } from 'aedes'
import type { Logger } from 'pino'
import type { KeyStore } from '../access/key-store.ts'
import { SECOND_MS } from '../domain/time.ts'
import type { GatewayTopic } from '../domain/topics.ts'
import { rulePublish } from './authorize-publish.ts'
import type { BrokerLimits } from './limits.ts'
import { nameOf, type Session, type Sessions, type Speaker } from './session.ts'

/** CONNACK return codes [MQTT-3.2.2-4]. */
const IDENTIFIER_REJECTED = 2
const SERVER_UNAVAILABLE = 3
const BAD_CREDENTIALS = 4
const NOT_AUTHORIZED = 5

export interface AuthenticateDeps {
  readonly auth: 'on' | 'off'
  readonly keys: KeyStore
  readonly sessions: Sessions
  readonly limits: Pick<BrokerLimits, 'pendingAuthentications' | 'failureDelayMs' | 'keepAliveMs'>
  readonly isReadingTopic: (topic: GatewayTopic) => boolean
  readonly log: Logger
  readonly countFailure: () => void
}

/** Separates the owner of a client id from the id; MQTT strings cannot hold it [MQTT-1.5.3-2], nor can names of owners. */
export const OWNER_SEPARATOR = '\u0000'

/** Looks at the CONNECT packet before aedes acts on it. */
export function preConnect(deps: AuthenticateDeps): NonNullable<AedesOptions['preConnect']> {
  return (client, packet, callback) => {
    const session = deps.sessions.of(client)
    if (session === null) return callback(new Error('the connection has gone'), false)
    session.connect = {
      idMissing: packet.clientId === '' && packet.clean !== true,
      willTopic: packet.will?.topic ?? null,
      clientId: packet.clientId,
    }
    // Nobody is refused for asking for no keep-alive or a long one (ordinary clients do); they are cut when they stay
    // silent for longer than the broker's own limit, which it may do at any time [MQTT-3.1.2-24].
    const longest = Math.min(65_535, Math.ceil(deps.limits.keepAliveMs / SECOND_MS))
    const asked = packet.keepalive ?? 0
    if (asked === 0 || asked > longest) packet.keepalive = longest
    callback(null, true)
  }
}

/** Who is it? aedes answers CONNECT with what comes back, and closes on everything but success [MQTT-3.2.2-5]. */
export function authenticate(deps: AuthenticateDeps): NonNullable<AedesOptions['authenticate']> {
  let pending = 0

  async function decide(session: Session, username: string, password: string): Promise<Speaker | number> {
    // [MQTT-3.1.3-8]
    if (session.connect?.idMissing !== false) return IDENTIFIER_REJECTED
    if (pending >= deps.limits.pendingAuthentications) return SERVER_UNAVAILABLE
    pending++
    try {
      const speaker = await identify(deps, username, password)
      if (speaker === null) {
        await sleep(deps.limits.failureDelayMs, undefined, { ref: false })
        return BAD_CREDENTIALS
      }
      return mayLeaveWill(deps, speaker, session.connect.willTopic) ? speaker : NOT_AUTHORIZED
    } finally {
      pending--
    }
  }

  async function decideSafely(
    session: Session,
    username: string,
    password: string,
  ): Promise<Speaker | number> {
    try {
      return await decide(session, username, password)
    } catch (error) {
      deps.log.error({ err: error, address: session.address }, 'cannot check a credential')
      return SERVER_UNAVAILABLE
    }
  }

  async function answer(
    session: Session,
    username: string,
    password: string,
    callback: (error: AuthenticateError | null, success: boolean) => void,
  ): Promise<void> {
    const decided = await decideSafely(session, username, password)
    if (typeof decided === 'number') {
      deps.countFailure()
      deps.log.warn({ address: session.address, username, returnCode: decided }, 'refused a connection')
      return callback(refusal(decided), false)
    }
    welcome(session, decided)
    deps.log.debug({ who: nameOf(session), address: session.address }, 'connected')
    callback(null, true)
  }

  return (client, username, password, callback) => {
    const session = deps.sessions.of(client)
    if (session === null) return callback(refusal(SERVER_UNAVAILABLE), false)
    void answer(session, username ?? '', password?.toString('utf8') ?? '', callback)
  }
}

async function identify(deps: AuthenticateDeps, username: string, password: string): Promise<Speaker | null> {
  if (deps.auth === 'off') return { type: 'anonymous' }
  if (username === '' || password === '') return null
  return (
    (await deps.keys.authenticateGateway(username, password)) ??
    (await deps.keys.authenticateCaller(password))
  )
}

/** A will is a publish that comes later: it is checked now, while the client can still be told. */
function mayLeaveWill(deps: AuthenticateDeps, speaker: Speaker, topic: string | null): boolean {
  return topic === null || rulePublish(speaker, topic, deps.isReadingTopic).kind !== 'refused'
}

/**
 * A client id belongs to the credential that uses it: the same id takes over an older connection of the same owner
 * [MQTT-3.1.4-2], never one of somebody else. aedes has no way to say this but the id that it keeps of the client.
 */
function welcome(session: Session, speaker: Speaker): void {
  session.speaker = speaker
  if (speaker.type !== 'anonymous') {
    const owner = speaker.type === 'gateway' ? `gateway:${speaker.gateway}` : `caller:${speaker.name}`
    Object.assign(session.client, { id: `${owner}${OWNER_SEPARATOR}${session.client.id}` })
  }
  session.gate.open()
}

function refusal(returnCode: number): AuthenticateError {
  const error: Error = Object.assign(new Error('connection refused'), { returnCode })
  return error as AuthenticateError
}
