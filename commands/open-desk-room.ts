import { Registry } from 'prom-client'
import type { KeyStore } from '../access/key-store.ts'
import { buildApi } from '../api/build-api.ts'
import { openDesk } from '../api/desk/open-desk.ts'
import type { JournalEntry } from '../domain/log-entry.ts'
import { appendDirectly } from '../logs/journal/append-directly.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { openFindingsReader } from '../detector/findings/read-findings.ts'
import { OperationalError } from '../domain/operational-error.ts'
import { openRegistryReader } from '../ingest/open-registry-reader.ts'
import type { Logger } from '../platform/log.ts'
import type { StageThread } from '../platform/thread.ts'
import { openRefusedReader } from '../store/read-refused.ts'
import type { StoreCalls, StoreEvent } from '../store/stage.ts'
import type { Config } from './config.ts'
import { keepPumping } from './keep-pumping.ts'
import { publishAlerts } from './publish-alerts.ts'
import type { Stages } from './start-system.ts'
import { watchStages } from './watch-stages.ts'

/** The desk and its API, listening. */
export interface DeskRoom {
  readonly address: string
  /** The detector has said something: take it now instead of at the next round. */
  nudge(): void
  close(): Promise<void>
}

export interface DeskRoomOptions {
  readonly config: Config
  readonly log: Logger
  readonly keys: KeyStore
  readonly store: StageThread<StoreCalls, StoreEvent>
  readonly stages: Stages
}

/** Opens the desk over what ingest and the detector have written, keeps it up to date, and serves it. */
export async function openDeskRoom(options: DeskRoomOptions): Promise<DeskRoom> {
  const { config, log, keys, store, stages } = options
  const closing = new AsyncDisposableStack()
  try {
    const registry = openRegistryReader(config.data)
    closing.defer(() => registry.close())
    const refused = openRefusedReader(config.data)
    closing.defer(() => refused.close())
    const findings = openFindingsReader(config.data)
    closing.defer(() => findings.close())
    const desk = openDesk({ dataDir: config.data, clock: Date.now, findings, registry })
    closing.defer(() => desk.close())
    desk.onEvent(publishAlerts(stages.broker, log))
    const pump = keepPumping(() => desk.pump().more, log)
    closing.defer(() => pump.stop())
    const watch = watchStages(stages, registry, () => pump.failure())
    closing.defer(() => watch.stop())

    const api = await buildApi({
      desk,
      registry,
      rejects: [registry, refused],
      store: {
        readings: (...query) => store.call('readings', ...query),
        consumption: (...query) => store.call('consumption', ...query),
        last: (meter) => store.call('last', meter),
      },
      record: recorder(config, stages),
      view: async (household) => (await stages.detector?.call('household', household)) ?? null,
      blind: async (households) => (await stages.detector?.call('blind', households)) ?? {},
      countBlind: async (areas) => (await stages.detector?.call('countBlind', areas)) ?? null,
      keys,
      auth: config.auth,
      health: () => watch.health(),
      status: () => watch.status(),
      metrics: new Registry(),
      timezone: config.timezone,
      log,
      clock: Date.now,
    })
    closing.defer(() => api.close())
    const address = await listen(() => api.listen({ host: config.host, port: config.httpPort }), config)
    return { address, nudge: () => pump.nudge(), close: () => closing.disposeAsync() }
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}

/** The broker's process writes its own journal; another role's appends beside it, as commands do. */
function recorder(config: Config, { journal }: Stages): (entry: JournalEntry) => Promise<void> {
  if (journal !== null) return (entry) => journal.append(entry)
  return async (entry) => void appendDirectly(dataFiles(config.data).journal, entry)
}

async function listen(attempt: () => Promise<string>, { host, httpPort }: Config): Promise<string> {
  try {
    return await attempt()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EADDRINUSE') {
      throw new OperationalError(
        'port-in-use',
        `port ${httpPort} on ${host} is taken. Stop what uses it, or choose another with --http-port or HEARTHLINE_HTTP_PORT.`,
      )
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new OperationalError(
        'port-unusable',
        `cannot listen on ${host}:${httpPort} (${code}). Choose another with --host and --http-port.`,
      )
    }
    throw error
  }
}
