import fs from 'node:fs'
import path from 'node:path'
import { once } from 'node:events'
import zlib from 'node:zlib'
import { pipeline } from 'node:stream/promises'
import { PassThrough } from 'node:stream'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { toIso } from '../../domain/time.ts'
import { makeFolder } from '../../platform/make-folder.ts'
import type { Home } from './home.ts'
import type { Incident } from './incident.ts'
import type { VillageMessage } from './message.ts'
import { truthLines } from './truth.ts'

export interface WriteOptions {
  readonly folder: string
  readonly homes: readonly Home[]
  readonly incidents: readonly Incident[]
  readonly messages: Iterable<VillageMessage>
  readonly timezone: string
  /** Called now and then with the readings written so far. */
  readonly onProgress?: (readings: number, message: VillageMessage) => void
  readonly signal?: AbortSignal
}

export interface WrittenVillage {
  readonly readingsFile: string
  readonly householdsFile: string
  readonly truthFile: string
  readonly readings: number
}

const CHUNK_ROWS = 5_000

/** Writes a village as a reading file (rows in order of sending), a households file and its ground truth. */
export async function writeVillage(options: WriteOptions): Promise<WrittenVillage> {
  const { folder } = options
  const file = (name: string): string => path.join(folder, name)
  try {
    makeFolder(folder)
    fs.writeFileSync(file('households.csv'), householdsCsv(options.homes, options.timezone))
    writeTruth(file('truth.ndjson'), options.incidents)
    const readings = await writeReadings(file('readings.csv.gz'), options)
    return {
      readingsFile: file('readings.csv.gz'),
      householdsFile: file('households.csv'),
      truthFile: file('truth.ndjson'),
      readings,
    }
  } catch (error) {
    throw new OperationalError(
      'village-unwritable',
      `cannot write the village into ${folder}: ${messageOf(error)}. Give a folder that can be written and has space.`,
      { cause: error },
    )
  }
}

export function writeTruth(file: string, incidents: readonly Incident[]): void {
  const lines = truthLines(incidents)
  fs.writeFileSync(file, lines.length === 0 ? '' : `${lines.join('\n')}\n`)
}

async function writeReadings(file: string, options: WriteOptions): Promise<number> {
  const rows = new PassThrough()
  const written = pipeline(rows, zlib.createGzip({ level: 3 }), fs.createWriteStream(file))
  // A full disk ends the pipeline while rows are still being made: then nobody drains them any more.
  const failed = written.then(
    () => undefined,
    () => undefined,
  )
  let readings = 0
  let chunk = 'timestamp,meter_id,kind,value,unit\n'
  let pending = 0
  for (const message of options.messages) {
    for (const { timeMs, meter, kind, register, unit } of message.readings) {
      chunk += `${toIso(timeMs)},${meter},${kind},${register},${unit}_register\n`
      pending++
    }
    if (pending < CHUNK_ROWS) continue
    readings += pending
    pending = 0
    options.onProgress?.(readings, message)
    if (!rows.write(chunk)) await Promise.race([once(rows, 'drain'), failed])
    chunk = ''
    if (rows.destroyed || options.signal?.aborted === true) break
  }
  if (!rows.destroyed) rows.end(chunk)
  await written
  return readings + pending
}

/** One line a meter, as `households import` reads it. */
export function householdsCsv(homes: readonly Home[], timezone: string): string {
  const lines = ['household,region,tier,timezone,rule,meter,kind']
  for (const { household, region, tier, water, electricity } of homes) {
    for (const { id, kind } of [water, electricity]) {
      lines.push([household, region, tier, timezone, 'evidence', id, kind].join(','))
    }
  }
  return `${lines.join('\n')}\n`
}
