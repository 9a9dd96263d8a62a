import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { raise } from '../desk/told-findings.ts'
import { openSse, type SseClient } from './sse-client.ts'
import { startApi, type TestApi } from './start-api.ts'

async function listening(options: Parameters<typeof startApi>[0] = {}) {
  const api = await startApi(options)
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.app.server.address() as { port: number }
  const url = `http://127.0.0.1:${port}/api/v1/alerts/stream`
  const open = async (headers: Record<string, string> = {}, query = ''): Promise<SseClient> => {
    const client = await openSse(url + query, { authorization: 'Bearer boss', ...headers })
    if (client.status === 200) await client.until(() => client.lastEventId !== '')
    return client
  }
  return { ...api, url, open }
}

function say(api: TestApi, ...households: string[]): void {
  api.findings.tell(...households.map((household) => raise({ household })))
  api.desk.pump()
}

function homes(...clients: SseClient[]): string[] {
  return clients.flatMap(({ events }) =>
    events.filter(({ event }) => event === 'alert').map(({ data }) => data.household as string),
  )
}

describe('the live stream', () => {
  test('tells each change with the alert as it is after it', async () => {
    const api = await listening()
    const client = await api.open()
    expect(client.headers['content-type']).toContain('text/event-stream')
    expect(client.headers['content-security-policy']).toBeDefined()
    say(api, 'N1')
    await client.until(() => homes(client).length === 1)
    const { id } = client.events.at(-1)!.data
    await api.post(`/api/v1/alerts/${id}/acknowledge`, { note: 'Calling.' })
    await client.until(() => homes(client).length === 2)
    expect(client.events.map(({ event, data }) => [event, data.change, data.state])).toEqual([
      ['ready', undefined, undefined],
      ['alert', 'raised', 'open'],
      ['alert', 'acknowledged', 'acknowledged'],
    ])
    const { change, changedAt, ...alert } = client.events.at(-1)!.data
    expect([change, changedAt]).toEqual(['acknowledged', '2026-11-21T08:00:00Z'])
    expect(alert).toEqual((await api.get(`/api/v1/alerts/${id}`)).body)
  })

  test('begins with now, and gives an id to resume from before anything has happened', async () => {
    const api = await listening()
    say(api, 'old')
    const client = await api.open()
    client.cut()
    say(api, 'missed')
    const again = await api.open({ 'last-event-id': client.lastEventId })
    await again.until(() => homes(again).length === 1)
    expect(homes(client, again)).toEqual(['missed'])
  })

  test('resumes without a gap or a repeat, however often it is cut', async () => {
    const api = await listening()
    let spoken = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ said: fc.integer({ min: 0, max: 70 }), cut: fc.boolean(), header: fc.boolean() }),
          {
            minLength: 2,
            maxLength: 12,
          },
        ),
        async (steps) => {
          const expected: string[] = []
          let client = await api.open()
          const clients = [client]
          for (const { said, cut, header } of steps) {
            const names = Array.from({ length: said }, () => `R${spoken++}`)
            expected.push(...names)
            say(api, ...names)
            if (!cut) continue
            // Wherever it happens to be: nothing, half a batch or all of it may have come.
            if (said % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
            client.cut()
            await client.ended
            const id = client.lastEventId
            client = await (header ? api.open({ 'last-event-id': id }) : api.open({}, `?lastEventId=${id}`))
            clients.push(client)
          }
          await client.until(() => homes(...clients).length >= expected.length)
          client.cut()
          expect(homes(...clients)).toEqual(expected)
        },
      ),
      { numRuns: 15 },
    )
  })

  test('tells a caller of their regions only, and moves their place past the rest', async () => {
    const api = await listening({ limits: { streamHeartbeatMs: 20 } })
    const north = await api.open({ authorization: 'Bearer north' })
    const all = await api.open()
    say(api, 'S1', 'N1', 'LONE')
    await all.until(() => homes(all).length === 3)
    await north.until(() => homes(north).length === 1)
    expect(homes(north)).toEqual(['N1'])
    // The heartbeat carries the place on, so that a quiet region does not fall behind retention.
    await north.until(() => north.lastEventId === all.lastEventId)
    north.cut()
    say(api, 'S1b', 'N1b')
    api.registry.homes.set('N2', { ...api.registry.homes.get('N1')!, id: 'N2' as never })
    say(api, 'N2')
    const again = await api.open({ authorization: 'Bearer north', 'last-event-id': north.lastEventId })
    await again.until(() => homes(again).length === 1)
    expect(homes(again)).toEqual(['N2'])
  })

  test('says reset where the last event is of another desk or not kept any more', async () => {
    const api = await listening()
    say(api, 'N1')
    const { lastEventId } = await api.open()
    const [epoch] = lastEventId.split('-')
    for (const id of ['garbage', '1', `${epoch}-999`, 'ffffffff-1']) {
      const client = await api.open({ 'last-event-id': id })
      await client.until(() => client.events.length === 1)
      expect(client.events[0]).toMatchObject({ event: 'reset', id: lastEventId })
      client.cut()
    }
    // Four days later the events are past retention.
    api.clock.nowMs += 4 * 86_400_000
    api.desk.pump()
    say(api, 'S1')
    const late = await api.open({ 'last-event-id': `${epoch}-0` })
    await late.until(() => late.events.length === 1)
    expect(late.events[0]!.event).toBe('reset')
    // Who had seen all that was removed has missed nothing.
    const seen = await api.open({ 'last-event-id': lastEventId })
    await seen.until(() => seen.events.length === 2)
    expect(seen.events.map(({ event }) => event)).toEqual(['ready', 'alert'])
  })

  test('cuts a client that takes nothing, holds no more than a batch for it, and it resumes', async () => {
    const api = await listening({ limits: { streamStallMs: 100 } })
    const words = 'x'.repeat(2_000)
    const slow = await api.open()
    slow.pause()
    const names = Array.from({ length: 6_000 }, (_, i) => `B${i}`)
    const said = names.map((household) => ({ ...raise({ household }), evidence: { words } }))
    api.findings.tell(...said)
    while (api.desk.pump().more);
    // It reads on only after it has been cut: what was on its way arrives, the rest never does.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    slow.resume()
    await slow.ended
    expect(homes(slow).length).toBeLessThan(names.length)
    // As a browser does: connect again whenever it is cut (this process, which is also the server, may stall itself).
    const clients = [slow]
    while (homes(...clients).length < names.length) {
      const again = await api.open({ 'last-event-id': clients.at(-1)!.lastEventId })
      clients.push(again)
      await again.until(() => homes(...clients).length >= names.length).catch(() => again.ended)
    }
    expect(homes(...clients)).toEqual(names)
  })

  test('ends when its key is revoked', async () => {
    const api = await listening({ limits: { streamRecheckMs: 20 } })
    const client = await api.open()
    api.keys.delete('boss')
    await client.ended
    expect((await openSse(api.url, { authorization: 'Bearer boss' })).status).toBe(401)
  })

  test('takes the key from the address, because EventSource sends no headers', async () => {
    const api = await listening()
    const client = await openSse(`${api.url}?access_token=boss`)
    expect(client.status).toBe(200)
    expect((await openSse(`${api.url}?access_token=wrong`)).status).toBe(401)
  })

  test('refuses more clients than it can serve, and takes one again when another has gone', async () => {
    const api = await listening({ limits: { streamClients: 1 } })
    const one = await api.open()
    expect((await api.open()).status).toBe(503)
    one.cut()
    await expect.poll(async () => (await api.open()).status).toBe(200)
  })

  test('ends with the server, which does not wait for it', async () => {
    const api = await listening()
    const client = await api.open()
    await api.app.close()
    await expect(client.ended).resolves.toBeUndefined()
  })
})
