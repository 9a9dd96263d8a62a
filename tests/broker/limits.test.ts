import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { BrokerLimits } from '../../broker/limits.ts'
import { Admission } from '../../broker/admit-connection.ts'
import { alertTopic } from '../../domain/topics.ts'
import { connectPacket, openRaw, publishPacket } from './raw-client.ts'
import { startTestBroker, type TestBroker } from './start-test-broker.ts'

let test: TestBroker | null = null
afterEach(async () => {
  await test?.stop()
  test = null
})

async function start(limits: Partial<BrokerLimits>, auth: 'on' | 'off' = 'off'): Promise<TestBroker> {
  test = await startTestBroker({ auth, limits })
  return test
}

describe('connections', () => {
  it('are capped in all, and a place that becomes free is given again', async () => {
    const { broker } = await start({ connections: 3 })
    const raws = [
      await openRaw(broker.ports.mqtt),
      await openRaw(broker.ports.mqtt),
      await openRaw(broker.ports.mqtt),
    ]
    const fourth = await openRaw(broker.ports.mqtt)
    await fourth.closed
    expect(broker.stats()).toMatchObject({ connections: 3, connectionsRefused: 1 })
    raws[0]!.conn.destroy()
    await vi.waitFor(() => expect(broker.stats().connections).toBe(2))
    const fifth = await openRaw(broker.ports.mqtt)
    fifth.send(connectPacket())
    await fifth.received(1)
    for (const raw of [...raws, fifth]) raw.conn.destroy()
  })

  it('are capped per address, loopback exempt', () => {
    const admission = new Admission({ connections: 100, connectionsPerAddress: 2 })
    const from = (remoteAddress: string): boolean => {
      const socket = { remoteAddress, once: () => {}, destroy: () => {} }
      return admission.admit(socket as never)
    }
    expect(['10.0.0.1', '10.0.0.1', '::ffff:10.0.0.1', '10.0.0.2'].map(from)).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect(Array.from({ length: 5 }, () => from('127.0.0.1'))).toEqual(Array.from({ length: 5 }, () => true))
    expect(Array.from({ length: 5 }, () => from('::1'))).toEqual(Array.from({ length: 5 }, () => true))
  })

  it('are closed when no CONNECT comes, and when a client stays silent beyond the longest keep-alive', async () => {
    const { broker } = await start({ connectTimeoutMs: 100, keepAliveMs: 1_000 })
    const mute = await openRaw(broker.ports.mqtt)
    await mute.closed
    const idle = await openRaw(broker.ports.mqtt)
    idle.send(connectPacket({ keepAlive: 0 }))
    await idle.received(1)
    await idle.closed
    expect(idle.packets).toHaveLength(1)
  })
})

describe('packets', () => {
  it('that are large share a limit over all connections, and give their room back', async () => {
    const { broker } = await start({ largePacketsBytes: 300_000 })
    const [first, second] = [await openRaw(broker.ports.mqtt), await openRaw(broker.ports.mqtt)]
    const large = publishPacket('hearthline/v1/gw1/readings', Buffer.alloc(200_000), 1)
    first.send(connectPacket({ clientId: 'first' }), large.subarray(0, 100_000))
    await first.received(1)
    await sleep(50)
    second.send(connectPacket({ clientId: 'second' }), large)
    await second.closed
    first.send(large.subarray(100_000))
    await first.received(2)
    const third = await openRaw(broker.ports.mqtt)
    third.send(connectPacket({ clientId: 'third' }), large.subarray(0, 100_000))
    await third.received(1)
    await sleep(50)
    third.conn.destroy()
    await third.closed
    first.send(large)
    await first.received(3)
    expect(broker.stats().publishes).toBe(2)
    first.conn.destroy()
  })
})

describe('subscriptions', () => {
  it('of one connection are limited; one that is given up makes room', async () => {
    const started = await start({ subscriptions: 2 })
    const client = await started.connect()
    const filter = (name: string): string => `hearthline/v1/alerts/${name}`
    for (const name of ['a', 'b', 'a']) await client.subscribeAsync(filter(name))
    await expect(client.subscribeAsync(filter('c'))).rejects.toThrow(/unspecified|refused|code/i)
    await client.unsubscribeAsync(filter('a'))
    await client.subscribeAsync(filter('c'))
    expect(started.broker.stats().subscriptionsRefused).toBe(1)
  })
})

describe('wrong credentials', () => {
  it('wait in a line of limited length', async () => {
    const { broker } = await start({ pendingAuthentications: 2, failureDelayMs: 300 }, 'on')
    const codes = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const raw = await openRaw(broker.ports.mqtt)
        raw.send(connectPacket({ username: 'gw1', password: 'wrong' }))
        const [connack] = await raw.received(1)
        return connack!.body[1]
      }),
    )
    expect(codes.sort((a = 0, b = 0) => a - b)).toEqual([3, 3, 3, 4, 4])
  })
})

describe('what is remembered for clients', () => {
  it('a lasting session queues so many messages while its client is away, and drops the rest with a count', async () => {
    const started = await start({ queuedPerSession: 5 })
    const session = { clientId: 'app', clean: false }
    const first = await started.connect(session)
    await first.subscribeAsync('hearthline/v1/alerts/#', { qos: 1 })
    await first.endAsync()
    await sleep(50)
    for (let i = 0; i < 12; i++) await started.broker.publish(alertTopic('a'), String(i))
    expect(started.broker.stats().queuedDropped).toBe(7)

    const messages: string[] = []
    const second = await openRaw(started.broker.ports.mqtt)
    second.send(connectPacket(session))
    await second.received(6)
    for (const { type, body } of second.packets.slice(1)) {
      expect(type).toBe(3)
      messages.push(body.subarray(-1).toString())
    }
    expect(messages).toEqual(['0', '1', '2', '3', '4'])
    second.conn.destroy()
  })

  it('lasting sessions are limited; a further one cannot subscribe', async () => {
    const started = await start({ sessions: 2 })
    for (const clientId of ['a', 'b']) {
      const client = await started.connect({ clientId, clean: false })
      await client.subscribeAsync('hearthline/v1/alerts/#', { qos: 1 })
    }
    const third = await started.connect({ clientId: 'c', clean: false })
    await expect(third.subscribeAsync('hearthline/v1/alerts/#', { qos: 1 })).rejects.toThrow(/clos/i)
    const ending = await started.connect({ clientId: 'a', clean: true })
    await ending.subscribeAsync('hearthline/v1/alerts/#', { qos: 1 })
    const fourth = await started.connect({ clientId: 'd', clean: false })
    await fourth.subscribeAsync('hearthline/v1/alerts/#', { qos: 1 })
  })

  it('retained topics are limited; a further one is delivered but not retained', async () => {
    const started = await start({ retainedTopics: 2 })
    for (const region of ['a', 'b', 'c'])
      await started.broker.publish(alertTopic(region), region, { retain: true })
    await started.broker.publish(alertTopic('a'), 'a again', { retain: true })
    const messages: string[] = []
    const late = await started.connect()
    late.on('message', (_, payload) => messages.push(payload.toString()))
    await late.subscribeAsync('hearthline/v1/alerts/#')
    await vi.waitFor(() => expect(messages.sort()).toEqual(['a again', 'b']))
  })
})
