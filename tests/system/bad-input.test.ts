import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { requireProgram } from '../require-program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { freePorts, listAll, startServe, until, untilWorked } from './serve-process.ts'

const run = promisify(execFile)

test('each kind of bad input is visible where it belongs, and costs no other reading', async (context) => {
  requireProgram(context, 'mosquitto_pub')
  const serve = await startServe(temporaryFolder(), await freePorts(2))
  const port = new URL(serve.mqtt).port
  const publish = (...args: string[]): Promise<unknown> =>
    run('mosquitto_pub', [
      '-h',
      '127.0.0.1',
      '-p',
      port,
      '-q',
      '1',
      '-t',
      'hearthline/v1/gw1/readings',
      ...args,
    ])
  const register = (meter: string, time: string, value: number, unit = 'm3'): string =>
    JSON.stringify({ meter, time, register: value, unit })

  await publish('-m', '{"meter":"M1","time":"2026-11-20T08:00:00Z","register":1.5,"unit":"m3"}')
  await until(
    () => serve.get('/api/v1/meters/M1/readings'),
    ({ status, body }) => status === 200 && body.items.length === 1,
  )
  await publish('-m', '{"meter":"M1",')
  await publish('-m', register('M1', '2026-11-20T09:00:00Z', 1.6, 'gallons'))
  await publish('-m', register('M1', '2026-11-20T10:00:00', 1.7))
  const large = path.join(temporaryFolder(), 'large.json')
  fs.writeFileSync(large, `[${'{"meter":"M1"},'.repeat(140_000)}{}]`)
  await publish('-f', large).catch(() => {})
  await publish('-m', register('M1', '2036-11-20T10:00:00Z', 1.7))
  await publish('-m', register('M1', '2026-11-20T11:00:00Z', 1.2))
  await publish(
    '-m',
    `[${register('M1', '2026-11-20T12:00:00Z', 1.25)},17,${register('M2', '2026-11-20T12:00:00Z', 9)}]`,
  )

  const { readings } = await until(
    () => untilWorked(serve),
    (overview) => overview.readings.received === 10,
  )
  expect(readings).toEqual({ received: 10, stored: 4, duplicates: 0, rejected: 6 })
  const rejects = await listAll(serve, '/api/v1/rejects')
  expect(rejects.map((reject) => reject.code).sort()).toEqual(
    [
      'invalid-element',
      'invalid-json',
      'invalid-time',
      'invalid-unit',
      'packet-too-large',
      'time-in-future',
    ].sort(),
  )
  for (const reject of rejects)
    expect(reject).toMatchObject({ gateway: 'gw1', topic: 'hearthline/v1/gw1/readings' })
  expect(rejects.find(({ code }) => code === 'invalid-element').payload).toBe('17')

  const m1 = await listAll(serve, '/api/v1/meters/M1/readings')
  expect(m1.map(({ time, register: value }) => [time, value])).toEqual([
    ['2026-11-20T08:00:00Z', 1500],
    ['2026-11-20T11:00:00Z', 1200],
    ['2026-11-20T12:00:00Z', 1250],
  ])
  // A register that falls is a new baseline, never a negative use.
  expect(m1.map(({ consumption }) => consumption)).toEqual([null, null, 50])
  const skew = await until(
    () => serve.get('/api/v1/alerts?kind=clock-skew'),
    ({ body }) => body.items.length === 1,
  )
  expect(skew.body.items[0]).toMatchObject({ household: 'M1', category: 'device', meters: ['M1'] })
  expect(await serve.stop()).toBe(0)
})
