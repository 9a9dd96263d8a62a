import { describe, expect, it } from 'vitest'
import { asRegistered, contendersOf, RULES } from '../../detector/backtest/contender.ts'
import { startCrew } from '../../detector/backtest/crew.ts'
import { BYTES_PER_ROW, readRows } from '../../detector/backtest/load-readings.ts'
import { DAY_MS } from '../../domain/time.ts'
import { MONDAY_MS } from '../detector/life-timeline.ts'
import { OperationalError } from '../../domain/operational-error.ts'
import { openReadingFile } from '../../platform/reading-file.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { foldFile, rowsOf, write } from './history.ts'

describe('several workers', () => {
  it('give to the byte what one gives, for every rule and budget, with lives made to stop', async () => {
    const file = write(temporaryFolder(), 'a.csv', rowsOf(6, 100, 3))
    const contenders = [asRegistered(0.8), ...contendersOf(RULES, [0.2, 1.5])]
    const options = { contenders, stops: { seed: 5, rounds: 3 }, joined: true }
    const [alone, ...others] = await Promise.all(
      [1, 2, 5].map((workers) => foldFile(file, { ...options, workers })),
    )
    expect(alone?.alerts.length).toBeGreaterThan(5)
    expect(alone?.history.stops.length).toBe(6)
    expect(alone?.history.homes.every(({ alerts }) => alerts.length === contenders.length)).toBe(true)
    const text = JSON.stringify(alone)
    for (const other of others) expect(JSON.stringify(other)).toBe(text)
    // JSON has no Infinity: alerts that nothing has cleared are told from those cleared at no time.
    for (const other of others) expect(other.history).toEqual(alone?.history)
  })

  it('fold across a gap of weeks in the whole file', async () => {
    const rows = rowsOf(4, 150, 9)
    const days = (row: string): number => (Date.parse(row.slice(0, 20)) - MONDAY_MS) / DAY_MS
    const file = write(
      temporaryFolder(),
      'gap.csv',
      rows.filter((row) => days(row) < 60 || days(row) > 100),
    )
    const contenders = [asRegistered(1)]
    const [one, two] = await Promise.all([1, 2].map((workers) => foldFile(file, { contenders, workers })))
    expect(JSON.stringify(two)).toBe(JSON.stringify(one))
    expect(one?.alerts.some(({ raisedAtMs }) => raisedAtMs > MONDAY_MS + 100 * DAY_MS)).toBe(true)
  })

  it('end with an error that says so when a worker fails, and leave nothing running', async () => {
    const file = write(temporaryFolder(), 'a.csv', rowsOf(4, 20, 1))
    const { meters } = await readRows(
      openReadingFile(file),
      () => {},
      () => {},
    )
    const homes = meters.map(({ meter, kind, ...rows }) => ({
      // No such zone: the fold throws in the worker.
      profile: {
        household: meter as never,
        tier: 'medium' as const,
        timezone: 'Nowhere/At-All',
        rule: 'evidence' as const,
        meters: [{ id: meter, kind }],
      },
      meters: [{ meter, kind, ...rows }],
    }))
    const contenders = [asRegistered(1)]
    await expect(
      (async () => {
        const crew = await startCrew(2, contenders, homes)
        try {
          await crew.ask('foldBlock', crew.span.firstDay, 6, [[11, 11, 11, 11, 11, 11]], [])
        } finally {
          await crew.stop()
        }
      })(),
    ).rejects.toThrow('Nowhere/At-All')
  })
})

describe('a file too large for the memory', () => {
  it('is refused in words, with what there is room for', async () => {
    const file = write(temporaryFolder(), 'a.csv', rowsOf(4, 20, 1))
    const reading = readRows(
      openReadingFile(file),
      () => {},
      () => {},
      1000 * BYTES_PER_ROW,
    )
    await expect(reading).rejects.toThrow(OperationalError)
    await expect(reading).rejects.toThrow(/room for 0\.0 million \(40 B each\)\. Cut the file by homes/)
  })
})
