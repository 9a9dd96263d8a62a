import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openReadingFile, type BadLine, type FileRow } from '../../platform/reading-file.ts'
import { EXPECTED_ALERTS, INCIDENT_KINDS } from '../../simulators/village/incident.ts'
import { planVillage } from '../../simulators/village/plan-village.ts'
import { writeVillage } from '../../simulators/village/write-village.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'village-'))
afterAll(() => fs.rmSync(folder, { recursive: true }))

const fromMs = Date.parse('2026-03-02T00:00:00+08:00')
const toMs = fromMs + 40 * 86_400_000
const village = planVillage({
  households: 30,
  homesPerGateway: 10,
  seed: 3,
  timezone: 'Asia/Shanghai',
  fromMs,
  toMs,
  incidentsUntilMs: toMs,
  stepMinutes: 60,
  counts: new Map(INCIDENT_KINDS.map((kind) => [kind, 1])),
  faults: new Set(),
  batch: 100,
  join: true,
})

function write(name: string): ReturnType<typeof writeVillage> {
  return writeVillage({
    ...village,
    folder: path.join(folder, name),
    messages: village.messages(),
    timezone: 'Asia/Shanghai',
  })
}

test('a written village can be read back as a reading file, without a bad line', async () => {
  const written = await write('a')
  const rows: FileRow[] = []
  const bad: BadLine[] = []
  for await (const row of openReadingFile(written.readingsFile).rows((line) => bad.push(line))) rows.push(row)
  expect(bad).toEqual([])
  expect(rows.length).toBe(written.readings)
  expect(new Set(rows.map(({ unit }) => unit)).size).toBeGreaterThan(1)
  expect(rows.every(({ unit }) => unit.endsWith('_register'))).toBe(true)
})

test('the same village is written to the same bytes', async () => {
  const [one, other] = [await write('b'), await write('c')]
  for (const file of ['readingsFile', 'householdsFile', 'truthFile'] as const) {
    expect(fs.readFileSync(one[file]).equals(fs.readFileSync(other[file]))).toBe(true)
  }
})

test('the truth names household, kind, time and expected alerts of every kind of incident', async () => {
  const { truthFile } = await write('d')
  const lines = fs.readFileSync(truthFile, 'utf8').trim().split('\n')
  const truths = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(new Set(truths.map(({ kind }) => kind))).toEqual(new Set(INCIDENT_KINDS))
  for (const truth of truths) {
    expect(truth['household']).toMatch(/^H-330106-\d{4}$/)
    expect(truth['expect']).toEqual(EXPECTED_ALERTS[truth['kind'] as keyof typeof EXPECTED_ALERTS])
    expect(Date.parse(String(truth['from']))).toBeGreaterThanOrEqual(fromMs)
    expect(Date.parse(String(truth['to']))).toBeLessThanOrEqual(toMs)
  }
})

test('a folder that cannot be written is one clear line', async () => {
  fs.writeFileSync(path.join(folder, 'file'), '')
  await expect(write('file')).rejects.toMatchObject({ code: 'village-unwritable' })
})
