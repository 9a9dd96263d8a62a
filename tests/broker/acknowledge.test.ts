import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { connectPacket, openRaw, PUBACK, publishPacket } from './raw-client.ts'
import { startTestBroker, type TestBroker } from './start-test-broker.ts'

const READINGS = 'hearthline/v1/gw1/readings'

let test: TestBroker
afterEach(() => test.stop())

describe('a publish on a reading topic', () => {
  it('is acknowledged only when the journal has it', async () => {
    test = await startTestBroker()
    const gateway = await test.connectGateway('gw1')
    test.journal.hold()
    const acked = vi.fn<() => void>()
    const publishing = gateway.publishAsync(READINGS, 'one', { qos: 1 }).then(acked)
    await vi.waitFor(() => expect(test.broker.stats().waiting).toBe(1))
    await sleep(100)
    expect(acked).not.toHaveBeenCalled()
    expect(test.kept()).toEqual([])

    test.journal.release()
    await publishing
    expect(test.kept()).toEqual(['one'])
  })

  it('is kept at every QoS, with its gateway, topic, time and bytes, and its retain flag is ignored', async () => {
    test = await startTestBroker({ now: () => 1234 })
    const gateway = await test.connectGateway('gw1')
    const payload = Buffer.from([0, 1, 255])
    for (const qos of [0, 1, 2] as const) await gateway.publishAsync(READINGS, payload, { qos, retain: true })
    await vi.waitFor(() => expect(test.kept()).toHaveLength(3))
    const { entry } = test.journal.reader.read({ partition: 0, offset: 0 }, 1)[0]!
    expect(entry).toEqual({
      type: 'publish',
      receivedAtMs: 1234,
      gateway: 'gw1',
      topic: READINGS,
      payload: Uint8Array.from(payload),
    })
    expect(test.broker.stats()).toMatchObject({ publishes: 3, bytes: 9, waiting: 0 })
    const again = await test.connectGateway('gw1')
    const retained: string[] = []
    again.on('message', (topic) => retained.push(topic))
    await again.subscribeAsync('hearthline/v1/gw1/#')
    await sleep(50)
    expect(retained).toEqual([])
  })

  it('is acknowledged in the order in which it came, across topics', async () => {
    test = await startTestBroker({ auth: 'off' })
    const raw = await openRaw(test.broker.ports.mqtt)
    const packets = Array.from({ length: 300 }, (_, i) =>
      publishPacket(`hearthline/v1/gw1/${i % 7 === 3 ? 'status' : 'readings'}`, String(i), i + 1),
    )
    raw.send(connectPacket(), ...packets)
    const [, ...acks] = await raw.received(301)
    expect(acks.map(({ type }) => type)).toEqual(packets.map(() => PUBACK))
    expect(acks.map(({ body }) => body.readUInt16BE(0))).toEqual(packets.map((_, i) => i + 1))
    raw.conn.destroy()
  })

  it('waits while the journal cannot write, and is acknowledged when it can again', async () => {
    test = await startTestBroker()
    const gateway = await test.connectGateway('gw1')
    test.journal.fail('the disk is full')
    const publishing = ['a', 'b', 'c'].map((payload) => gateway.publishAsync(READINGS, payload, { qos: 1 }))
    await vi.waitFor(() => expect(test.broker.stats().held).toBe(3))
    await sleep(250)
    expect(test.broker.stats()).toMatchObject({ publishes: 0, held: 3 })
    test.journal.fail(null)
    await Promise.all(publishing)
    expect(test.kept()).toEqual(['a', 'b', 'c'])
  })

  it('is never acknowledged when the journal does not come back: its client is closed and delivers again', async () => {
    test = await startTestBroker({ limits: { holdMs: 200 } })
    const { credential } = await test.keys.createKey({ type: 'gateway', gateway: 'gw1' })
    const gateway = await test.connect({ username: 'gw1', password: credential, reconnectPeriod: 50 })
    test.journal.fail('the disk is full')
    const acked = vi.fn<() => void>()
    const publishing = gateway.publishAsync(READINGS, 'kept in the end', { qos: 1 }).then(acked)
    await vi.waitFor(() => expect(test.broker.stats().publishesGivenUp).toBeGreaterThan(0))
    expect(acked).not.toHaveBeenCalled()
    test.journal.fail(null)
    await publishing
    expect(test.kept()).toContain('kept in the end')
  })

  it('that was accepted is finished before the broker closes', async () => {
    test = await startTestBroker()
    const gateway = await test.connectGateway('gw1')
    test.journal.hold()
    const publishing = gateway.publishAsync(READINGS, 'last', { qos: 1 })
    await vi.waitFor(() => expect(test.broker.stats().waiting).toBe(1))
    const closing = test.broker.close()
    setTimeout(() => test.journal.release(), 50)
    await publishing
    await closing
    expect(test.kept()).toEqual(['last'])
  })

  it('of a client that has gone already is kept all the same', async () => {
    test = await startTestBroker({ auth: 'off' })
    const raw = await openRaw(test.broker.ports.mqtt)
    raw.conn.end(Buffer.concat([connectPacket(), publishPacket(READINGS, 'in passing', null)]))
    await vi.waitFor(() => expect(test.kept()).toEqual(['in passing']))
  })
})

describe('a client that sends faster than the journal writes', () => {
  it('is read no further, so that memory stays bounded, and loses nothing', async () => {
    test = await startTestBroker({ auth: 'off' })
    const raw = await openRaw(test.broker.ports.mqtt)
    raw.send(connectPacket())
    await raw.received(1)
    test.journal.hold()
    const payload = Buffer.alloc(1_000, 65)
    // More than the kernel's own buffers take.
    const total = 20_000
    for (let i = 1; i <= total; i++) raw.send(publishPacket(READINGS, payload, i))
    await vi.waitFor(() => expect(test.broker.stats().waiting).toBeGreaterThan(10))
    await sleep(200)
    const { waiting } = test.broker.stats()
    expect(waiting).toBeLessThan(300)
    expect((raw.conn as unknown as { writableLength: number }).writableLength).toBeGreaterThan(0)

    test.journal.release()
    const [, ...acks] = await raw.received(total + 1)
    expect(acks.map(({ body }) => body.readUInt16BE(0))).toEqual(
      Array.from({ length: total }, (_, i) => i + 1),
    )
    expect(test.kept()).toHaveLength(total)
    raw.conn.destroy()
  })
})

describe('mosquitto_pub', () => {
  it('publishes with a gateway key at each QoS', async (context) => {
    const run = promisify(execFile)
    const found = await run('mosquitto_pub', ['--help']).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
    )
    if (!found && process.env['CI'] !== 'true') context.skip('mosquitto_pub is not installed')
    test = await startTestBroker()
    const { credential } = await test.keys.createKey({ type: 'gateway', gateway: 'gw1' })
    const port = String(test.broker.ports.mqtt)
    const login = ['-h', '127.0.0.1', '-p', port, '-u', 'gw1', '-P', credential, '-t', READINGS]
    for (const qos of ['0', '1', '2']) await run('mosquitto_pub', [...login, '-q', qos, '-m', `qos ${qos}`])
    await vi.waitFor(() => expect(test.kept()).toEqual(['qos 0', 'qos 1', 'qos 2']))
    await expect(run('mosquitto_pub', [...login, '-P', 'wrong', '-m', 'x'])).rejects.toThrow(
      /not auth|bad user/i,
    )
  })
})
