import mqtt, { type MqttClient } from 'mqtt'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { statusTopic } from '../village/message.ts'

export interface ConnectionOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://` host and port. */
  readonly url: string
  readonly clientId: string
  readonly gateway: string
  /** Says `online` and leaves `offline` as its will; one connection of a gateway does it. */
  readonly announces: boolean
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** One MQTT connection of a gateway: QoS 1, one number for each fate of a message. */
export interface Connection {
  /** Hands a message over; it is sent, and sent again after a broken connection, until the broker has acknowledged it. */
  publish(topic: string, payload: string): void
  readonly inFlight: number
  close(): Promise<void>
}

export interface ConnectionEvents {
  onAck(): void
  /** Nothing can be delivered any more; said once. */
  onFailure(error: OperationalError): void
}

/** Time to wait for a broker that is not there yet, or has gone away. */
export const FIRST_CONNECT_MS = 10_000
export const RECONNECT_LIMIT_MS = 60_000
const RETRY_MS = 500
const CLOSE_MS = 2_000
/** What is unacknowledged now stays so: only the word `offline` should still get out. */
const HASTY_CLOSE_MS = 200
/** A broker that hangs up this often without a single ack in between will not change its mind. */
const FRUITLESS_CONNECTIONS = 8

/**
 * Connects, trying for 10 s.
 * @throws OperationalError `broker-unreachable`, `broker-refused` (bad credential, which no retry mends).
 */
export async function openConnection(
  options: ConnectionOptions,
  events: ConnectionEvents,
  signal: AbortSignal,
): Promise<Connection> {
  const { url, gateway, username, password } = options
  const client = mqtt.connect(url, {
    clientId: options.clientId,
    protocolVersion: 4,
    // Unacknowledged messages live on this side and are sent again; the broker need not remember us.
    clean: true,
    reconnectPeriod: RETRY_MS,
    connectTimeout: FIRST_CONNECT_MS,
    keepalive: 30,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(options.announces
      ? {
          will: {
            topic: statusTopic(gateway),
            payload: Buffer.from('offline'),
            qos: 1 as const,
            retain: true,
          },
        }
      : {}),
  })
  await firstConnect(client, url, signal)
  return watchOver(client, options, events)
}

function firstConnect(client: MqttClient, url: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = 'no answer'
    // The client listens to itself as well: only our own listeners may be taken off again.
    const done = (): void => {
      clearTimeout(timer)
      client.off('connect', onConnect)
      client.off('error', onError)
      signal.removeEventListener('abort', onStop)
    }
    const fail = (error: OperationalError): void => {
      done()
      client.on('error', () => undefined)
      client.end(true)
      reject(error)
    }
    const onConnect = (): void => {
      done()
      resolve()
    }
    const onError = (error: Error): void => {
      last = wordsOf(error)
      if (isRefusal(error)) fail(refused(url, last))
    }
    const onStop = (): void => fail(new OperationalError('interrupted', `stopped before ${url} answered`))
    const timer = setTimeout(() => fail(unreachable(url, last)), FIRST_CONNECT_MS)
    client.on('connect', onConnect)
    client.on('error', onError)
    if (signal.aborted) onStop()
    else signal.addEventListener('abort', onStop)
  })
}

function watchOver(client: MqttClient, options: ConnectionOptions, events: ConnectionEvents): Connection {
  const { url, gateway, announces } = options
  let inFlight = 0
  let fruitless = 0
  let over = false
  let connected = true
  let lastError = 'the connection was closed'
  let lost: NodeJS.Timeout | null = null

  function fail(error: OperationalError): void {
    if (over) return
    over = true
    if (lost !== null) clearTimeout(lost)
    client.end(true)
    events.onFailure(error)
  }
  function say(state: 'online' | 'offline'): void {
    if (announces) client.publish(statusTopic(gateway), state, { qos: 1, retain: true }, () => undefined)
  }
  function onPuback(error?: Error | null): void {
    if (error) return
    inFlight--
    fruitless = 0
    events.onAck()
  }

  say('online')
  // MQTT.js says `connect` only after what was unacknowledged has been sent again, too late to tell a broker that hangs
  // up on it from one that is away.
  client.on('packetreceive', ({ cmd }) => {
    if (cmd !== 'connack') return
    connected = true
    if (lost !== null) clearTimeout(lost)
    lost = null
  })
  client.on('connect', () => say('online'))
  client.on('error', (error) => {
    lastError = wordsOf(error)
    if (isRefusal(error)) fail(refused(url, lastError))
  })
  client.on('close', () => {
    if (over) return
    // Only hang-ups count: a broker that is away refuses to connect and is waited for below.
    if (connected && inFlight > 0) fruitless++
    connected = false
    if (fruitless >= FRUITLESS_CONNECTIONS) fail(hangsUp(url, gateway))
    else lost ??= setTimeout(() => fail(unreachable(url, lastError)), RECONNECT_LIMIT_MS)
  })

  return {
    publish(topic, payload) {
      inFlight++
      client.publish(topic, payload, { qos: 1 }, onPuback)
    },
    get inFlight() {
      return inFlight
    },
    async close() {
      if (lost !== null) clearTimeout(lost)
      if (over) return
      over = true
      say('offline')
      await endWithin(client, inFlight > 0 ? HASTY_CLOSE_MS : CLOSE_MS)
    },
  }
}

async function endWithin(client: MqttClient, ms: number): Promise<void> {
  await Promise.race([client.endAsync(), new Promise((resolve) => setTimeout(resolve, ms).unref())])
  client.end(true)
}

// CONNACK return codes of MQTT 3.1.1 [MQTT-3.2.2.3]: protocol, identifier, credential, authorisation; 3 is a busy server.
const REFUSALS: ReadonlySet<unknown> = new Set([1, 2, 4, 5])

function isRefusal(error: Error): boolean {
  return 'code' in error && REFUSALS.has(error.code)
}

/** A connection that was tried on several addresses fails with one error for each of them and no words of its own. */
function wordsOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return messageOf(error)
}

function unreachable(url: string, words: string): OperationalError {
  return new OperationalError(
    'broker-unreachable',
    `no MQTT broker answers at ${url}: ${words}. Start one (hearthline serve), or give its address with --mqtt.`,
    { retry: true },
  )
}

function refused(url: string, words: string): OperationalError {
  return new OperationalError(
    'broker-refused',
    `the broker at ${url} refuses the connection: ${words}. Check --username and --password (hearthline keys create).`,
  )
}

function hangsUp(url: string, gateway: string): OperationalError {
  return new OperationalError(
    'broker-hangs-up',
    `the broker at ${url} closes the connection instead of acknowledging. Check that this credential may publish as gateway ${gateway}.`,
  )
}
