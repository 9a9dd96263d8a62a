import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { onTestFinished } from 'vitest'
import type { Principal } from '../../access/key-store.ts'
import { buildApi } from '../../api/build-api.ts'
import type { ApiDeps, ApiLimits, Health, SystemStatus } from '../../api/deps.ts'
import type { Desk } from '../../api/desk/desk.ts'
import { openDesk } from '../../api/desk/open-desk.ts'
import type { HouseholdView } from '../../detector/start.ts'
import type { MeterId } from '../../domain/ids.ts'
import type { ControlEntry } from '../../domain/log-entry.ts'
import { HOUR_MS } from '../../domain/time.ts'
import type { StoredReading } from '../../store/reading-store.ts'
import { type ToldFindings, toldFindings } from '../desk/told-findings.ts'
import { type FakeRegistry, fakeRegistry, household, meter } from './fake-registry.ts'

export const NORTH = 'zj/north'
export const SOUTH = 'zj/south'

/** Keys are their own names. */
const PRINCIPALS: Record<string, Principal> = {
  boss: { type: 'caller', name: 'boss', role: 'operator', regions: null },
  north: { type: 'caller', name: 'north', role: 'officer', regions: [NORTH] },
  nowhere: { type: 'caller', name: 'nowhere', role: 'supervisor', regions: [] },
  operator_north: { type: 'caller', name: 'operator_north', role: 'operator', regions: [NORTH] },
  gateway: { type: 'gateway', gateway: 'gw1' as never },
}

export interface TestApi {
  readonly app: FastifyInstance
  readonly desk: Desk
  readonly findings: ToldFindings
  readonly registry: FakeRegistry
  readonly readings: Map<MeterId, StoredReading[]>
  readonly keys: Map<string, Principal>
  readonly health: { now: Health }
  readonly clock: { nowMs: number }
  /** What the API has put into the journal. */
  readonly recorded: ControlEntry[]
  /** What the detector knows, by home. */
  readonly views: Map<string, HouseholdView>
  /** `GET path` as `key`. */
  get(path: string, key?: string): Promise<Answer>
  post(path: string, body: unknown, key?: string): Promise<Answer>
  remove(path: string, key?: string): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly headers: Record<string, unknown>
  readonly body: any
}

const STATUS: SystemStatus = {
  store: { backlogSeconds: 7, writeP50Ms: 3, writeP99Ms: 20 },
  readings: { received: 10, stored: 7, duplicates: 2, rejected: 1 },
  rejectedByCode: { 'invalid-unit': 1 },
  backlog: { ingest: 0, store: 3, detector: 4 },
  connections: 5,
  journalFailure: null,
}

/** The real API over a real desk in a folder of its own; fakes only at the doors. Two homes: N1 in the north, S1 in the south. */
export async function startApi(
  options: { auth?: 'on' | 'off'; limits?: Partial<ApiLimits>; deps?: Partial<ApiDeps> } = {},
): Promise<TestApi> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-api-'))
  const findings = toldFindings()
  const registry = fakeRegistry()
  for (const [id, region] of [
    ['N1', `${NORTH}/a`],
    ['S1', `${SOUTH}/b`],
  ] as const) {
    registry.homes.set(id, household(id, region))
    registry.meters.set(`W-${id}`, meter(`W-${id}`, id))
  }
  registry.meters.set('LONE', meter('LONE', null))
  const clock = { nowMs: Date.parse('2026-11-21T08:00:00Z') }
  const desk = openDesk({ dataDir, clock: () => clock.nowMs, findings, registry })
  const recorded: ControlEntry[] = []
  const views = new Map<string, HouseholdView>()
  const readings = new Map<MeterId, StoredReading[]>()
  const keys = new Map(Object.entries(PRINCIPALS))
  const health = { now: { accepting: true, reasons: [] } as Health }
  const app = await buildApi({
    desk,
    registry,
    rejects: [registry],
    store: fakeStore(readings),
    record: async (entry) => void recorded.push(entry),
    view: async (id) => views.get(id) ?? null,
    blind: async (ids) =>
      Object.fromEntries(
        ids.flatMap((id) => {
          const sinceMs = views.get(id)?.blindSinceMs ?? null
          return sinceMs === null ? [] : [[id, sinceMs]]
        }),
      ),
    countBlind: async () => [...views.values()].filter(({ blindSinceMs }) => blindSinceMs !== null).length,
    keys: { authenticateCaller: async (key) => keys.get(key) ?? null },
    auth: options.auth ?? 'on',
    health: () => health.now,
    status: async () => STATUS,
    metrics: new Registry(),
    timezone: 'Asia/Shanghai',
    log: pino({ level: 'silent' }),
    clock: () => clock.nowMs,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...options.deps,
  })
  onTestFinished(async () => {
    await app.close()
    desk.close()
    fs.rmSync(dataDir, { recursive: true, force: true })
  })
  const ask = async (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    key: string | undefined,
    body?: unknown,
  ) => {
    const response = await app.inject({
      method,
      url,
      ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
      ...(body === undefined ? {} : { payload: body as object }),
    })
    const type = response.headers['content-type'] ?? ''
    return {
      status: response.statusCode,
      type,
      headers: response.headers as Record<string, unknown>,
      body: type.includes('json') ? response.json() : response.body,
    }
  }
  return {
    app,
    desk,
    findings,
    registry,
    readings,
    keys,
    health,
    clock,
    recorded,
    views,
    get: (path, key = 'boss') => ask('GET', path, key),
    post: (path, body, key = 'boss') => ask('POST', path, key, body),
    remove: (path, key = 'boss') => ask('DELETE', path, key),
  }
}

function fakeStore(readings: Map<MeterId, StoredReading[]>): ApiDeps['store'] {
  const inside = (id: MeterId, fromMs: number, toMs: number): StoredReading[] =>
    (readings.get(id) ?? []).filter(({ timeMs }) => timeMs > fromMs && timeMs <= toMs)
  return {
    readings: async (id, range, limit) => inside(id, range.fromMs, range.toMs).slice(0, limit),
    consumption: async (id, range) => {
      const buckets = []
      for (let startMs = range.fromMs; startMs < range.toMs; startMs += HOUR_MS) {
        const found = inside(id, startMs, startMs + HOUR_MS)
        const consumption =
          found.length === 0 ? null : found.reduce((sum, { consumption }) => sum + (consumption ?? 0), 0)
        buckets.push({ startMs, endMs: startMs + HOUR_MS, consumption, readings: found.length })
      }
      return buckets
    },
    last: async (id) => readings.get(id)?.at(-1) ?? null,
  }
}

/** Hourly readings of a meter, ending at `lastMs`. */
export function hourly(count: number, lastMs = Date.parse('2026-11-21T00:00:00Z')): StoredReading[] {
  return Array.from({ length: count }, (_, i) => ({
    timeMs: lastMs - (count - 1 - i) * HOUR_MS,
    register: 100 + i,
    consumption: i === 0 ? null : 1,
    intervalMs: i === 0 ? null : HOUR_MS,
    quality: 'measured',
  }))
}
