import { describe, expect, it } from 'vitest'
import { viewHousehold, countBlind, viewBlind } from '../../detector/view-household.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import type { Reading } from '../../domain/reading.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import { household, lived, play, readings, START_MS, tick, usual } from './feed.ts'

const hour = (n: number): number => START_MS + n * HOUR_MS
const electric = { kind: 'electricity' } as const
const home: ReadingsLogEntry = {
  type: 'households',
  receivedAtMs: START_MS,
  households: [
    household(
      'H',
      [
        ['W', 'water'],
        ['E', 'electricity'],
      ],
      { region: 'zj/north/a' },
    ),
  ],
}

/** Readings as they are received, and a tick each minute. */
function live(list: readonly Reading[], toMs: number): ReadingsLogEntry[] {
  const entries: ReadingsLogEntry[] = [home]
  const queue = list.toSorted((one, other) => one.receivedAtMs - other.receivedAtMs)
  for (let tickMs = START_MS; tickMs <= toMs; tickMs += MINUTE_MS) {
    while ((queue[0]?.receivedAtMs ?? Infinity) <= tickMs) entries.push(readings(queue.shift()!))
    entries.push(tick(tickMs))
  }
  return entries
}

describe('a home', () => {
  it('is blind since the last of its meters fell silent, and the alert of that one says so', () => {
    const list = [...lived('W', hour(0), hour(30)), ...lived('E', hour(0), hour(40), usual, electric)]
    const half = play(live(list, hour(39)))
    expect(viewHousehold(half.detector, 'H')?.blindSinceMs).toBeNull()
    expect(half.findings.at(-1)).toMatchObject({ kind: 'meter-offline', onsetMs: hour(30) })
    expect(half.findings.at(-1)).not.toMatchObject({ evidence: { blindSince: expect.anything() } })
    const { detector, findings } = play(live(list, hour(48)))
    expect(viewHousehold(detector, 'H')?.blindSinceMs).toBe(hour(40))
    expect(viewBlind(detector, ['H', 'X'])).toEqual({ H: hour(40) })
    expect([null, ['zj/north'], ['zj/south']].map((areas) => countBlind(detector, areas))).toEqual([1, 1, 0])
    expect(findings.at(-1)).toMatchObject({
      kind: 'meter-offline',
      evidence: { blindSince: '2026-03-03T16:00:00Z' },
      explanation: {
        en: expect.stringContaining(
          'No meter of this home has been able to show life since 2026-03-03 16:00',
        ),
        zh: expect.stringContaining('没有任何表计'),
      },
    })
  })

  it('whose one meter is frozen and whose other is silent is blind too; and sees again with either', () => {
    const frozen = lived('W', hour(30), hour(60), () => 0, { quality: 'frozen' })
    const list = [
      ...lived('W', hour(0), hour(30)),
      ...frozen,
      ...lived('E', hour(0), hour(40), usual, electric),
      ...lived('E', hour(55), hour(60), usual, electric),
    ]
    const at = (n: number) => viewHousehold(play(live(list, hour(n))).detector, 'H')?.blindSinceMs
    expect([at(45), at(50), at(58)]).toEqual([null, hour(40), null])
  })

  it('that has never reported is not called blind: nothing was ever seen', () => {
    expect(viewHousehold(play([home]).detector, 'H')?.blindSinceMs).toBeNull()
  })
})
