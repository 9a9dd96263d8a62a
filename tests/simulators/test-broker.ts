import net from 'node:net'
import { Aedes, type Client } from 'aedes'

/** A broker of our own behaviour: keeps what it acknowledged, can go away, come back, stop answering. */
export interface TestBroker {
  readonly url: string
  readonly port: number
  readonly acked: { topic: string; payload: string; client: string }[]
  readonly retained: Map<string, string>
  /** Asked before each ack; null: ack now, a promise: when it resolves, an error: hang up. */
  gate: (topic: string) => Promise<void> | Error | null
  /** Drops connections and unacknowledged messages, as a crash does. */
  crash(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

export async function startTestBroker(password?: string): Promise<TestBroker> {
  let aedes = await createAedes()
  let server = net.createServer(aedes.handle)
  const sockets = new Set<net.Socket>()
  await listen(0)
  const { port } = server.address() as net.AddressInfo

  async function createAedes(): Promise<Aedes> {
    const made = await Aedes.createBroker()
    made.authenticate = (_client, username, given, done) => {
      if (password === undefined || given?.toString() === password) return done(null, true)
      return done(Object.assign(new Error(`not ${username}`), { returnCode: 4 }), false)
    }
    made.authorizePublish = (client, packet, done) => {
      const keep = (): void => {
        const entry = { topic: packet.topic, payload: String(packet.payload), client: nameOf(client) }
        if (packet.retain) broker.retained.set(entry.topic, entry.payload)
        else broker.acked.push(entry)
        done(null)
      }
      const answer = packet.topic.endsWith('/status') ? null : broker.gate(packet.topic)
      if (answer === null) keep()
      else if (answer instanceof Error) done(answer)
      else void answer.then(keep)
    }
    return made
  }

  function listen(on: number): Promise<void> {
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    return new Promise((resolve) => server.listen(on, '127.0.0.1', () => resolve()))
  }

  const broker: TestBroker = {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    acked: [],
    retained: new Map(),
    gate: () => null,
    async crash() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      await new Promise<void>((resolve) => aedes.close(() => resolve()))
    },
    async restart() {
      aedes = await createAedes()
      server = net.createServer(aedes.handle)
      await listen(port)
    },
    close: () => broker.crash(),
  }
  return broker
}

function nameOf(client: Client | null): string {
  return client?.id ?? ''
}

/** Until `check` holds; the test's own time limit ends it otherwise. */
export async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5))
}
