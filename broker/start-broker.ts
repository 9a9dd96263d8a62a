import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { GatewayId } from '../domain/ids.ts'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import { parseGatewayTopic, type GatewayTopic } from '../domain/topics.ts'
import { Admission, isLoopback } from './admit-connection.ts'
import { createAedes, type ReadingsAedes } from './aedes-without-readings.ts'
import { authenticate, preConnect } from './authenticate.ts'
import { authorizePublish } from './authorize-publish.ts'
import { authorizeForward, authorizeSubscribe } from './authorize-subscribe.ts'
import type { Broker, BrokerOptions, BrokerStats } from './broker.ts'
import { capPackets, type TooLarge } from './cap-packets.ts'
import { PublishKeeper } from './keep-publishes.ts'
import { LargePackets } from './large-packets.ts'
import { BROKER_LIMITS, type BrokerLimits } from './limits.ts'
import type { Listener } from './listen.ts'
import { listenTcp } from './listen-tcp.ts'
import { listenTls } from './listen-tls.ts'
import { listenWebSocket } from './listen-websocket.ts'
import { nameOf, Sessions, type Session } from './session.ts'

/**
 * Starts the broker. The way of a publish: socket → Admission (how many) → capPackets (how large) → aedes → authenticate
 * (who) → authorizePublish (what; a reading waits here for the journal) → PUBACK. Nothing of a reading goes further.
 * @throws OperationalError `auth-off-exposed`, `port-in-use`, `port-unusable`, `tls-unusable`.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  if (options.auth === 'off' && !isLoopback(options.host)) {
    throw new OperationalError(
      'auth-off-exposed',
      `authentication is off, and ${options.host} can be reached from other machines. Bind to 127.0.0.1 (HEARTHLINE_HOST), or turn authentication on (unset HEARTHLINE_AUTH) and make keys with "hearthline keys create".`,
    )
  }
  const broker = new MqttBroker(options)
  await broker.start()
  return broker
}

class MqttBroker implements Broker {
  readonly #options: BrokerOptions
  readonly #limits: BrokerLimits
  readonly #sessions = new Sessions()
  readonly #admission: Admission
  readonly #keeper: PublishKeeper
  readonly #large: LargePackets
  readonly #counts = {
    authenticationsFailed: 0,
    publishesRefused: 0,
    packetsTooLarge: 0,
    subscriptionsRefused: 0,
    queuedDropped: 0,
  }
  readonly #listeners: { -readonly [Name in keyof Broker['ports']]?: Listener } = {}
  #aedes: ReadingsAedes | null = null
  #sweep: NodeJS.Timeout | null = null
  #ownPublishes = 0
  #closing = false

  constructor(options: BrokerOptions) {
    this.#options = options
    this.#limits = { ...BROKER_LIMITS, ...options.limits }
    this.#admission = new Admission(this.#limits)
    this.#large = new LargePackets(this.#limits.largePacketsBytes)
    this.#keeper = new PublishKeeper(options.journal, this.#limits, options.log, this.#now)
  }

  async start(): Promise<void> {
    this.#aedes = await this.#createAedes()
    try {
      await this.#listen()
    } catch (error) {
      await this.close()
      throw error
    }
    this.#sweep = setInterval(() => this.#closeRevoked(), this.#limits.revocationSweepMs)
    this.#sweep.unref()
  }

  get ports(): Broker['ports'] {
    const { mqtt, ...others } = this.#listeners
    const ports = Object.entries(others).map(([name, listener]) => [name, listener.port] as const)
    return { mqtt: mqtt?.port ?? 0, ...Object.fromEntries(ports) }
  }

  publish(topic: string, payload: string, { retain = false } = {}): Promise<void> {
    const aedes = this.#aedes
    if (aedes === null || this.#closing || this.#ownPublishes >= this.#limits.ownPublishes) {
      const why = this.#closing ? 'it is closing' : `${this.#limits.ownPublishes} messages are under way`
      return Promise.reject(
        new OperationalError('broker-busy', `the broker takes no message: ${why}.`, { retry: true }),
      )
    }
    this.#ownPublishes++
    return new Promise((resolve, reject) => {
      const packet = {
        cmd: 'publish',
        topic,
        payload: Buffer.from(payload),
        qos: 1,
        retain,
        dup: false,
      } as const
      aedes.publish(packet, null, (error) => {
        this.#ownPublishes--
        if (error) reject(error)
        else resolve()
      })
    })
  }

  stats(): BrokerStats {
    return {
      ...this.#counts,
      connections: this.#admission.open,
      connectionsRefused: this.#admission.refused,
      publishes: this.#keeper.publishes,
      bytes: this.#keeper.bytes,
      publishesGivenUp: this.#keeper.givenUp,
      waiting: this.#keeper.waiting,
      held: this.#keeper.held,
    }
  }

  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    if (this.#sweep !== null) clearInterval(this.#sweep)
    for (const listener of Object.values(this.#listeners)) listener.stop()
    for (const session of this.#sessions.open()) session.gate.shut()
    await Promise.race([this.#keeper.idle(), sleep(this.#limits.closeMs, undefined, { ref: false })])
    // aedes writes an answer a moment after it has been settled.
    await nextTurn()
    for (const { client } of this.#sessions.open()) {
      // The gateway has not gone, we have: its last will would say what is not so.
      Object.assign(client, { will: null })
      client.conn.end()
    }
    await sleep(LAST_WRITES_MS)
    const aedes = this.#aedes
    if (aedes !== null) await new Promise<void>((resolve) => aedes.close(() => resolve()))
    this.#admission.closeAll()
  }

  readonly #now = (): number => (this.#options.now ?? Date.now)()

  readonly #isReadingTopic = (topic: GatewayTopic): boolean =>
    this.#options.isReadingTopic?.(topic) ?? topic.rest === 'readings'

  #createAedes(): Promise<ReadingsAedes> {
    const { auth, keys, log } = this.#options
    const shared = {
      sessions: this.#sessions,
      limits: this.#limits,
      isReadingTopic: this.#isReadingTopic,
      log,
    }
    const credentials = { ...shared, auth, keys, countFailure: () => this.#counts.authenticationsFailed++ }
    return createAedes(
      {
        preConnect: preConnect(credentials),
        authenticate: authenticate(credentials),
        authorizePublish: authorizePublish({
          ...shared,
          keeper: this.#keeper,
          now: this.#now,
          countRefused: () => this.#counts.publishesRefused++,
        }),
        authorizeSubscribe: authorizeSubscribe({
          ...shared,
          countRefused: () => this.#counts.subscriptionsRefused++,
        }),
        authorizeForward: authorizeForward(this.#sessions),
      },
      {
        ...shared,
        countDropped: (messages) => {
          this.#counts.queuedDropped += messages
        },
      },
    )
  }

  async #listen(): Promise<void> {
    const { host, mqttPort, tls, websocketPort, auth, log } = this.#options
    const websocket = {
      auth,
      admission: this.#admission,
      limits: this.#limits,
      log,
      onConnection: this.#accept,
    }
    const listeners = this.#listeners
    listeners.mqtt = await listenTcp(host, mqttPort, this.#admission, this.#accept)
    if (tls !== undefined) {
      listeners.tls = await listenTls(host, tls, this.#admission, log, this.#accept)
      if (tls.websocketPort !== undefined) {
        listeners.websocketTls = await listenWebSocket(host, tls.websocketPort, tls, websocket)
      }
    }
    if (websocketPort !== undefined) {
      listeners.websocket = await listenWebSocket(host, websocketPort, null, websocket)
    }
  }

  readonly #accept = (conn: Duplex, address: string, onOpened?: () => void): void => {
    if (this.#aedes === null || this.#closing) return void conn.destroy()
    const gate = capPackets(conn, this.#limits, this.#large, (what) => void this.#refusePacket(session, what))
    const session = this.#sessions.add(
      this.#aedes.handle(conn),
      {
        open() {
          onOpened?.()
          gate.open()
        },
        shut: () => gate.shut(),
      },
      address,
    )
    conn.once('close', () => this.#sessions.remove(session))
  }

  /** Closes the connection; of a client that we know, the refusal also goes into the journal, to be seen in the rejects. */
  async #refusePacket(session: Session, what: TooLarge): Promise<void> {
    const { bytes, limitBytes, topic, phase } = what
    this.#counts.packetsTooLarge++
    this.#options.log.warn({ from: nameOf(session), topic, bytes, limitBytes }, 'refused a packet: too large')
    if (phase !== 'open') return void session.client.conn.destroy()
    const { speaker } = session
    if (speaker !== null && speaker.type !== 'caller') {
      // What came before the packet is on its way into the journal first, and is acknowledged first.
      await nextTurn()
      const gateway =
        speaker.type === 'gateway'
          ? speaker.gateway
          : (parseGatewayTopic(topic)?.gateway ?? ('' as GatewayId))
      try {
        await this.#options.journal.append({
          type: 'refusal',
          receivedAtMs: this.#now(),
          gateway,
          topic,
          code: 'packet-too-large',
          message: `The MQTT packet has ${bytes} bytes, the broker takes at most ${limitBytes}. Send smaller batches.`,
        })
      } catch (error) {
        this.#options.log.error(
          { topic, why: messageOf(error) },
          'a refusal could not be put into the journal',
        )
      }
    }
    session.client.conn.end()
    await sleep(LAST_WRITES_MS, undefined, { ref: false })
    session.client.conn.destroy()
  }

  #closeRevoked(): void {
    const { keys, log } = this.#options
    for (const session of this.#sessions.open()) {
      const { speaker } = session
      if (speaker === null || speaker.type === 'anonymous' || keys.holds?.(speaker) !== false) continue
      log.info({ who: nameOf(session) }, 'closed a connection: its credential was revoked')
      session.speaker = null
      session.client.conn.destroy()
    }
  }
}

/** What answers get to leave the sockets before these are closed. */
const LAST_WRITES_MS = 100
