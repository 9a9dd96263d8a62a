import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { GatewayId } from '../../domain/ids.ts'
import type { BadLine } from '../../platform/reading-file.ts'
import { replayFile, type Replay } from '../../simulators/replay/replay-file.ts'
import { startTestBroker, until, type TestBroker } from '../simulators/test-broker.ts'

const HEADER = 'timestamp,meter_id,kind,value,unit\n'
const cleanups: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function broker(): Promise<TestBroker> {
  const started = await startTestBroker()
  cleanups.push(() => started.close())
  return started
}

function file(rows: readonly string[], gzip = false): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'replay-'))
  cleanups.push(() => fs.rmSync(folder, { recursive: true }))
  const name = path.join(folder, 'readings.csv')
  const text = HEADER + rows.map((row) => `${row}\n`).join('')
  fs.writeFileSync(name, gzip ? zlib.gzipSync(text) : text)
  return name
}

function replay(readings: string, mqtt: string, part: Partial<Replay> = {}) {
  const bad: BadLine[] = []
  const stop = new AbortController()
  const report = replayFile({
    readings,
    mqtt,
    speed: 'max',
    gateway: 'gw-test' as GatewayId,
    inFlight: 50,
    connections: 3,
    signal: stop.signal,
    onBadLine: (line) => bad.push(line),
    ...part,
  })
  return { report, bad, stop }
}

interface Sent {
  meter: string
  time: number
  register?: number
  consumption?: number
  intervalSeconds?: number
  unit: string
}
const sentTo = ({ acked }: TestBroker): Sent[] => acked.map(({ payload }) => JSON.parse(payload) as Sent)

function hourly(count: number, meters: readonly string[]): string[] {
  const start = Date.parse('2026-01-01T00:00:00Z')
  return Array.from({ length: count }, (_, i) =>
    meters.map((meter) => `${new Date(start + i * 3_600_000).toISOString()},${meter},water,${i},L_register`),
  ).flat()
}

