import { setTimeout as sleep } from 'node:timers/promises'
import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { alertTopic } from '../../domain/topics.ts'
import { CONNACK, connectPacket, openRaw, type ConnectOptions } from './raw-client.ts'
import { startTestBroker, type TestBroker } from './start-test-broker.ts'

let test: TestBroker
beforeEach(async () => {
  test = await startTestBroker({ limits: { revocationSweepMs: 50 } })
})
afterEach(() => test.stop())

/** Resolves when the broker has closed the connection. */
function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()))
}

function heard(client: MqttClient): string[] {
  const messages: string[] = []
  client.on('message', (topic, payload) => messages.push(`${topic} ${payload.toString()}`))
  return messages
}

async function connectCaller(name: string, regions: string[] | null): Promise<MqttClient> {
  const { credential } = await test.keys.createKey({ type: 'caller', name, role: 'officer', regions })
  return test.connect({ username: name, password: credential })
}

/** The CONNACK's return code. */
async function returnCode(options: ConnectOptions): Promise<number> {
  const raw = await openRaw(test.broker.ports.mqtt)
  raw.send(connectPacket(options))
  const [connack] = await raw.received(1)
  expect(connack!.type).toBe(CONNACK)
  raw.conn.destroy()
  return connack!.body[1]!
}

describe('CONNECT', () => {
  it('needs a credential that is valid and the gateway’s own', async () => {
    const { credential, id } = await test.keys.createKey({ type: 'gateway', gateway: 'gw1' })
    await test.keys.createKey({ type: 'gateway', gateway: 'gw2' })
    expect(await returnCode({ username: 'gw1', password: credential })).toBe(0)
    expect(await returnCode({})).toBe(4)
    expect(await returnCode({ username: 'gw1', password: 'wrong' })).toBe(4)
    expect(await returnCode({ username: 'gw2', password: credential })).toBe(4)
    expect(await returnCode({ username: 'gw1', password: credential.slice(0, -1) + 'x' })).toBe(4)
    test.keys.revokeKey(id)
    expect(await returnCode({ username: 'gw1', password: credential })).toBe(4)
    expect(test.broker.stats().authenticationsFailed).toBe(5)
  })

  it('is refused with an empty client id and clean session off [MQTT-3.1.3-8]', async () => {
    const { credential } = await test.keys.createKey({ type: 'gateway', gateway: 'gw1' })
    const login = { username: 'gw1', password: credential, clientId: '' }
    expect(await returnCode({ ...login, clean: false })).toBe(2)
    expect(await returnCode({ ...login, clean: true })).toBe(0)
  })

  it('is not refused for any keep-alive', async () => {
    const { credential } = await test.keys.createKey({ type: 'gateway', gateway: 'gw1' })
    for (const keepAlive of [0, 60, 65_535]) {
      expect(await returnCode({ username: 'gw1', password: credential, keepAlive })).toBe(0)
    }
  })

  it('is refused with a will on a topic that the client may not publish on', async () => {
    const { credential } = await test.keys.createKey({ type: 'gateway', gateway: 'gw1' })
    const connect = (topic: string): Promise<MqttClient> =>
      test.connect({
        username: 'gw1',
        password: credential,
        will: { topic, payload: Buffer.from('x'), qos: 1, retain: false },
      })
    await expect(connect('hearthline/v1/gw2/status')).rejects.toThrow(/not authorized/i)
    await connect('hearthline/v1/gw1/status')
  })

  it('takes over an older connection of the same gateway, never one of another', async () => {
    const { credential } = await test.keys.createKey({ type: 'gateway', gateway: 'gw1' })
    const login = { username: 'gw1', password: credential, clientId: 'same' }
    const older = await test.connect(login)
    const other = await test.connectGateway('gw2', { clientId: 'same' })
    await sleep(50)
    expect(older.connected).toBe(true)
    const over = closed(older)
    await test.connect(login)
    await over
    expect(other.connected).toBe(true)
  })
})

