import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { differenceSeries, type RegisterReading } from '../../ingest/ledger/difference-series.ts'
import { openReadingFile } from '../../platform/reading-file.ts'
import { publish, RECEIVED_MS } from './journal-of.ts'
import { stageInFolder } from './stage-in-folder.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder =
  process.env['HEARTHLINE_TEST_DATA'] ??
  ['../shared/data', '../../shared/data'].map((to) => path.join(root, to)).find((to) => fs.existsSync(to)) ??
  ''
const file = path.join(folder, 'daiad_water_register.csv.gz')

// Real registers with resets, repeats, spikes and gaps; skipped, visibly, where the data is not there.
describe.skipIf(!fs.existsSync(file))('a year of real registers', () => {
  it('yields every litre that the registers have counted, and not more than their backward steps besides', async () => {
    const meters = new Map<string, RegisterReading[]>()
    for await (const { meter, timeMs, value } of openReadingFile(file).rows(() => {})) {
      const readings = meters.get(meter) ?? []
      readings.push({ timeMs, register: value })
      meters.set(meter, readings)
    }
    expect(meters.size).toBe(47)
    for (const readings of meters.values()) {
      const sum = differenceSeries('water', readings).reduce(
        (total, one) => total + (one.consumption ?? 0),
        0,
      )
      const counted = readings.at(-1)!.register - readings[0]!.register
      expect(sum).toBeGreaterThanOrEqual(counted)
      // The largest backward step that stayed: 6 L in one, 11 L in all of one meter.
      expect(sum - counted).toBeLessThanOrEqual(11)
    }
  })

  it('is accounted for to the last row, and a second replay changes nothing', async () => {
    using world = stageInFolder()
    const feed = async (): Promise<number> => {
      let rows = 0
      let batch: object[] = []
      for await (const { meter, timeMs, value } of openReadingFile(file).rows(() => {})) {
        // The first month of each meter is enough here; the whole year is the demo of `replay`.
        if (timeMs > Date.UTC(2016, 3, 1)) break
        rows++
        batch.push({ meter, time: timeMs, register: value, unit: 'L' })
        if (batch.length === 100) world.entries.push(publish(batch.splice(0), 'gw1', RECEIVED_MS))
      }
      if (batch.length > 0) world.entries.push(publish(batch, 'gw1', RECEIVED_MS))
      batch = []
      world.work()
      return rows
    }
    const rows = await feed()
    expect(world.registry.counters()).toMatchObject({
      received: rows,
      kept: rows,
      duplicates: 0,
      rejected: 0,
    })
    const head = world.stage.advance().place
    await feed()
    expect(world.registry.counters()).toMatchObject({
      received: 2 * rows,
      kept: rows,
      duplicates: rows,
      rejected: 0,
    })
    expect(world.stage.advance().place).toEqual(head)
  })
})