describe('replay', () => {
  test('publishes each row as one message of its gateway, registers as they stand', async () => {
    const mqtt = await broker()
    const { report } = replay(file(['2026-01-01T00:00:49Z,M1,water,437506,L_register'], true), mqtt.url)
    expect(await report).toMatchObject({
      published: 1,
      acked: 1,
      badLines: 0,
      interrupted: false,
      failure: null,
    })
    expect(mqtt.acked.map(({ topic }) => topic)).toEqual(['hearthline/v1/gw-test/readings'])
    const time = Date.parse('2026-01-01T00:00:49Z')
    expect(sentTo(mqtt)).toEqual([{ meter: 'M1', time, register: 437_506, unit: 'L' }])
  })

  test('gives an interval the time of its end, by the usual step of its meter', async () => {
    const mqtt = await broker()
    const rows = [
      '2026-01-01T00:00:00Z,E1,electricity,0.1,kWh',
      '2026-01-01T00:00:00Z,W1,water,0.003,m3',
      '2026-01-01T00:30:00Z,E1,electricity,0.2,kWh',
      '2026-01-01T01:00:00Z,W1,water,0,m3',
      '2026-01-01T01:00:00Z,E1,electricity,0.3,kWh',
      '2026-01-01T07:00:00Z,E1,electricity,0.4,kWh',
    ]
    await replay(file(rows), mqtt.url, { connections: 1 }).report
    const at = (text: string): number => Date.parse(text)
    expect(sentTo(mqtt)).toEqual([
      { meter: 'E1', time: at('2026-01-01T00:30:00Z'), consumption: 0.1, intervalSeconds: 1800, unit: 'kWh' },
      {
        meter: 'W1',
        time: at('2026-01-01T01:00:00Z'),
        consumption: 0.003,
        intervalSeconds: 3600,
        unit: 'm3',
      },
      { meter: 'E1', time: at('2026-01-01T01:00:00Z'), consumption: 0.2, intervalSeconds: 1800, unit: 'kWh' },
      { meter: 'W1', time: at('2026-01-01T02:00:00Z'), consumption: 0, intervalSeconds: 3600, unit: 'm3' },
      { meter: 'E1', time: at('2026-01-01T01:30:00Z'), consumption: 0.3, intervalSeconds: 1800, unit: 'kWh' },
      { meter: 'E1', time: at('2026-01-01T07:30:00Z'), consumption: 0.4, intervalSeconds: 1800, unit: 'kWh' },
    ])
  })

  test('names bad lines, counts them and publishes their neighbours', async () => {
    const mqtt = await broker()
    const { report, bad } = replay(
      file(['2026-01-01T00:00:00Z,M1,water,1,L_register', 'nonsense', '2026-01-01,M1,water,1,L_register']),
      mqtt.url,
    )
    expect(await report).toMatchObject({ published: 1, acked: 1, badLines: 2 })
    expect(bad.map(({ line }) => line)).toEqual([3, 4])
  })

  test('keeps the order of each meter, over several connections', async () => {
    const mqtt = await broker()
    const meters = Array.from({ length: 7 }, (_, i) => `M "${i}"`)
    await replay(file(hourly(200, meters)), mqtt.url).report
    for (const meter of meters) {
      const registers = sentTo(mqtt).filter((sent) => sent.meter === meter)
      expect(registers.map(({ register }) => register)).toEqual(Array.from({ length: 200 }, (_, i) => i))
    }
    expect(new Set(mqtt.acked.map(({ client }) => client)).size).toBe(3)
  })

  test('never has more messages in flight than it was allowed', async () => {
    const mqtt = await broker()
    let inFlight = 0
    let most = 0
    mqtt.gate = () => {
      most = Math.max(most, ++inFlight)
      return new Promise((resolve) => setTimeout(() => resolve(void inFlight--), 3))
    }
    const { report } = replay(file(hourly(100, ['A', 'B', 'C'])), mqtt.url, { inFlight: 20 })
    expect(await report).toMatchObject({ acked: 300 })
    expect(most).toBeGreaterThan(5)
    expect(most).toBeLessThanOrEqual(20)
  })

  test('sends again what a crashed broker had not acknowledged', async () => {
    const mqtt = await broker()
    let seen = 0
    mqtt.gate = () => (++seen > 100 ? new Promise(() => undefined) : null)
    const { report } = replay(file(hourly(100, ['A', 'B', 'C'])), mqtt.url)
    await until(() => seen > 105)
    await mqtt.crash()
    mqtt.gate = () => null
    await mqtt.restart()
    expect(await report).toMatchObject({ published: 300, acked: 300, failure: null })
    expect(new Set(sentTo(mqtt).map(({ meter, time }) => `${meter} ${time}`)).size).toBe(300)
  })

  test('stops when told to, also while no ack comes, and reports what was not acknowledged', async () => {
    const mqtt = await broker()
    let seen = 0
    mqtt.gate = () => (++seen > 100 ? new Promise(() => undefined) : null)
    const { report, stop } = replay(file(hourly(1_000, ['A'])), mqtt.url)
    await until(() => seen > 105)
    stop.abort()
    const { interrupted, published, acked } = await report
    expect(interrupted).toBe(true)
    expect(acked).toBe(100)
    expect(published).toBeLessThan(200)
  })

  test('plays at the speed that was asked for: an hour a second is not over at once', async () => {
    const mqtt = await broker()
    const { report, stop } = replay(file(hourly(24, ['A'])), mqtt.url, { speed: 7_200 })
    await until(() => mqtt.acked.length >= 2)
    expect(mqtt.acked.length).toBeLessThan(24)
    stop.abort()
    expect(await report).toMatchObject({ interrupted: true })
  })

  test('a file that is not there is one clear line, before anything is published', async () => {
    await expect(replay('/nowhere/readings.csv', 'mqtt://127.0.0.1:1').report).rejects.toMatchObject({
      code: 'file-unreadable',
    })
  })

  test('damage in the middle of a file is one clear line', async () => {
    const mqtt = await broker()
    const damaged = file(hourly(2_000, ['A', 'B']), true)
    fs.truncateSync(damaged, Math.floor(fs.statSync(damaged).size / 2))
    await expect(replay(damaged, mqtt.url).report).rejects.toMatchObject({ code: 'file-unreadable' })
  })
})
