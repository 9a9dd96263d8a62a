import type { GatewayId, MeterId } from '../../domain/ids.ts'
import type { OperationalError } from '../../domain/operational-error.ts'
import { toIso, type EpochMs } from '../../domain/time.ts'
import { showProgress } from '../../platform/progress.ts'
import { openReadingFile, type BadLine, type ReadingFile } from '../../platform/reading-file.ts'
import { createPace, type Pace, type Speed } from '../publish/pace.ts'
import { INTERRUPTED_ACKS_MS, LAST_ACKS_MS, type Credential } from '../publish/publish-village.ts'
import { openPublisher, type Publisher } from '../publish/publisher.ts'
import { readingsTopic } from '../village/message.ts'
import { createEncoder } from './encode-row.ts'
import { surveyFile, type FileSurvey } from './find-steps.ts'

export interface Replay extends Credential {
  readonly readings: string
  readonly speed: Speed
  readonly mqtt: string
  readonly gateway: GatewayId
  /** Unacknowledged messages over all connections. */
  readonly inFlight: number
  readonly connections: number
  readonly signal: AbortSignal
  readonly onBadLine: (bad: BadLine) => void
}

export interface ReplayReport {
  readonly rows: number
  readonly published: number
  readonly acked: number
  readonly badLines: number
  readonly seconds: number
  readonly messagesPerSecond: number
  readonly interrupted: boolean
  /** Why not everything could be delivered; null where nothing went wrong. */
  readonly failure: string | null
}

/**
 * Publishes a reading file as if its meters spoke now: one reading a message, QoS 1, in the order of the file for each
 * meter, no faster than acks come back.
 * @throws OperationalError `file-unreadable`, `broker-unreachable`, `broker-refused`: nothing has been published then.
 */
export async function replayFile(replay: Replay): Promise<ReplayReport> {
  const file = openReadingFile(replay.readings)
  // The broker is asked first: nobody should wait for a survey to hear that no broker is there.
  const publisher = await openPublisher(lanesOf(replay), replay.inFlight, replay.signal)
  try {
    const survey = await surveyFile(file, replay.signal)
    return await publishRows(replay, openReadingFile(replay.readings), survey, publisher)
  } finally {
    await publisher.close()
  }
}

function lanesOf(replay: Replay): Parameters<typeof openPublisher>[0] {
  const { mqtt, gateway, username, password } = replay
  return Array.from({ length: replay.connections }, (_, lane) => ({
    url: mqtt,
    // Its own name, so that a replay beside a live gateway does not throw the gateway out.
    clientId: `${gateway}-replay-${process.pid}-${lane + 1}`,
    gateway,
    announces: lane === 0,
    username,
    password,
  }))
}

/** Rows between two looks at signals and timers, while the window never fills. */
const ROWS_PER_TURN = 256

async function publishRows(
  replay: Replay,
  file: ReadingFile,
  survey: FileSurvey,
  publisher: Publisher,
): Promise<ReplayReport> {
  const { signal, gateway, speed } = replay
  const topic = readingsTopic(gateway)
  const encode = createEncoder((meter) => survey.stepOf(meter))
  const laneOf = lanePerMeter(replay.connections)
  const bar = showProgress('replaying', survey.rows, 'rows')
  const startedAt = performance.now()
  let pace: Pace | null = null
  let rows = 0
  let badLines = 0
  let failure: OperationalError | null = null
  try {
    const badLine = (bad: BadLine): void => {
      badLines++
      replay.onBadLine(bad)
    }
    for await (const row of file.rows(badLine)) {
      if (signal.aborted) break
      const { timeMs, payload } = encode(row)
      pace ??= createPace(speed, timeMs, signal)
      const early = pace.due(timeMs)
      if (early !== null) await early
      if (signal.aborted) break
      rows++
      const full = publisher.publish(laneOf(row.meter), topic, payload)
      if (full !== null) await full
      if (rows % ROWS_PER_TURN === 0) {
        bar.update(rows, notes(timeMs, publisher))
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await publisher.drained(signal.aborted ? INTERRUPTED_ACKS_MS : LAST_ACKS_MS)
    failure = publisher.failure()
  } catch (error) {
    failure = publisher.failure()
    if (failure === null) throw error
  } finally {
    bar.update(rows)
    bar.finish()
  }
  const seconds = (performance.now() - startedAt) / 1000
  const { published, acked } = publisher
  return {
    rows,
    published,
    acked,
    badLines,
    seconds: Math.round(seconds * 1000) / 1000,
    messagesPerSecond: Math.round(acked / Math.max(seconds, 0.001)),
    interrupted: signal.aborted,
    failure: failure?.message ?? null,
  }
}

function notes(timeMs: EpochMs, publisher: Publisher): string {
  return `${toIso(timeMs).slice(0, 16)} acked ${publisher.acked}`
}

/** A meter keeps its connection, so that its readings stay in order. */
function lanePerMeter(connections: number): (meter: MeterId) => number {
  const lanes = new Map<MeterId, number>()
  return (meter) => {
    let lane = lanes.get(meter)
    if (lane === undefined) lanes.set(meter, (lane = lanes.size % connections))
    return lane
  }
}
