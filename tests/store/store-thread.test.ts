import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { MeterId } from '../../domain/ids.ts'
import { openIngestDatabase } from '../../ingest/database.ts'
import { createReadingsLogWriter } from '../../logs/readings/readings-log-writer.ts'
import { transact } from '../../platform/sqlite.ts'
import { startStore } from '../../store/start.ts'
import { reading } from './readings.ts'

test('the stage on its thread stores what ingest has laid into the readings log, started before it or after', async () => {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-store-'))
  const crashed = (error: Error): void => expect.unreachable(error.message)
  const store = await startStore({ dataDir, influx: null }, crashed)
  expect(await store.call('status')).toMatchObject({ stored: 0, backlogReadings: 0, degraded: null })

  const db = openIngestDatabase(dataDir)
  const log = createReadingsLogWriter(db)
  transact(db, () => {
    log.reading(reading())
    log.entry({ type: 'tick', receivedAtMs: 5 })
    log.reading(reading({ timeMs: 5 }))
    log.flush()
  })
  const advanced = new Promise((resolve) => store.onEvent(resolve))
  store.tell('nudge')
  expect(await advanced).toEqual({ type: 'advanced', place: log.head() })
  expect(await store.call('status')).toMatchObject({ stored: 2, backlogReadings: 0 })
  const range = { fromMs: -Infinity, toMs: Infinity }
  expect(await store.call('readings', 'M1' as MeterId, range, 10)).toHaveLength(2)
  expect(await store.call('consumption', 'M1' as MeterId, range, '1mo', 'Asia/Shanghai')).toHaveLength(683)
  await store.stop()
  db.close()
  fs.rmSync(dataDir, { recursive: true })
})