describe('PUBLISH', () => {
  it.each([
    'hearthline/v1/gw2/readings',
    'hearthline/v1/gw2/status',
    'hearthline/v1/gw1/other',
    'hearthline/v1/gw1/readings/deep',
    'hearthline/v1/alerts/readings',
    'hearthline/v1/gw1',
    'elsewhere',
    '$SYS/broker/load',
  ])('by a gateway on %s is refused by closing the connection, and counted', async (topic) => {
    const gateway = await test.connectGateway('gw1')
    const over = closed(gateway)
    gateway.publish(topic, 'x', { qos: 1 }, () => {})
    await over
    expect(test.kept()).toEqual([])
    expect(test.broker.stats().publishesRefused).toBe(1)
  })

  it('by a caller is refused', async () => {
    const caller = await connectCaller('desk', null)
    const over = closed(caller)
    caller.publish('hearthline/v1/alerts/a', 'x', { qos: 1 }, () => {})
    await over
    expect(test.broker.stats().publishesRefused).toBe(1)
  })

  it('on a further topic of the gateway is a reading where another format is set up', async () => {
    await test.stop()
    test = await startTestBroker({
      isReadingTopic: ({ rest }) => rest === 'readings' || rest === 'wmbus/raw',
    })
    const gateway = await test.connectGateway('gw1')
    await gateway.publishAsync('hearthline/v1/gw1/wmbus/raw', 'telegram', { qos: 1 })
    expect(test.kept()).toEqual(['telegram'])
  })

  it('of a status is retained and seen by the gateway itself; too long a status is refused', async () => {
    const gateway = await test.connectGateway('gw1')
    await gateway.publishAsync('hearthline/v1/gw1/status', 'online', { qos: 1, retain: true })
    const again = await test.connectGateway('gw1')
    const messages = heard(again)
    await again.subscribeAsync('hearthline/v1/gw1/status')
    await vi.waitFor(() => expect(messages).toEqual(['hearthline/v1/gw1/status online']))
    const over = closed(gateway)
    gateway.publish('hearthline/v1/gw1/status', 'x'.repeat(2_000), { qos: 1 }, () => {})
    await over
    expect(test.kept()).toEqual([])
  })
})

describe('a last will', () => {
  it('says offline when the gateway is cut off, and nothing when the broker closes', async () => {
    await test.stop()
    test = await startTestBroker({ auth: 'off' })
    const will = {
      topic: 'hearthline/v1/gw1/status',
      payload: Buffer.from('offline'),
      qos: 1,
      retain: true,
    } as const
    const watcher = await test.connect()
    const messages = heard(watcher)
    await watcher.subscribeAsync('hearthline/v1/+/status', { qos: 1 })
    const gateway = await test.connect({ will })
    gateway.stream.destroy()
    await vi.waitFor(() => expect(messages).toEqual(['hearthline/v1/gw1/status offline']))
    await test.connect({ will: { ...will, topic: 'hearthline/v1/gw2/readings' } })
    await test.broker.close()
    expect(messages).toHaveLength(1)
    expect(test.kept()).toEqual([])
  })

  it('on a reading topic goes into the journal', async () => {
    const topic = 'hearthline/v1/gw1/readings'
    const gateway = await test.connectGateway('gw1', {
      will: { topic, payload: Buffer.from('last words'), qos: 1, retain: false },
    })
    gateway.stream.destroy()
    await vi.waitFor(() => expect(test.kept()).toEqual(['last words']))
  })
})

