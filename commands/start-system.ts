import { openKeyStore } from '../access/open-key-store.ts'
import type { KeyStore } from '../access/key-store.ts'
import type { Broker } from '../broker/broker.ts'
import { startBroker } from '../broker/start-broker.ts'
import { type DetectorCalls, type DetectorEvent, startDetector } from '../detector/start.ts'
import type { JournalEntry } from '../domain/log-entry.ts'
import { messageOf } from '../domain/operational-error.ts'
import type { Place } from '../domain/place.ts'
import { MINUTE_MS } from '../domain/time.ts'
import { type IngestCalls, type IngestEvent, startIngest } from '../ingest/start.ts'
import type { JournalWriter } from '../logs/journal/journal.ts'
import { beginBehind } from '../logs/journal/begin-behind.ts'
import { startJournal } from '../logs/journal/start-journal.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { lockFolder } from '../platform/folder-lock.ts'
import type { Logger } from '../platform/log.ts'
import type { StageThread } from '../platform/thread.ts'
import { influxConfigOf } from '../store/influx/config.ts'
import { startStore } from '../store/start.ts'
import type { StoreCalls, StoreEvent } from '../store/stage.ts'
import type { Config, Role } from './config.ts'
import { placesPassed } from './join-logs.ts'
import { type DeskRoom, openDeskRoom } from './open-desk-room.ts'

/** The stages that run in this process; null where a role runs elsewhere. */
export interface Stages {
  readonly journal: JournalWriter | null
  readonly broker: Broker | null
  readonly ingest: StageThread<IngestCalls, IngestEvent> | null
  readonly store: StageThread<StoreCalls, StoreEvent> | null
  readonly detector: StageThread<DetectorCalls, DetectorEvent> | null
}

export interface RunningSystem {
  readonly mqtt: Broker['ports'] | null
  /** Address of the API, such as `http://127.0.0.1:8080`. */
  readonly http: string | null
  /** Puts an entry of one's own into the journal; resolves when it is on disk. */
  append(entry: JournalEntry): Promise<void>
  /** Stops taking readings, lets every stage finish what it holds, closes everything; what was acked is kept. */
  close(): Promise<void>
}

/**
 * Joins the stages into one process, in the order of the arrows. Whatever started is closed again where a later part
 * cannot start.
 * @throws OperationalError for what an operator can mend: folder in use, port in use, files that cannot be opened.
 */
