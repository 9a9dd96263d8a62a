import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { newMember } from '../detector/core/area/member.ts'
import { newDetector, type Detector } from '../detector/core/detector.ts'
import { foldEntry } from '../detector/core/fold-entry.ts'
import { foldHome, type HomeContext } from '../detector/core/fold-home.ts'
import type { Profile } from '../detector/core/observation.ts'
import { newRecord, newRow, shelfFor, stateIn, type Shelf } from '../detector/core/state/records.ts'
import { copyRecord, recordBytes } from '../detector/core/state/slab.ts'
import { FLAG, type Item } from '../detector/core/window.ts'
import { DETECTOR_MIGRATIONS } from '../detector/findings/schema.ts'
import { openSnapshots } from '../detector/snapshot.ts'
import type { Household } from '../domain/household.ts'
import type { HouseholdId, MeterId } from '../domain/ids.ts'
import { HOUR_MS, MINUTE_MS } from '../domain/time.ts'
import { openDatabase } from '../platform/sqlite.ts'
import { amountAt, METERS, newVillage, PATTERNS, START_MS, type Village } from './detector-village.ts'
import { count, say } from './system.ts'
import { readingsOf } from './live-feed.ts'

const QUARTER_MS = 15 * MINUTE_MS
const WEEKS = 6
/** Long enough for the lateness window to be full and most homes to be judged. */
const LIVE_WEEKS = 4
const WARM_UP_HOMES = 32
const TIMEZONE = 'Asia/Shanghai'
const READING = FLAG.measured | FLAG.heard