describe('SUBSCRIBE', () => {
  it.each(['$SYS/#', '#', '+/#', 'hearthline/#', 'hearthline/v1/+/readings', 'hearthline/v1/gw2/status'])(
    'to %s is refused to gateways and callers',
    async (filter) => {
      for (const client of [await test.connectGateway('gw1'), await connectCaller('desk', null)]) {
        await expect(client.subscribeAsync(filter)).rejects.toThrow(/unspecified|refused|code/i)
      }
      expect(test.broker.stats().subscriptionsRefused).toBe(2)
    },
  )

  it('by a caller brings the alerts of their regions only', async () => {
    const officer = await connectCaller('officer', ['zhejiang/hangzhou'])
    const chief = await connectCaller('chief', null)
    const [heardByOfficer, heardByChief] = [heard(officer), heard(chief)]
    for (const client of [officer, chief]) await client.subscribeAsync('hearthline/v1/alerts/#', { qos: 1 })
    for (const region of [
      'zhejiang/hangzhou',
      'zhejiang/hangzhou/chunan',
      'zhejiang/hangzhou2',
      'hebei',
      null,
    ]) {
      await test.broker.publish(alertTopic(region), String(region))
    }
    await vi.waitFor(() => expect(heardByChief).toHaveLength(5))
    expect(heardByOfficer).toEqual([
      'hearthline/v1/alerts/zhejiang/hangzhou zhejiang/hangzhou',
      'hearthline/v1/alerts/zhejiang/hangzhou/chunan zhejiang/hangzhou/chunan',
    ])
  })

  it('never brings a refused topic to a lasting session that was away', async () => {
    const { credential } = await test.keys.createKey({
      type: 'caller',
      name: 'app',
      role: 'officer',
      regions: ['a'],
    })
    const login = { username: 'app', password: credential, clientId: 'app', clean: false }
    const first = await test.connect(login)
    await first
      .subscribeAsync({
        'hearthline/v1/alerts/#': { qos: 1 },
        'hearthline/v1/gw1/status': { qos: 1 },
      })
      .catch(() => {})
    await first.endAsync(true)
    await sleep(50)
    const gateway = await test.connectGateway('gw1')
    await gateway.publishAsync('hearthline/v1/gw1/status', 'online', { qos: 1 })
    await test.broker.publish(alertTopic('a/b'), 'mine')
    await test.broker.publish(alertTopic('b'), 'not mine')
    const messages: string[] = []
    const second = await test.connect({ ...login, manualConnect: false })
    second.on('message', (_, payload) => messages.push(payload.toString()))
    await test.broker.publish(alertTopic('a'), 'end')
    await vi.waitFor(() => expect(messages.at(-1)).toBe('end'))
    expect(messages).not.toContain('online')
    expect(messages).not.toContain('not mine')
  })
})

describe('a revoked key', () => {
  it('closes the connections that use it', async () => {
    const { credential, id } = await test.keys.createKey({ type: 'gateway', gateway: 'gw1' })
    const revoked = await test.connect({ username: 'gw1', password: credential })
    const other = await test.connectGateway('gw1')
    const over = closed(revoked)
    test.keys.revokeKey(id)
    await over
    expect(other.connected).toBe(true)
  })
})

describe('authentication off', () => {
  it('is refused where other machines could connect', async () => {
    await expect(startTestBroker({ auth: 'off', host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'auth-off-exposed',
    })
  })

  it('takes the gateway from the topic, and denies $SYS and what no gateway owns', async () => {
    await test.stop()
    test = await startTestBroker({ auth: 'off' })
    const anyone = await test.connect()
    await anyone.publishAsync('hearthline/v1/gw7/readings', 'x', { qos: 1 })
    const [kept] = test.journal.reader.read({ partition: 0, offset: 0 }, 1)
    expect(kept!.entry).toMatchObject({ gateway: 'gw7' })
    await expect(anyone.subscribeAsync('$SYS/#')).rejects.toThrow(/unspecified|refused|code/i)
    const over = closed(anyone)
    anyone.publish('$SYS/x', 'x', { qos: 1 }, () => {})
    await over
  })
})

describe('a port that is taken', () => {
  it('is named, with how to choose another', async () => {
    await expect(startTestBroker({ mqttPort: test.broker.ports.mqtt })).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringMatching(new RegExp(`${test.broker.ports.mqtt}.*HEARTHLINE_MQTT_PORT`)),
    })
  })
})
