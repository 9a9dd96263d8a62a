import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createDetectorStage } from '../detector/stage.ts'
import type { GatewayId } from '../domain/ids.ts'
import { openIngestDatabase } from '../ingest/database.ts'
import { createIngestStage } from '../ingest/ingest-stage.ts'
import { FrameWriter } from '../logs/journal/entry-codec.ts'
import { openJournalFile } from '../logs/journal/journal-file.ts'
import { openJournalReader } from '../logs/journal/read-journal.ts'
import { writeGroup } from '../logs/journal/write-group.ts'
import { openReadingsLogReader } from '../logs/readings/open-readings-log-reader.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { createStoreStage } from '../store/stage.ts'
import { count, say } from './system.ts'
import { readingSource } from './mqtt-load.ts'

const QUARTER_HOUR_MS = 900_000
const START_MS = Date.UTC(2024, 0, 1)
const CONNECTIONS = 100
const MESSAGES_PER_GROUP = 40

/**
 * The stages behind the journal, each alone on one thread over the same readings: what `end-to-end` cannot tell apart.
 * The first quarter of the readings makes the meters known and the code warm, and is not measured.
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      readings: { type: 'string', default: '800000' },
      meters: { type: 'string', default: '20000' },
      'per-message': { type: 'string', default: '50' },
      only: { type: 'string', default: 'ingest,store,detector' },
    },
  })
  const [readings, meters, perMessage] = [values.readings, values.meters, values['per-message']].map(Number)
  if (readings === undefined || meters === undefined || perMessage === undefined) return
  const only = values.only.split(',')
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-stages-'))
  try {
    say(
      `${count(readings)} readings of ${count(meters)} meters, ${perMessage} a message; a quarter of them not measured`,
    )
    fillJournal(dataDir, readings, meters, perMessage)
    await measure('ingest', readings, () => runIngest(dataDir))
    saySize('ingest.db', dataFiles(dataDir).ingest, readings)
    if (only.includes('store')) {
      await measure('store', readings, () => runStore(dataDir))
      saySize('store.db', dataFiles(dataDir).store, readings)
    }
    if (only.includes('detector')) await measure('detector', readings, () => runDetector(dataDir))
  } finally {
    fs.rmSync(dataDir, { recursive: true })
  }
}

function fillJournal(dataDir: string, readings: number, meters: number, readingsPerMessage: number): void {
  const db = openJournalFile(dataFiles(dataDir).journal)
  const options = {
    connections: CONNECTIONS,
    meters,
    startMs: START_MS,
    stepMs: QUARTER_HOUR_MS,
    readingsPerMessage,
  }
  const sources = Array.from({ length: CONNECTIONS }, (_, i) => readingSource(options, i))
  const messages = Math.ceil(readings / readingsPerMessage)
  for (let at = 0; at < messages;) {
    const frames = new FrameWriter(1024 * 1024)
    for (let k = 0; k < MESSAGES_PER_GROUP && at < messages; k++, at++) {
      const gateway = `gw-${at % CONNECTIONS}`
      frames.add({
        type: 'publish',
        receivedAtMs: Date.now(),
        gateway: gateway as GatewayId,
        topic: `hearthline/v1/${gateway}/readings`,
        payload: Buffer.from(sources[at % CONNECTIONS]?.next() ?? ''),
      })
    }
    writeGroup(db, frames.count, new Uint8Array(frames.release(), 0, frames.bytes), Date.now())
  }
  db.close()
}

async function measure(name: string, readings: number, work: () => AsyncGenerator<number>): Promise<void> {
  let begun: { cpu: NodeJS.CpuUsage; at: number; part: number } | null = null
  for await (const part of work()) {
    if (begun === null && part >= 0.25) begun = { cpu: process.cpuUsage(), at: performance.now(), part }
    if (part < 1 || begun === null) continue
    const measured = readings * (1 - begun.part)
    const cpu = process.cpuUsage(begun.cpu)
    const micros = cpu.user + cpu.system
    const wallMicros = (performance.now() - begun.at) * 1_000
    say(
      `${name.padEnd(9)} ${(micros / measured).toFixed(2)} µs of processor and ${(wallMicros / measured).toFixed(2)} µs a reading: ${count((measured / wallMicros) * 1e6)} readings/s`,
    )
    return
  }
}

async function* runIngest(dataDir: string): AsyncGenerator<number> {
  const db = openIngestDatabase(dataDir)
  const journal = openJournalReader(dataFiles(dataDir).journal)
  const stage = createIngestStage(db, journal)
  const head = journal.head().offset
  try {
    for (let advance = stage.workBatch(); advance !== null; advance = stage.workBatch()) {
      yield advance.journal.offset / head
    }
  } finally {
    journal.close()
    db.close()
  }
}

async function* runStore(dataDir: string): AsyncGenerator<number> {
  const log = openReadingsLogReader(dataDir)
  const head = log.head().offset
  const reached: number[] = []
  const stage = await createStoreStage({ dataDir, influx: null }, log, ({ place }) =>
    reached.push(place.offset),
  )
  try {
    for (let at = 0; at < head;) {
      await new Promise((resolve) => setImmediate(resolve))
      at = reached.at(-1) ?? 0
      yield at / head
    }
  } finally {
    await stage.stop()
  }
}

async function* runDetector(dataDir: string): AsyncGenerator<number> {
  const log = openReadingsLogReader(dataDir)
  const head = log.head().offset
  const reached: number[] = []
  const stage = createDetectorStage(
    { dataDir, budget: 0.01, timezone: 'Asia/Shanghai', snapshotEveryMs: 3_600_000 },
    log,
    (event) => {
      if (event.type === 'advanced') reached.push(event.place.offset)
    },
  )
  try {
    for (let at = 0; at < head;) {
      await new Promise((resolve) => setImmediate(resolve))
      at = reached.at(-1) ?? 0
      yield at / head
    }
  } finally {
    await stage.stop()
  }
}

function saySize(name: string, file: string, readings: number): void {
  const bytes = fs.statSync(file).size
  say(`${''.padEnd(9)} ${name} has ${(bytes / readings).toFixed(1)} B a reading`)
}