/**
 * How fast homes are folded, and what they cost. Everything is worked by the code that the live system runs, on one core;
 * memory is measured before and after, not worked out.
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      meters: { type: 'string', default: '1000000' },
      live: { type: 'string', default: '1000' },
      part: { type: 'string' },
    },
  })
  const homes = Math.ceil(Number(values.meters) / METERS)
  const live = Math.ceil(Number(values.live) / METERS)
  switch (values.part) {
    case undefined:
      say(`one core of ${os.availableParallelism()}; homes of a water and an electricity meter\n`)
      for (const part of ['fold', 'hold', 'live']) await runApart(part, args)
      break
    case 'fold':
      measureFold('every 15 min', newVillage(WEEKS, QUARTER_MS), PATTERNS)
      measureFold('every hour', newVillage(WEEKS, HOUR_MS), 4 * PATTERNS)
      break
    case 'hold':
      holdAll(homes, newVillage(WEEKS, QUARTER_MS))
      break
    case 'live':
      await runLive(live, newVillage(LIVE_WEEKS, QUARTER_MS))
  }
}

/** In a process of its own, so that no part pays for the memory of another. */
async function runApart(part: string, args: readonly string[]): Promise<void> {
  const door = fileURLToPath(new URL('./run.ts', import.meta.url))
  const options = ['--expose-gc', '--max-old-space-size=12000', door, 'detector', ...args, '--part', part]
  const child = spawn(process.execPath, options, { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`part ${part} ended with ${code}`)
}

function profileOf(home: number, rule: Profile['rule'] = 'evidence'): Profile {
  return {
    household: `H${home}` as HouseholdId,
    tier: 'medium',
    timezone: TIMEZONE,
    rule,
    meters: [
      { id: `W${home}` as MeterId, kind: 'water' },
      { id: `E${home}` as MeterId, kind: 'electricity' },
    ],
  }
}

/** Records and rows of homes that have lived, to go on from. */
interface Lived {
  readonly shelf: Shelf
  readonly records: readonly number[]
  readonly rows: readonly number[]
  readonly context: HomeContext
}

/** Homes one after the other, as a replay or the backtest folds them. */
function measureFold(name: string, village: Village, homes: number): Lived {
  const zeros = timeZeros(village)
  const rule = foldWarm(village, homes, 'silent-by-tier')
  const model = foldWarm(village, homes, 'evidence')
  say(`fold, a reading of each meter ${name}, ${WEEKS} weeks of ${count(homes)} homes`)
  say(`  counting zeros (yardstick)  ${count(zeros)} readings/s`)
  say(`  a fixed rule (yardstick)    ${count(rule.rate)} readings/s`)
  say(`  evidence of life            ${count(model.rate)} readings/s; ${count(model.said)} findings`)
  say(`  ratio                       ${(model.rate / rule.rate).toFixed(2)} of the fixed rule\n`)
  return model.lived
}

/** The least that can be done with a reading: to look at it. */
function timeZeros({ amount }: Village): number {
  let zeros = 0
  const begin = process.cpuUsage()
  for (let round = 0; round < 20; round++) for (const value of amount) if (value === 0) zeros++
  const seconds = cpuSeconds(begin) / 20
  if (zeros === 0) throw new Error('nobody was ever silent')
  return amount.length / seconds
}

/** A few homes first: the detector runs for weeks, and its first tenth of a second is the compiler's. */
function foldWarm(village: Village, homes: number, rule: Profile['rule']): ReturnType<typeof foldVillage> {
  foldVillage(village, WARM_UP_HOMES, rule)
  return foldVillage(village, homes, rule)
}

function foldVillage(
  village: Village,
  homes: number,
  rule: Profile['rule'],
): { rate: number; said: number; lived: Lived } {
  const { context, records: all } = newDetector({ budget: 0.5, timezone: TIMEZONE })
  const profiles = Array.from({ length: homes }, (_, home) => profileOf(home, rule))
  const shelf = shelfFor(all, profileOf(0, rule))
  const records = profiles.map((profile) => newRecord(shelf, profile))
  const rows = profiles.map(() => newRow(shelf))
  let said = 0
  const hear = (): void => void said++
  const begin = process.cpuUsage()
  profiles.forEach((profile, home) => {
    const state = stateIn(shelf, records[home] ?? 0, profile)
    for (let step = 0; step < village.steps; step++) {
      for (let meter = 0; meter < METERS; meter++) {
        const item = itemAt(village, home, step, meter)
        foldHome(state, shelf.rows, rows[home] ?? 0, ALONE, item, context, hear)
      }
    }
  })
  const seconds = cpuSeconds(begin)
  const rate = (homes * village.steps * METERS) / seconds
  return { rate, said, lived: { shelf, records, rows, context } }
}

/** A home whose areas have nothing to tell it. */
const ALONE = newMember()

/** One for all, as nobody keeps it. */
const item = { endMs: 0, meter: 0, intervalMs: 0, amount: 0, flags: READING }

function itemAt(village: Village, home: number, step: number, meter: number): Item {
  item.endMs = START_MS + (step + 1) * village.stepMs
  item.meter = meter
  item.intervalMs = village.stepMs
  item.amount = amountAt(village, home, step, meter)
  return item
}

/** All homes in memory at once, each with the state of one that has lived; then an hour of readings, as a live feed brings them. */
function holdAll(homes: number, village: Village): void {
  const { lived } = foldVillage(village, PATTERNS, 'evidence')
  const { shelf, context } = lived
  const before = memory()
  const records = new Uint32Array(homes)
  const rows = new Uint32Array(homes)
  for (let home = 0; home < homes; home++) {
    records[home] = copyRecord(shelf.slab, lived.records[home % PATTERNS] ?? 0)
    rows[home] = copyRecord(shelf.rows, lived.rows[home % PATTERNS] ?? 0)
  }
  const bytes = memory() - before
  const meters = homes * METERS
  // Explanations name the home; no more of a profile is looked at here.
  const profiles = Array.from({ length: PATTERNS }, (_, home) => profileOf(home))
  let said = 0
  const hear = (): void => void said++
  const waves = 4
  const begin = process.cpuUsage()
  for (let wave = 0; wave < waves; wave++) {
    for (let home = 0; home < homes; home++) {
      const profile = profiles[home % PATTERNS]
      if (profile === undefined) continue
      const state = stateIn(shelf, records[home] ?? 0, profile)
      for (let meter = 0; meter < METERS; meter++) {
        const item = itemAt(village, home, village.steps + wave, meter)
        foldHome(state, shelf.rows, rows[home] ?? 0, ALONE, item, context, hear)
      }
    }
  }
  const spent = cpuSeconds(begin)
  say(`${count(meters)} meters held in one process, in their order`)
  say(`  memory (process)            ${(bytes / meters).toFixed(0)} B a meter, ${gb(bytes)}`)
  say(`  an hour of all of them      ${count((waves * meters) / spent)} readings/s; ${count(said)} findings`)
  saveAll(shelf, records, meters)
}

/** Records written to a file and read back: what the state alone costs to keep. */
function saveAll({ slab }: Shelf, records: Uint32Array, meters: number): void {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-bench-'))
  try {
    const file = path.join(dir, 'records')
    const begin = performance.now()
    const out = fs.openSync(file, 'w')
    for (const chunk of slab.chunks) fs.writeSync(out, chunk.u8)
    fs.fsyncSync(out)
    fs.closeSync(out)
    const saved = performance.now()
    const into = fs.openSync(file, 'r')
    let bytes = 0
    for (const chunk of slab.chunks) bytes += fs.readSync(into, chunk.u8)
    fs.closeSync(into)
    const restored = performance.now()
    if (recordBytes(slab, records[0] ?? 0).every((byte) => byte === 0)) throw new Error('nothing came back')
    say(
      `  records to disk and back    ${seconds(saved - begin)} with fsync, ${seconds(restored - saved)} back; ${gb(bytes)}, ${(bytes / meters).toFixed(0)} B a meter\n`,
    )
  } finally {
    fs.rmSync(dir, { recursive: true })
  }
}

/** The whole detector of the live system: registered homes, entries of readings, the lateness window, what was said. */
async function runLive(homes: number, village: Village): Promise<void> {
  const before = await heap()
  const detector = newDetector({ budget: 0.5, timezone: TIMEZONE })
  foldEntry(detector, { type: 'households', receivedAtMs: START_MS, households: register(homes) })
  let spent = 0
  for (let step = 0; step < village.steps; step++) {
    const readings = readingsOf(village, homes, step)
    const from = process.cpuUsage()
    foldEntry(detector, { type: 'readings', readings })
    spent += cpuSeconds(from)
  }
  const meters = homes * METERS
  const whole = ((await heap()) - before) / meters
  const window = windowBytes(detector) / meters
  say(`live detector, ${count(meters)} meters every 15 min, ${LIVE_WEEKS} weeks in their order`)
  say(`  readings/s                  ${count((village.steps * meters) / spent)}`)
  say(
    `  memory (heap and buffers)   ${whole.toFixed(0)} B a meter, of which the lateness window ${window.toFixed(0)} B`,
  )
  measureSnapshot(detector, meters)
}

function register(homes: number): Household[] {
  return Array.from({ length: homes }, (_, home) => ({
    id: `H${home}` as HouseholdId,
    region: null,
    tier: 'medium',
    timezone: null,
    rule: 'evidence',
    meters: [...profileOf(home).meters],
    contacts: [],
  }))
}

/** Packed items and the older states of the ladders. */
function windowBytes(detector: Detector): number {
  let bytes = 0
  for (const { rewind, shelf } of detector.homes.values()) {
    bytes += rewind.window.stretch.room + rewind.ladder.length * shelf.slab.bytes
  }
  return bytes
}

/** What the stage does from time to time, and at its start. */
function measureSnapshot(detector: Detector, meters: number): void {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-bench-'))
  try {
    const file = path.join(dir, 'detector.db')
    const db = openDatabase({ file, synchronous: 'FULL', migrations: DETECTOR_MIGRATIONS, cacheMiB: 32 })
    const snapshots = openSnapshots(db)
    const begin = performance.now()
    snapshots.save(detector, { partition: 0, offset: 1 })
    const saved = performance.now()
    const loaded = snapshots.load()
    const restored = performance.now()
    if (loaded?.detector.homes.size !== detector.homes.size) throw new Error('homes were lost')
    db.close()
    const perMillion = (ms: number): string => seconds((ms * 1e6) / meters)
    say(
      `  snapshot of all             ${seconds(saved - begin)}, ${perMillion(saved - begin)} per million meters; ${(fs.statSync(file).size / meters).toFixed(0)} B a meter`,
    )
    say(
      `  restore                     ${seconds(restored - saved)}, ${perMillion(restored - saved)} per million meters`,
    )
  } finally {
    fs.rmSync(dir, { recursive: true })
  }
}

/** What the process holds: RSS, after a collection where node was started with --expose-gc. */
function memory(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().rss
}

/** What is in use: of a small village the process holds more, which it has only not given back. */
async function heap(): Promise<number> {
  // Buffers are given back some time after the collection that found them unused.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    await setTimeout(100)
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Of this process, collections included: another's load on the machine costs time, and no work. */
function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

function gb(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`
}
