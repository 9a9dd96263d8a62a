import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MeterId } from '../../domain/ids.ts'
import type { Reading } from '../../domain/reading.ts'
import { MINUTE_MS } from '../../domain/time.ts'
import type { RunningStage } from '../../platform/thread.ts'
import type { InfluxConfig } from '../../store/influx/config.ts'
import { createStoreStage, type StoreCalls } from '../../store/stage.ts'
import { freePort, skipInfluxd, startInfluxd, type Influxd } from './influxd.ts'
import { createMemoryLog, type MemoryLog } from './memory-log.ts'
import { reading } from './readings.ts'

const database = 'hearthline'
const start = Date.UTC(2026, 10, 20)

describe.skipIf(skipInfluxd)('the store stage on InfluxDB', { timeout: 60_000 }, () => {
  let dataDir: string
  let log: MemoryLog
  const cleanups: (() => Promise<void>)[] = []
  beforeEach(() => {
    dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-store-'))
    log = createMemoryLog()
  })
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean()
    fs.rmSync(dataDir, { recursive: true, force: true })
  })

  async function influxd(options?: Parameters<typeof startInfluxd>[0]): Promise<Influxd> {
    const server = await startInfluxd(options)
    cleanups.push(() => server.remove())
    return server
  }

  async function stageOn(influx: Partial<InfluxConfig> & { url: string }): Promise<RunningStage<StoreCalls>> {
    const stage = await createStoreStage({ dataDir, influx: { database, ...influx } }, log, () => {})
    cleanups.push(() => stage.stop())
    return stage
  }

  /** One entry for each wave of all meters, as ingest would write them; every tenth reading is revised later. */
  function feed(meters: number, fromWave: number, toWave: number): void {
    for (let wave = fromWave; wave < toWave; wave++) {
      const readings: Reading[] = []
      for (let meter = 0; meter < meters; meter++) {
        const timeMs = start + wave * 15 * MINUTE_MS
        readings.push(reading({ meter: `M${meter}`, timeMs, consumption: meter + wave }))
        if (wave % 10 === 9) {
          readings.push(
            reading({ meter: `M${meter}`, timeMs: timeMs - 15 * MINUTE_MS, consumption: 1, revision: true }),
          )
        }
      }
      log.append({ type: 'readings', readings })
    }
  }

  /** What `feed(meters, 0, waves)` leaves, as [meter, count, sum]. */
  function fed(meters: number, waves: number): unknown[] {
    const revised = (wave: number): boolean => wave % 10 === 8 && wave + 1 < waves
    return Array.from({ length: meters }, (_, meter) => {
      let sum = 0
      for (let wave = 0; wave < waves; wave++) sum += revised(wave) ? 1 : meter + wave
      return [`M${meter}`, waves, sum]
    }).sort(byMeter)
  }

  async function kept(server: Influxd): Promise<unknown[]> {
    const { series } = await server.query(
      'SELECT count(quality), sum(consumption) FROM readings GROUP BY meter',
      database,
    )
    return series.map(({ tags, values }) => [tags?.['meter'], values[0]?.[1], values[0]?.[2]]).sort(byMeter)
  }

  function byMeter(a: unknown[], b: unknown[]): number {
    return String(a[0]) < String(b[0]) ? -1 : 1
  }

  test('influxd killed three times under load: nothing is lost, nothing doubled, and the counts agree', async () => {
    const server = await influxd()
    const stage = await stageOn(server)
    const meters = 200
    const waves = 1_000
    feed(meters, 0, waves)
    stage.calls.nudge()
    for (const share of [0.1, 0.5, 0.8]) {
      // Polled as often as can be, so that the kill meets batches under way.
      await expect
        .poll(() => stage.calls.status().stored, { timeout: 20_000, interval: 1 })
        .toBeGreaterThan(share * meters * waves)
      await server.kill()
      expect(stage.calls.status().backlogReadings).toBeGreaterThan(0)
      await expect.poll(() => stage.calls.status().degraded, { timeout: 20_000 }).toContain('does not answer')
      expect(stage.calls.status().backlogSeconds).toBeGreaterThan(0)
      await server.start()
    }
    await expect.poll(() => stage.calls.status().backlogReadings, { timeout: 30_000 }).toBe(0)
    expect(stage.calls.status()).toMatchObject({ stored: meters * waves, refused: 0, degraded: null })
    expect(await kept(server)).toEqual(fed(meters, waves))
  })

  test('a stage that is stopped while InfluxDB is away goes on from its place when both are back', async () => {
    const server = await influxd()
    feed(20, 0, 50)
    const first = await stageOn(server)
    await expect.poll(() => first.calls.status().backlogReadings).toBe(0)
    await server.kill()
    feed(20, 50, 100)
    first.calls.nudge()
    await expect.poll(() => first.calls.status().degraded, { timeout: 20_000 }).not.toBeNull()
    await first.stop()
    cleanups.pop()
    const second = await stageOn(server)
    expect(second.calls.status()).toMatchObject({ stored: 1_000, degraded: expect.any(String) as string })
    await server.start()
    await expect.poll(() => second.calls.status().backlogReadings, { timeout: 20_000 }).toBe(0)
    expect(second.calls.status().stored).toBe(2_000)
    expect(await kept(server)).toEqual(fed(20, 100))
  })

  test('one line of a wrong field type among 5,000 is refused with the server’s words, the others are stored', async () => {
    const server = await influxd()
    await server.query(`CREATE DATABASE ${database}`, database)
    // A field has one type for each shard: this one is a string there before the float comes.
    const conflict = Date.UTC(2020, 5, 1)
    expect(await server.writeLines(`readings,kind=water,meter=X register="text" ${conflict}`, database)).toBe(
      204,
    )
    const readings = Array.from({ length: 5_000 }, (_, index) =>
      reading({ meter: `M${index}`, timeMs: index === 3_210 ? conflict + 1 : start }),
    )
    log.append({ type: 'readings', readings })
    const stage = await stageOn(server)
    await expect.poll(() => stage.calls.status().backlogReadings, { timeout: 20_000 }).toBe(0)
    expect(stage.calls.status()).toMatchObject({ stored: 4_999, refused: 1, degraded: null })
    const [reject, ...others] = stage.calls.rejects(null, 10)
    expect(others).toEqual([])
    expect(reject?.reading.meter).toBe('M3210')
    expect(reject?.message).toContain('field type conflict')
    const { series } = await server.query(
      'SELECT count(register) FROM readings WHERE meter =~ /^M/',
      database,
    )
    expect(series[0]?.values[0]?.[1]).toBe(4_999)
  })

  test('a wrong port is said in words, and readings wait', async () => {
    log.append({ type: 'readings', readings: [reading()] })
    const stage = await stageOn({ url: `http://127.0.0.1:${await freePort()}` })
    await expect.poll(() => stage.calls.status().degraded).toMatch(/does not answer.*HEARTHLINE_INFLUX_URL/)
    expect(stage.calls.status()).toMatchObject({ stored: 0, backlogReadings: 1 })
    await expect(stage.calls.last('M1' as MeterId)).rejects.toMatchObject({
      code: 'influx-unavailable',
      retry: true,
    })
  })

  test('a wrong password is said in words, the right one stores', async () => {
    const server = await influxd({ admin: { user: 'admin', password: 'right' } })
    log.append({ type: 'readings', readings: [reading()] })
    const wrong = await stageOn({ url: server.url, token: 'admin:wrong' })
    await expect
      .poll(() => wrong.calls.status().degraded)
      .toMatch(/refuses the token.*HEARTHLINE_INFLUX_TOKEN/)
    await wrong.stop()
    cleanups.pop()
    const right = await stageOn({ url: server.url, token: 'admin:right' })
    await expect
      .poll(() => right.calls.status(), { timeout: 30_000 })
      .toMatchObject({ stored: 1, degraded: null })
  })

  test('a database that is not there and may not be made is said in words, and used as soon as it is there', async () => {
    const server = await influxd({ admin: { user: 'admin', password: 'right' } })
    await server.query(
      `CREATE DATABASE other; CREATE USER writer WITH PASSWORD 'w'; GRANT ALL ON other TO writer`,
      '',
    )
    log.append({ type: 'readings', readings: [reading()] })
    const stage = await stageOn({ url: server.url, token: 'writer:w' })
    await expect.poll(() => stage.calls.status().degraded).toMatch(/hearthline/)
    expect(stage.calls.status()).toMatchObject({ stored: 0, backlogReadings: 1 })
    await server.query(`CREATE DATABASE ${database}; GRANT ALL ON ${database} TO writer`, '')
    await expect.poll(() => stage.calls.status().stored, { timeout: 30_000 }).toBe(1)
  })

  test('an installation without readings says that InfluxDB is away as well', async () => {
    const server = await influxd()
    const stage = await stageOn(server)
    await expect.poll(() => stage.calls.status().degraded).toBeNull()
    const second = await stageOn({ url: `http://127.0.0.1:${await freePort()}` })
    await expect.poll(() => second.calls.status().degraded).toContain('does not answer')
  })
})