export async function startSystem(
  config: Config,
  log: Logger,
  onCrash: (error: Error) => void,
): Promise<RunningSystem> {
  const closing = new AsyncDisposableStack()
  try {
    const lock = lockFolder(config.data, config.roles)
    closing.defer(() => lock.release())
    let nudgeIngest = (): void => {}
    const passed = placesPassed(config.data)
    if (has(config, 'broker')) goOnBehind(config, passed.journal, log)
    const keys = openKeyStore(dataFiles(config.data).keys)
    closing.defer(() => keys.close())
    const journal = has(config, 'broker')
      ? await openJournal(config, log, onCrash, () => nudgeIngest())
      : null
    if (journal !== null) {
      closing.defer(() => journal.close())
      await beginTime(config, journal, log, closing)
    }
    // What is in the journal is kept: readings are acknowledged while the stages behind it still load their state.
    const broker = journal === null ? null : await openBroker(config, log, keys, journal)
    if (broker !== null) closing.defer(() => broker.close())
    const stages: Stages = {
      journal,
      broker,
      ...(await startStages(config, onCrash, closing, passed.readings)),
    }
    const { ingest, store } = stages
    if (ingest !== null) nudgeIngest = gather(() => ingest.tell('nudge'))
    const room =
      has(config, 'api') && store !== null ? await openDeskRoom({ config, log, keys, store, stages }) : null
    if (room !== null) closing.defer(() => room.close())
    joinStages(stages, room, log)
    return {
      mqtt: broker?.ports ?? null,
      http: room?.address ?? null,
      append(entry) {
        if (journal === null) throw new Error('the journal belongs to the role broker')
        return journal.append(entry)
      },
      async close() {
        // Side by side: each finishes what it holds, and together they keep within what a supervisor waits.
        await Promise.all([broker?.close(), ingest?.stop(), store?.stop(), stages.detector?.stop()])
        await closing.disposeAsync()
      },
    }
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}

const NUDGE_GATHER_MS = 5

/** Waking a thread costs more than a reading does: many nudges become one. */
function gather(nudge: () => void): () => void {
  let timer: NodeJS.Timeout | null = null
  return () => {
    timer ??= setTimeout(() => {
      timer = null
      nudge()
    }, NUDGE_GATHER_MS)
  }
}

function has(config: Config, role: Role): boolean {
  return config.roles.includes(role)
}

function goOnBehind(config: Config, offset: number, log: Logger): void {
  if (!beginBehind(dataFiles(config.data).journal, offset, Date.now())) return
  log.error(
    { offset },
    'journal.db ends before what ingest has worked (was it lost, or restored from an older backup?); it goes on behind that place',
  )
}

function openJournal(
  config: Config,
  log: Logger,
  onCrash: (error: Error) => void,
  onCommitted: () => void,
): Promise<JournalWriter> {
  return startJournal({
    file: dataFiles(config.data).journal,
    onCommitted,
    onFailure: (failure) =>
      failure === null
        ? log.info('the journal can be written again: readings are acknowledged')
        : log.error({ failure }, 'the journal cannot be written: readings are not acknowledged'),
    onCrash,
  })
}

async function startStages(
  config: Config,
  onCrash: (error: Error) => void,
  closing: AsyncDisposableStack,
  logBehind: number,
): Promise<Pick<Stages, 'ingest' | 'store' | 'detector'>> {
  const { data: dataDir, timezone, budget } = config
  const ingest = has(config, 'ingest') ? await startIngest({ dataDir, logBehind: logBehind }, onCrash) : null
  if (ingest !== null) closing.defer(() => ingest.stop())
  const influx = influxConfigOf(config)
  const store = has(config, 'store')
    ? await startStore({ dataDir, influx, retentionDays: config.retentionDays ?? null }, onCrash)
    : null
  if (store !== null) closing.defer(() => store.stop())
  const detector = has(config, 'detector')
    ? await startDetector({ dataDir, timezone, budget }, onCrash)
    : null
  if (detector !== null) closing.defer(() => detector.stop())
  return { ingest, store, detector }
}

function openBroker(config: Config, log: Logger, keys: KeyStore, journal: JournalWriter): Promise<Broker> {
  const { host, mqttPort, auth, mqttTlsPort, mqttWebsocketPort, tlsCert, tlsKey } = config
  const secure = tlsCert !== undefined && tlsKey !== undefined && mqttTlsPort !== undefined
  const plainWebsocket = mqttWebsocketPort !== undefined && !secure
  return startBroker({
    host,
    mqttPort,
    auth,
    journal,
    keys,
    log,
    ...(secure
      ? {
          tls: {
            port: mqttTlsPort,
            certFile: tlsCert,
            keyFile: tlsKey,
            ...(mqttWebsocketPort === undefined ? {} : { websocketPort: mqttWebsocketPort }),
          },
        }
      : {}),
    ...(plainWebsocket ? { websocketPort: mqttWebsocketPort } : {}),
  })
}

/** Whoever has advanced nudges the next reader and says what may be forgotten; each reader also looks for itself. */
function joinStages(stages: Stages, room: DeskRoom | null, log: Logger): void {
  const { journal, ingest, store, detector } = stages
  const mayForget = (reader: string, place: Place): void => {
    // Lost while ingest is ending, the word is said again after the next start.
    ingest?.call('passed', reader, place).catch(() => {})
  }
  ingest?.onEvent((event) => {
    if (event.type !== 'advanced') return sayHealth(log, 'ingest', event)
    journal?.passed('ingest', event.journal)
    store?.tell('nudge')
    detector?.tell('nudge')
  })
  store?.onEvent((event) => mayForget('store', event.place))
  detector?.onEvent((event) => {
    switch (event.type) {
      case 'saved':
        return mayForget('detector', event.place)
      case 'advanced':
        return room?.nudge()
      case 'failing':
      case 'recovered':
        return sayHealth(log, 'detector', event)
    }
  })
}

function sayHealth(
  log: Logger,
  stage: string,
  event: { type: 'failing'; message: string } | { type: 'recovered' },
): void {
  if (event.type === 'recovered') log.info({ stage }, 'a stage goes on')
  else log.error({ stage, failure: event.message }, 'a stage stands still and tries again')
}

const TICK_MS = MINUTE_MS

/** What the detector is run with, and from now on one tick a minute: both are journal entries, so that a replay repeats them. */
async function beginTime(
  config: Config,
  journal: JournalWriter,
  log: Logger,
  closing: AsyncDisposableStack,
): Promise<void> {
  const { budget, timezone } = config
  await journal.append({ type: 'settings', receivedAtMs: Date.now(), budget, timezone })
  const tick = (): void => {
    journal.append({ type: 'tick', receivedAtMs: Date.now() }).catch((error: unknown) => {
      // The next tick replaces it; that the journal cannot be written has been said where it began.
      log.debug({ why: messageOf(error) }, 'a tick was not written')
    })
  }
  tick()
  const timer = setInterval(tick, TICK_MS)
  closing.defer(() => clearInterval(timer))
}
