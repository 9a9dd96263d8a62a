import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createWebSocketStream, WebSocket } from 'ws'
import { connectPacket, header, openRaw, publishPacket, rawOver, type RawClient } from './raw-client.ts'
import { startTestBroker, type TestBroker } from './start-test-broker.ts'

const READINGS = 'hearthline/v1/gw1/readings'
const KIB = 1024

let certFolder: string
beforeAll(() => {
  certFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-cert-'))
  makeCertificate(certFolder)
})
afterAll(() => fs.rmSync(certFolder, { recursive: true }))

function makeCertificate(folder: string): void {
  const files = ['-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'cert.pem')]
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', ...kind, ...name, ...files], { stdio: 'ignore' })
}

let test: TestBroker
beforeEach(async () => {
  test = await startTestBroker({
    auth: 'off',
    websocketPort: 0,
    tls: {
      port: 0,
      certFile: path.join(certFolder, 'cert.pem'),
      keyFile: path.join(certFolder, 'key.pem'),
      websocketPort: 0,
    },
  })
})
afterEach(() => test.stop())

async function overWebSocket(url: string): Promise<RawClient> {
  const socket = new WebSocket(url, 'mqtt', { rejectUnauthorized: false })
  await once(socket, 'open')
  return rawOver(createWebSocketStream(socket))
}

const transports: Record<string, () => Promise<RawClient>> = {
  TCP: () => openRaw(test.broker.ports.mqtt),
  async TLS() {
    const socket = tls.connect({ host: '127.0.0.1', port: test.broker.ports.tls!, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    return rawOver(socket)
  },
  WebSocket: () => overWebSocket(`ws://127.0.0.1:${test.broker.ports.websocket}/mqtt`),
  'WebSocket over TLS': () => overWebSocket(`wss://127.0.0.1:${test.broker.ports.websocketTls}/mqtt`),
}

describe.each(Object.keys(transports))('over %s', (name) => {
  const open = (): Promise<RawClient> => transports[name]!()

  it('a publish arrives and is acknowledged, also one that is cut into single bytes', async () => {
    const raw = await open()
    for (const byte of Buffer.concat([connectPacket(), publishPacket(READINGS, 'slow', 7)])) {
      raw.send(Buffer.from([byte]))
    }
    const packets = await raw.received(2)
    expect(packets[0]!.body[1]).toBe(0)
    expect(packets[1]!.body.readUInt16BE(0)).toBe(7)
    expect(test.kept()).toEqual(['slow'])
    raw.conn.destroy()
  })

  it('what follows CONNECT in one piece is handled after it', async () => {
    const raw = await open()
    const publishes = Array.from({ length: 200 }, (_, i) => publishPacket(READINGS, String(i), i + 1))
    raw.send(Buffer.concat([connectPacket(), ...publishes]))
    await raw.received(201)
    expect(test.kept()).toEqual(publishes.map((_, i) => String(i)))
    raw.conn.destroy()
  })

  it('a packet of more than 16 KiB before CONNECT closes the connection as soon as it is announced', async () => {
    const raw = await open()
    raw.send(header(1, 0, 16 * KIB + 1))
    await raw.closed
    expect(raw.packets).toEqual([])
    expect(test.broker.stats().packetsTooLarge).toBe(1)
  })

  it('a large packet within the limit is taken after CONNECT', async () => {
    const raw = await open()
    raw.send(connectPacket())
    await raw.received(1)
    raw.send(publishPacket(READINGS, Buffer.alloc(1024 * KIB - 100, 65), 1))
    await raw.received(2)
    expect(test.kept()[0]).toHaveLength(1024 * KIB - 100)
    raw.conn.destroy()
  })

  it('a packet of more than 1 MiB closes the connection, shows up in the journal, and costs no other reading', async () => {
    const raw = await open()
    raw.send(connectPacket())
    await raw.received(1)
    raw.send(
      Buffer.concat([
        publishPacket(READINGS, 'before', 1),
        publishPacket(READINGS, Buffer.alloc(2048 * KIB), 2).subarray(0, 500),
      ]),
    )
    await raw.closed
    await vi.waitFor(() => expect(test.kept()).toEqual(['before', 'refusal']))
    const [, refusal] = test.journal.reader.read({ partition: 0, offset: 0 }, 2)
    expect(refusal!.entry).toMatchObject({
      type: 'refusal',
      gateway: 'gw1',
      topic: READINGS,
      code: 'packet-too-large',
    })
    expect(raw.packets).toHaveLength(2)
  })
})

describe('memory', () => {
  it('does not grow with what anonymous sockets send', async () => {
    const raws = await Promise.all(Array.from({ length: 40 }, () => openRaw(test.broker.ports.mqtt)))
    const before = process.memoryUsage()
    // Announces 16 KiB, so that it is read, and then sends on and on.
    const junk = Buffer.alloc(1024 * KIB)
    for (const raw of raws) {
      raw.send(header(1, 0, 16 * KIB), junk, junk, junk, junk)
    }
    await sleep(500)
    const after = process.memoryUsage()
    // The clients' own buffers are the same `junk`; 40 sockets have sent 160 MiB.
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(
      20_000 * KIB,
    )
    for (const raw of raws) raw.conn.destroy()
  })
})

describe('the topic of a packet that is too large', () => {
  it('is read even where it comes in pieces, and is empty where the packet has none', async () => {
    const inPieces = await openRaw(test.broker.ports.mqtt)
    inPieces.send(connectPacket({ clientId: 'a' }))
    await inPieces.received(1)
    const packet = publishPacket(READINGS, Buffer.alloc(2048 * KIB), 2)
    for (const end of [1, 2, 5, 6, 10, 60]) {
      const start = { 1: 0, 2: 1, 5: 2, 6: 5, 10: 6, 60: 10 }[end]
      inPieces.send(packet.subarray(start, end))
      await sleep(20)
    }
    await inPieces.closed
    const subscribe = await openRaw(test.broker.ports.mqtt)
    subscribe.send(connectPacket({ clientId: 'b' }))
    await subscribe.received(1)
    subscribe.send(header(8, 2, 2048 * KIB), Buffer.alloc(100))
    await subscribe.closed
    await vi.waitFor(() => expect(test.kept()).toHaveLength(2))
    const topics = test.journal.reader
      .read({ partition: 0, offset: 0 }, 9)
      .map(({ entry }) => (entry.type === 'refusal' ? entry.topic : null))
    expect(topics).toEqual([READINGS, ''])
  })
})

describe('WebSocket', () => {
  it('refuses a page of another site while authentication is off, and takes one of this machine', async () => {
    const url = `ws://127.0.0.1:${test.broker.ports.websocket}`
    const foreign = new WebSocket(url, 'mqtt', { origin: 'https://example.org' })
    const [error] = (await once(foreign, 'error')) as [Error]
    expect(error.message).toContain('401')
    const own = new WebSocket(url, 'mqtt', { origin: 'http://localhost:8080' })
    await once(own, 'open')
    own.terminate()
  })

  it('is for binary frames only', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${test.broker.ports.websocket}`, 'mqtt')
    await once(socket, 'open')
    socket.send('text')
    const [code] = (await once(socket, 'close')) as [number]
    expect([1003, 1006]).toContain(code)
  })

  it('tells a browser that comes without it what the port is for', async () => {
    const response = await fetch(`http://127.0.0.1:${test.broker.ports.websocket}/`)
    expect(response.status).toBe(426)
  })
})

describe('TLS', () => {
  it('carries the mqtt package with the certificate checked', async () => {
    const ca = fs.readFileSync(path.join(certFolder, 'cert.pem'))
    const client = await test.connect({ ca }, `mqtts://localhost:${test.broker.ports.tls}`)
    await client.publishAsync(READINGS, 'sealed', { qos: 1 })
    const web = await test.connect({ ca }, `wss://localhost:${test.broker.ports.websocketTls}/mqtt`)
    await web.publishAsync(READINGS, Buffer.alloc(300 * KIB, 65), { qos: 1 })
    expect(test.kept()).toHaveLength(2)
  })

  it('says which file is wrong', async () => {
    const certFile = path.join(certFolder, 'cert.pem')
    await expect(
      startTestBroker({ tls: { port: 0, certFile, keyFile: path.join(certFolder, 'none.pem') } }),
    ).rejects.toMatchObject({ code: 'tls-unusable', message: expect.stringContaining('none.pem') })
    await expect(startTestBroker({ tls: { port: 0, certFile, keyFile: certFile } })).rejects.toMatchObject({
      code: 'tls-unusable',
    })
  })
})
