import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { realData } from '../real-data.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { DOOR, freePorts, listAll, startServe, untilWorked } from './serve-process.ts'

const run = promisify(execFile)
const ROWS = 404_676

test('every row of a real register file is accounted for, and a second replay changes nothing', async (context) => {
  const file = realData(context, 'daiad_water_register.csv.gz')
  const serve = await startServe(temporaryFolder(), await freePorts(2))
  const replay = async (): Promise<{ published: number; acked: number }> => {
    const args = ['--readings', file, '--speed', 'max', '--mqtt', serve.mqtt, '--json']
    const { stdout } = await run(process.execPath, [DOOR, 'replay', ...args])
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  }
  const alerts = async (): Promise<unknown[]> => listAll(serve, '/api/v1/alerts')

  expect(await replay()).toMatchObject({ published: ROWS, acked: ROWS })
  const first = await untilWorked(serve)
  const { received, stored, duplicates, rejected } = first.readings
  expect(received).toBe(ROWS)
  expect(stored + duplicates + rejected).toBe(ROWS)
  expect((await listAll(serve, '/api/v1/rejects')).length).toBe(rejected)
  let listed = 0
  for (const meter of await listAll(serve, '/api/v1/meters')) {
    listed += (await listAll(serve, `/api/v1/meters/${meter.id}/readings`)).length
  }
  expect(listed).toBe(stored)
  const before = await alerts()
  expect(before.length).toBeGreaterThan(0)

  await replay()
  const second = await untilWorked(serve)
  expect(second.readings.received).toBe(2 * ROWS)
  expect(second.readings.stored).toBe(stored)
  expect(await alerts()).toEqual(before)
  await serve.stop()
}, 300_000)
