import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { OperationalError } from '../../domain/operational-error.ts'
import { type BadLine, type FileRow, openReadingFile } from '../../platform/reading-file.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const HEADER = 'timestamp,meter_id,kind,value,unit\n'

async function readAll(name: string, content: string | Buffer): Promise<{ rows: FileRow[]; bad: BadLine[] }> {
  const file = path.join(temporaryFolder(), name)
  fs.writeFileSync(file, content)
  const rows: FileRow[] = []
  const bad: BadLine[] = []
  for await (const row of openReadingFile(file).rows((line) => bad.push(line))) rows.push(row)
  return { rows, bad }
}

test('a plain and a gzip file give the same rows', async () => {
  const text = `${HEADER}2016-03-01T00:00:00Z,M1,water,2.5,L\n2016-03-01T02:00:00+01:00,M2,electricity,0.2,kWh_register\n`
  const plain = await readAll('a.csv', text)
  const packed = await readAll('a.csv.gz', zlib.gzipSync(text))
  expect(plain).toEqual(packed)
  expect(plain.rows).toEqual([
    { line: 2, timeMs: Date.UTC(2016, 2, 1), meter: 'M1', kind: 'water', value: 2.5, unit: 'L' },
    {
      line: 3,
      timeMs: Date.UTC(2016, 2, 1, 1),
      meter: 'M2',
      kind: 'electricity',
      value: 0.2,
      unit: 'kWh_register',
    },
  ])
})

test('each bad line is named with its number and how to mend it, and its neighbours are kept', async () => {
  const { rows, bad } = await readAll(
    'b.csv',
    `${HEADER}2016-03-01T00:00:00Z,M1,water,1,L\n2016-03-01T01:00:00,M1,water,1,L\n2016-03-01T02:00:00Z,M1,water,,L\n` +
      '2016-03-01T03:00:00Z,a/b,water,1,L\n2016-03-01T04:00:00Z,M1,gas,1,L\n2016-03-01T05:00:00Z,M1,water,1,kWh\n' +
      '2016-03-01T06:00:00Z,M1,water,1,gal\nx\n2016-03-01T07:00:00Z,M1,water,2,L\r\n',
  )
  expect(rows.map((row) => row.line)).toEqual([2, 10])
  expect(bad.map((line) => line.line)).toEqual([3, 4, 5, 6, 7, 8, 9])
  expect(bad[0]?.message).toContain('ISO 8601 with a zone')
})

test('a file that is not there, a folder, another header and damaged gzip are refused in words', async () => {
  const refused = async (run: () => Promise<unknown>): Promise<string> => {
    const error = await run().then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(OperationalError)
    return (error as Error).message
  }
  expect(await refused(async () => openReadingFile('/no/such.csv'))).toContain('no such file')
  const folder = temporaryFolder()
  expect(await refused(async () => openReadingFile(folder))).toContain('not a file')
  expect(await refused(() => readAll('c.csv', 'a,b\n1,2\n'))).toContain('expected "timestamp,meter_id')
  expect(await refused(() => readAll('d.csv', ''))).toContain('empty')
  const cut = zlib.gzipSync(`${HEADER}${'2016-03-01T00:00:00Z,M1,water,1,L\n'.repeat(1000)}`).subarray(0, 60)
  expect(await refused(() => readAll('e.csv.gz', cut))).toContain('unexpected end of file')
})
