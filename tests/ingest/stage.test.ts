import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRegistryReader } from '../../ingest/open-registry-reader.ts'
import type { Household } from '../../domain/household.ts'
import type { JournalEntry } from '../../domain/log-entry.ts'
import type { MeterId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { publish, publishText, RECEIVED_MS } from './journal-of.ts'
import { stageInFolder } from './stage-in-folder.ts'

const at = (hour: number): number => RECEIVED_MS - 30 * DAY_MS + hour * HOUR_MS
const reading = (hour: number, register: number, more: object = {}): object => ({
  meter: 'W1',
  time: at(hour),
  register,
  unit: 'L',
  ...more,
})
const household = (id: string, ...meters: string[]): Household =>
  ({
    id,
    region: null,
    tier: 'high',
    timezone: null,
    rule: 'evidence',
    meters: meters.map((meter) => ({ id: meter, kind: 'water' })),
    contacts: [],
  }) as unknown as Household
const register = (...households: Household[]): JournalEntry => ({
  type: 'households',
  receivedAtMs: RECEIVED_MS,
  households,
})

describe('ingest', () => {
  it('keeps readings with their consumption, in the order of the journal', () => {
    using world = stageInFolder()
    world.work(publish(reading(0, 100)), publish([reading(1, 112), reading(2, 112)], 'gw2'))
    const [entry] = world.log()
    expect(entry).toMatchObject({
      type: 'readings',
      readings: [
        { meter: 'W1', kind: 'water', household: null, gateway: 'gw1', register: 100, consumption: null },
        { gateway: 'gw2', consumption: 12, intervalMs: HOUR_MS, quality: 'measured', revision: false },
        { consumption: 0 },
      ],
    })
    expect(world.registry.meter('W1' as MeterId)).toEqual({
      id: 'W1',
      kind: 'water',
      household: null,
      gateway: 'gw2',
      newestTimeMs: at(2),
      readings: 3,
    })
  })

  it('refuses a bad element alone, says which and why, and counts every one', () => {
    using world = stageInFolder()
    world.work(
      publish([reading(0, 1), reading(1, 2, { unit: 'gallon' }), reading(2, 3)]),
      publishText('{"meter"'),
      publishText('[]'),
      publish(Array.from({ length: 1_001 }, () => reading(0, 1))),
      { ...publish(reading(5, 5)), topic: 'hearthline/v1/gw1/other' } as JournalEntry,
      {
        type: 'refusal',
        receivedAtMs: RECEIVED_MS,
        gateway: 'gw1' as never,
        topic: 'hearthline/v1/gw1/readings',
        code: 'packet-too-large',
        message: 'a packet of 2097152 bytes',
      },
    )
    expect(world.registry.counters()).toEqual({
      received: 3 + 1 + 1 + 1_001 + 1 + 1,
      kept: 2,
      corrected: 0,
      duplicates: 0,
      rejected: 1 + 1 + 1 + 1_001 + 1 + 1,
      rejectedByCode: {
        'invalid-unit': 1,
        'invalid-json': 1,
        'empty-batch': 1,
        'batch-too-large': 1_001,
        'unknown-topic': 1,
        'packet-too-large': 1,
      },
      late: 0,
      backlogEntries: 0,
    })
    const page = world.registry.rejects({}, null, 4)
    expect(page.items.map((reject) => reject.code)).toEqual([
      'packet-too-large',
      'unknown-topic',
      'batch-too-large',
      'empty-batch',
    ])
    const rest = world.registry.rejects({}, page.next, 10)
    expect(rest.next).toBeNull()
    expect(rest.items.at(-1)).toMatchObject({
      code: 'invalid-unit',
      gateway: 'gw1',
      message: 'element 2 of 3: unit is "gallon". The unit is not one of kWh, Wh, m3, L.',
      payload: JSON.stringify(reading(1, 2, { unit: 'gallon' })),
    })
    expect(world.registry.rejects({ code: 'empty-batch' }, null, 10).items).toHaveLength(1)
    expect(world.registry.rejects({ gateway: 'gw2' }, null, 10).items).toHaveLength(0)
  })

  it('counts the same reading again as a duplicate and refuses another value, however old', () => {
    using world = stageInFolder()
    const days = Array.from({ length: 20 }, (_, i) => reading(i * 24, 100 + i))
    world.work(publish(days), publish(days), publish(days, 'gw2'), publish(reading(0, 99)))
    expect(world.registry.counters()).toMatchObject({ received: 61, kept: 20, duplicates: 40, rejected: 1 })
    expect(world.registry.rejects({}, null, 1).items[0]).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is kept with register 100 L'),
    })
    expect(world.stored().size).toBe(20)
  })

  it('replaces what a correction names, and revises what followed from it', () => {
    using world = stageInFolder()
    world.work(
      publish([reading(0, 100), reading(1, 150), reading(2, 160)]),
      publish(reading(1, 130, { correction: true })),
      publish(reading(1, 130, { correction: true })),
    )
    expect(world.registry.counters()).toMatchObject({ received: 5, kept: 3, corrected: 1, duplicates: 1 })
    const stored = [...world.stored().values()]
    expect(stored.map((one) => [one.register, one.consumption])).toEqual([
      [100, null],
      [130, 30],
      [160, 30],
    ])
    expect(stored.map((one) => one.revision)).toEqual([false, true, true])
    expect(world.registry.meter('W1' as MeterId)?.readings).toBe(3)
  })

  it('puts a late reading between its neighbours and says the following one again', () => {
    using world = stageInFolder()
    world.work(publish([reading(0, 100), reading(2, 130)]), publish(reading(1, 110)))
    const [entry] = world.log()
    expect(
      entry?.type === 'readings' ? entry.readings.map((r) => [r.timeMs, r.consumption, r.revision]) : [],
    ).toEqual([
      [at(0), null, false],
      [at(2), 30, false],
      [at(1), 10, false],
      [at(2), 20, true],
    ])
  })

  it('keeps what comes beyond the lateness as late, without touching its neighbours', () => {
    using world = stageInFolder()
    world.work(
      publish([reading(0, 100), reading(200, 130)]),
      publish(reading(103, 110)),
      publish({ meter: 'W2', time: at(200), consumption: 1, intervalSeconds: 3_600, unit: 'L' }),
      publish({ meter: 'W2', time: at(1), consumption: 2, intervalSeconds: 3_600, unit: 'L' }),
    )
    expect(world.registry.counters()).toMatchObject({ kept: 5, late: 2 })
    expect(world.stored().get(`W1 ${at(103)}`)).toMatchObject({
      quality: 'late',
      consumption: null,
      register: 110,
    })
    expect(world.stored().get(`W1 ${at(200)}`)).toMatchObject({ consumption: 30, revision: false })
    expect(world.stored().get(`W2 ${at(1)}`)).toMatchObject({ quality: 'late', consumption: 2 })
    world.work(publish(reading(103, 110)))
    expect(world.registry.counters()).toMatchObject({ kept: 5, duplicates: 1 })
  })

  it('refuses a clock ahead, once a meter tells the detector, and takes an hour of tolerance', () => {
    using world = stageInFolder()
    world.work(
      publish({ ...reading(0, 1), time: RECEIVED_MS + HOUR_MS }),
      publish([
        { ...reading(0, 1), time: RECEIVED_MS + HOUR_MS + 1 },
        { ...reading(0, 1), time: RECEIVED_MS + 3_650 * DAY_MS },
      ]),
    )
    expect(world.registry.counters()).toMatchObject({ kept: 1, rejectedByCode: { 'time-in-future': 2 } })
    expect(world.log().filter((entry) => entry.type === 'clock-ahead')).toEqual([
      {
        type: 'clock-ahead',
        receivedAtMs: RECEIVED_MS,
        gateway: 'gw1',
        meter: 'W1',
        household: null,
        timeMs: RECEIVED_MS + HOUR_MS + 1,
      },
    ])
  })

  it('tells a register fault when a spike comes back, and revises the spike', () => {
    using world = stageInFolder()
    world.work(publish([reading(0, 100), reading(1, 9_000_000)]), publish(reading(2, 120)))
    expect(world.log().at(-1)).toMatchObject({
      type: 'readings',
      readings: [{ consumption: 20, intervalMs: 2 * HOUR_MS }],
    })
    expect(world.log().find((entry) => entry.type === 'register-fault')).toMatchObject({
      meter: 'W1',
      timeMs: at(1),
      register: 9_000_000,
      expected: 100,
    })
    expect(world.stored().get(`W1 ${at(1)}`)).toMatchObject({
      consumption: null,
      quality: 'missing',
      revision: true,
    })
  })

  it('keeps the kind of a meter for life', () => {
    using world = stageInFolder()
    world.work(publish(reading(0, 1)), publish({ ...reading(1, 2), unit: 'kWh' }))
    expect(world.registry.counters()).toMatchObject({ kept: 1, rejectedByCode: { 'kind-mismatch': 1 } })
  })

  it('registers households whole: a meter moves to the home that names it, one no longer named is nobody’s', () => {
    using world = stageInFolder()
    world.work(publish(reading(0, 1)), register(household('H1', 'W1', 'W2')), publish(reading(1, 2)))
    expect(world.registry.household('H1' as never)?.meters.map((m) => m.id)).toEqual(['W1', 'W2'])
    expect(world.registry.counts()).toEqual({ households: 1, metersRegistered: 2, metersUnregistered: 0 })
    world.work(register(household('H2', 'W2')), publish(reading(2, 3)), register(household('H1', 'W3')))
    expect(world.registry.household('H1' as never)?.meters.map((m) => m.id)).toEqual(['W3'])
    expect(world.registry.metersOf('H2' as never).map((m) => m.id)).toEqual(['W2'])
    expect(world.registry.unregisteredMeters(null, 10).items.map((m) => m.id)).toEqual(['W1'])
    world.work(publish(reading(3, 4)))
    expect([...world.stored().values()].map((one) => one.household)).toEqual([null, 'H1', 'H1', null])
    expect(world.log().map((entry) => entry.type)).toEqual([
      'readings',
      'households',
      'readings',
      'households',
      'readings',
      'households',
      'readings',
    ])
  })

  it('hands control entries on unchanged, between the readings they came between', () => {
    using world = stageInFolder()
    const controls: JournalEntry[] = [
      { type: 'tick', receivedAtMs: 1 },
      { type: 'absence', receivedAtMs: 2, household: 'H1' as never, fromMs: 1, toMs: 2, reason: '探亲' },
      { type: 'settings', receivedAtMs: 3, budget: 0.5, timezone: 'Asia/Shanghai' },
    ]
    world.work(publish(reading(0, 1)), ...controls, publish(reading(1, 2)))
    expect(world.log().slice(1, 4)).toEqual(controls)
    expect(world.log()).toHaveLength(5)
  })

  it('keeps the payload of a reject to 4 KiB of valid text', () => {
    using world = stageInFolder()
    world.work(
      publish({ ...reading(0, 1), unit: '水'.repeat(5_000) }),
      publishText('{"a":"\0\uD800' + 'x'.repeat(10)),
      publish({ ...reading(0, 1), unit: '\uD800' }),
    )
    const payloads = world.registry.rejects({}, null, 10).items.map((reject) => reject.payload)
    expect(Buffer.byteLength(payloads[2]!)).toBeLessThanOrEqual(4_096)
    expect(Buffer.byteLength(payloads[2]!)).toBeGreaterThan(4_090)
    for (const payload of payloads) {
      expect(payload.isWellFormed()).toBe(true)
      expect(payload).not.toContain('\0')
    }
  })

  it('lists households by area, in pages whose order stands', () => {
    using world = stageInFolder()
    const homes = ['a/b', 'a/b/c', 'a/bc', 'a', null].map((region, i) => ({
      ...household(`H${i}`, `W${i}`),
      region,
    }))
    world.work(register(...(homes as Household[])))
    const ids = (areas: string[] | null): string[] =>
      world.registry.households({ areas }, null, 10).items.map((one) => one.id)
    expect(ids(['a/b'])).toEqual(['H0', 'H1'])
    expect(ids(['a'])).toEqual(['H0', 'H1', 'H2', 'H3'])
    expect(ids(['a/bc', 'a/b/c'])).toEqual(['H1', 'H2'])
    expect(ids([])).toEqual([])
    expect(ids(null)).toHaveLength(5)
    const first = world.registry.households({ areas: null }, null, 3)
    world.work(register(household('H00', 'W9')))
    const second = world.registry.households({ areas: null }, first.next, 3)
    expect([...first.items, ...second.items].map((one) => one.id)).toEqual(['H0', 'H1', 'H2', 'H3', 'H4'])
  })

  it('is empty to its readers before it has ever started', () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-ingest-'))
    const registry = openRegistryReader(dir)
    expect(registry.counters()).toMatchObject({ received: 0, backlogEntries: 0 })
    expect(registry.meter('W1' as MeterId)).toBeNull()
    expect(registry.rejects({}, null, 10)).toEqual({ items: [], next: null })
    expect(registry.counts()).toEqual({ households: 0, metersRegistered: 0, metersUnregistered: 0 })
    fs.writeFileSync(path.join(dir, 'ingest.db'), '')
    expect(registry.households({ areas: null }, null, 10).items).toEqual([])
    registry.close()
    fs.rmSync(dir, { recursive: true })
  })
})
