import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { runSimulation, type Simulation } from '../../simulators/simulate.ts'
import { startTestBroker, until, type TestBroker } from './test-broker.ts'

const FROM_MS = Date.parse('2026-03-02T00:00:00+08:00')
const DAY_MS = 86_400_000
const cleanups: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function broker(password?: string): Promise<TestBroker> {
  const started = await startTestBroker(password)
  cleanups.push(() => started.close())
  return started
}

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'simulate-'))
  cleanups.push(() => fs.rmSync(made, { recursive: true }))
  return made
}

function simulate(part: Partial<Simulation>): {
  said: string[]
  stop: AbortController
  code: Promise<number>
} {
  const said: string[] = []
  const stop = new AbortController()
  const code = runSimulation({
    mqtt: 'mqtt://127.0.0.1:1',
    households: 6,
    homesPerGateway: 3,
    seed: 1,
    timezone: 'Asia/Shanghai',
    fromMs: FROM_MS,
    toMs: FROM_MS + 3 * DAY_MS,
    incidentsUntilMs: FROM_MS + 3 * DAY_MS,
    anchorMs: FROM_MS,
    speed: 'max',
    stepMinutes: 60,
    counts: new Map(),
    faults: new Set(),
    batch: 100,
    signal: stop.signal,
    say: (line) => said.push(line),
    readCredentials: (file) => fs.readFileSync(file, 'utf8'),
    ...part,
  })
  return { said, stop, code }
}

function readingKeys({ acked }: TestBroker): string[] {
  return acked.flatMap(({ payload }) => {
    const parsed = JSON.parse(payload) as { meter: string; time: string } | { meter: string; time: string }[]
    return (Array.isArray(parsed) ? parsed : [parsed]).map(({ meter, time }) => `${meter} ${time}`)
  })
}

describe('simulate', () => {
  test('publishes every reading as its gateway and says how many were acknowledged', async () => {
    const mqtt = await broker()
    const { said, code } = simulate({ mqtt: mqtt.url })
    expect(await code).toBe(0)
    expect(new Set(mqtt.acked.map(({ topic, client }) => `${client} ${topic}`))).toEqual(
      new Set([
        'gw-330106-01 hearthline/v1/gw-330106-01/readings',
        'gw-330106-02 hearthline/v1/gw-330106-02/readings',
      ]),
    )
    // The last round is read at the end of the third day and sent after it.
    expect(new Set(readingKeys(mqtt)).size).toBe(6 * 2 * 71)
    expect(said.at(-1)).toMatch(/^published \d+ messages \(852 readings\), acked \d+, in /)
  })

  test('says online while it is there and offline when it has gone', async () => {
    const mqtt = await broker()
    const topic = 'hearthline/v1/gw-330106-01/status'
    const { stop, code } = simulate({ mqtt: mqtt.url, speed: 1 })
    await until(() => mqtt.retained.get(topic) === 'online')
    stop.abort()
    expect(await code).toBe(130)
    expect(mqtt.retained.get(topic)).toBe('offline')
  })

  test('keeps messages within --batch', async () => {
    const mqtt = await broker()
    await simulate({ mqtt: mqtt.url, batch: 4 }).code
    const sizes = mqtt.acked.map(({ payload }) => payload.match(/"meter"/g)?.length ?? 0)
    expect(Math.max(...sizes)).toBe(4)
  })

  test('loses nothing when the broker crashes in the middle and comes back', async () => {
    const mqtt = await broker()
    let seen = 0
    mqtt.gate = () => (++seen > 200 && seen < 300 ? new Promise(() => undefined) : null)
    const { code } = simulate({ mqtt: mqtt.url, batch: 1 })
    await until(() => seen >= 250)
    await mqtt.crash()
    mqtt.gate = () => null
    await mqtt.restart()
    expect(await code).toBe(0)
    expect(new Set(readingKeys(mqtt)).size).toBe(852)
  })

  test('gives each gateway its own credential from a file', async () => {
    const mqtt = await broker('secret')
    const file = path.join(folder(), 'credentials')
    fs.writeFileSync(file, 'gw-330106-01,secret\ngw-330106-02,secret\n')
    expect(await simulate({ mqtt: mqtt.url, credentials: file }).code).toBe(0)
  })

  test('stops at once, with words, where the broker refuses the credential', async () => {
    const mqtt = await broker('secret')
    const { code } = simulate({ mqtt: mqtt.url, username: 'gw', password: 'wrong' })
    await expect(code).rejects.toMatchObject({
      code: 'broker-refused',
      message: expect.stringContaining('--password') as unknown,
    })
  })

  test('gives up on a broker that hangs up instead of acknowledging', async () => {
    const mqtt = await broker()
    mqtt.gate = () => new Error('not yours')
    const { said, code } = simulate({ mqtt: mqtt.url, batch: 1, households: 1 })
    expect(await code).toBe(1)
    expect(said.at(-1)).toContain('may publish as gateway gw-330106-01')
  })

  test('says in one line that no broker is there', async () => {
    const { code } = simulate({ mqtt: 'mqtt://127.0.0.1:1' })
    await expect(code).rejects.toMatchObject({ code: 'broker-unreachable' })
  })

  test('says so where files were not written to the end of the village', async () => {
    const out = folder()
    const { said, stop, code } = simulate({ out, households: 60, stepMinutes: 15 })
    stop.abort()
    expect(await code).toBe(130)
    expect(said.at(-1)).toMatch(/^interrupted: wrote only \d+ readings to /)
  })

  test('can be stopped while it waits for a broker that is not there', async () => {
    const { stop, code } = simulate({ mqtt: 'mqtt://127.0.0.1:1' })
    stop.abort()
    await expect(code).rejects.toMatchObject({ code: 'interrupted' })
  })
})
