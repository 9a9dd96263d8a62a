import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { pino } from 'pino'
import { openKeyStore, type OpenKeyStore } from '../../access/open-key-store.ts'
import type { Broker, BrokerOptions } from '../../broker/broker.ts'
import { startBroker } from '../../broker/start-broker.ts'
import { createMemoryJournal, type MemoryJournal } from '../../logs/journal/memory-journal.ts'

export interface TestBroker {
  readonly broker: Broker
  readonly journal: MemoryJournal
  readonly keys: OpenKeyStore
  readonly folder: string
  /** Payloads of the publishes in the journal. */
  kept(): string[]
  /** A connected client of the mqtt package; closed with the broker. */
  connect(options?: IClientOptions, url?: string): Promise<MqttClient>
  /** The same as a gateway with a key of its own. */
  connectGateway(gateway: string, options?: IClientOptions): Promise<MqttClient>
  stop(): Promise<void>
}

/** A real broker on free ports before the journal's in-memory twin. */
export async function startTestBroker(
  options: Partial<Omit<BrokerOptions, 'keys'>> = {},
): Promise<TestBroker> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-broker-'))
  const journal = createMemoryJournal()
  const keys = openKeyStore(path.join(folder, 'keys.db'))
  const broker = await startBroker({
    host: '127.0.0.1',
    mqttPort: 0,
    auth: 'on',
    journal: journal.writer,
    keys,
    log: pino({ level: 'silent' }),
    ...options,
    limits: { failureDelayMs: 10, ...options.limits },
  })
  const clients: MqttClient[] = []

  async function connect(
    given: IClientOptions = {},
    url = `mqtt://127.0.0.1:${broker.ports.mqtt}`,
  ): Promise<MqttClient> {
    const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...given })
    // A closed connection is what many tests look for; without a listener it would end the test run.
    client.on('error', () => {})
    clients.push(client)
    return client
  }

  return {
    broker,
    journal,
    keys,
    folder,
    kept: () =>
      journal.reader
        .read({ partition: 0, offset: 0 }, 1e6)
        .map(({ entry }) => (entry.type === 'publish' ? Buffer.from(entry.payload).toString() : entry.type)),
    connect,
    async connectGateway(gateway, given = {}) {
      const { credential } = await keys.createKey({ type: 'gateway', gateway })
      return connect({ username: gateway, password: credential, ...given })
    },
    async stop() {
      for (const client of clients) await client.endAsync(true)
      journal.release()
      await broker.close()
      await journal.writer.close()
      keys.close()
      fs.rmSync(folder, { recursive: true })
    },
  }
}
