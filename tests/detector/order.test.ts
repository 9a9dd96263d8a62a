import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../domain/finding.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import { itemsOf } from '../../detector/core/rewind.ts'
import { household, lived, reading, readings, SETTINGS, START_MS, tick, usual } from './feed.ts'
import { saveAndLoad } from './save-and-load.ts'
import { standing } from './standing.ts'

const DAYS = 26
const MAX_DELAY_MS = 72 * HOUR_MS
const RECEIVED_MS = Date.parse('2026-11-20T00:00:00Z')
const history = { receivedAtMs: RECEIVED_MS }

/** What happens at a meter: spans without use, without readings, frozen; register faults are not in here. */
interface Story {
  readonly silences: readonly { readonly fromHour: number; readonly hours: number }[]
  readonly gaps: readonly { readonly fromHour: number; readonly hours: number }[]
  readonly frozen: readonly { readonly fromHour: number; readonly hours: number }[]
}

const span = (maxHours: number): fc.Arbitrary<{ fromHour: number; hours: number }> =>
  fc.record({
    fromHour: fc.integer({ min: 15 * 24, max: DAYS * 24 - 1 }),
    hours: fc.integer({ min: 1, max: maxHours }),
  })

const story: fc.Arbitrary<Story> = fc.record({
  silences: fc.array(span(100), { minLength: 1, maxLength: 3 }),
  gaps: fc.array(span(40), { maxLength: 2 }),
  frozen: fc.array(span(10), { maxLength: 1 }),
})

function within(spans: Story['gaps'], timeMs: number): boolean {
  const hour = (timeMs - START_MS) / HOUR_MS
  return spans.some(({ fromHour, hours }) => hour > fromHour && hour <= fromHour + hours)
}

function told(meter: string, { silences, gaps, frozen }: Story, more: Partial<Reading>): Reading[] {
  return lived(meter, START_MS, START_MS + DAYS * DAY_MS, usual, { ...history, ...more })
    .filter(({ timeMs }) => !within(gaps, timeMs))
    .map((one) => {
      if (within(frozen, one.timeMs)) return { ...one, quality: 'frozen' as const, consumption: 0 }
      return within(silences, one.timeMs) ? { ...one, consumption: 0 } : one
    })
}

const homes: ReadingsLogEntry = {
  type: 'households',
  receivedAtMs: RECEIVED_MS,
  households: [
    household('pair', [
      ['W', 'water'],
      ['E', 'electricity'],
    ]),
  ],
}
const ending = [1, 2, 3].map((minutes) => tick(RECEIVED_MS + minutes * MINUTE_MS))

/** Cuts a feed into entries of the sizes given, over and over. */
function cut(feed: readonly Reading[], sizes: readonly number[]): ReadingsLogEntry[] {
  const entries: ReadingsLogEntry[] = []
  let index = 0
  for (let entry = 0; index < feed.length; entry++) {
    const size = sizes[entry % sizes.length] ?? 1
    entries.push(readings(...feed.slice(index, index + size)))
    index += size
  }
  return entries
}

function withTicks(entries: readonly ReadingsLogEntry[], every: number): ReadingsLogEntry[] {
  return entries.flatMap((entry, index) => (index % every === 0 ? [entry, tick(RECEIVED_MS)] : [entry]))
}

function run(entries: readonly ReadingsLogEntry[], restartAt: ReadonlySet<number> = new Set()): Finding[] {
  let detector = newDetector(SETTINGS)
  const findings: Finding[] = []
  for (const [index, entry] of entries.entries()) {
    findings.push(...foldEntry(detector, entry))
    if (restartAt.has(index)) detector = saveAndLoad(detector)
  }
  return findings
}

const disorder = fc.record({
  delays: fc.array(fc.integer({ min: 0, max: MAX_DELAY_MS }), { minLength: 1, maxLength: 400 }),
  /** Which share of readings is delayed at all, in percent. */
  share: fc.integer({ min: 0, max: 100 }),
  again: fc.array(fc.nat(), { maxLength: 20 }),
  sizes: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 }),
  restarts: fc.array(fc.nat(), { maxLength: 3 }),
  /** A tick after every so many entries: the clock calls meters offline whose readings are only late. */
  tickEvery: fc.integer({ min: 1, max: 50 }),
})

function shuffle(
  feed: readonly Reading[],
  how: typeof disorder extends fc.Arbitrary<infer T> ? T : never,
): Reading[] {
  const arrivals = feed.map((one, index) => {
    const isLate = (index * 7919) % 100 < how.share
    const delay = isLate ? (how.delays[(index * 31) % how.delays.length] ?? 0) : 0
    return { one, arrivalMs: one.timeMs + delay }
  })
  for (const pick of how.again) {
    const copy = arrivals[pick % arrivals.length]
    if (copy !== undefined)
      arrivals.push({ one: copy.one, arrivalMs: copy.arrivalMs + (pick % MAX_DELAY_MS) })
  }
  return arrivals.sort((one, other) => one.arrivalMs - other.arrivalMs).map(({ one }) => one)
}

describe('the order of arrival', () => {
  it('leaves the same alerts standing for any order within the lateness, any cut, duplicates and restarts', () => {
    let raised = 0
    fc.assert(
      fc.property(fc.tuple(story, story, story), disorder, ([water, electric, alone], how) => {
        const electricity = { kind: 'electricity' } as const
        const feed = [
          ...told('W', water, {}),
          ...told('E', { ...electric, silences: water.silences }, electricity),
          ...told('M', alone, {}),
          ...told('N', { silences: [], gaps: [], frozen: [] }, {}),
        ].sort((one, other) => one.timeMs - other.timeMs)
        const orderly = standing(run([homes, ...cut(feed, [1]), ...ending]))
        const arrivals = cut(shuffle(feed, how), how.sizes)
        const entries = [homes, ...withTicks(arrivals, how.tickEvery), ...ending]
        const restarts = new Set(how.restarts.map((restart) => restart % entries.length))
        expect(standing(run(entries, restarts))).toEqual(orderly)
        raised += orderly.filter((line) => line.includes('inactivity')).length
      }),
      { numRuns: Number(process.env['HEARTHLINE_TEST_RUNS'] ?? 30) },
    )
    // The stories are such that there is something to be got wrong.
    expect(raised).toBeGreaterThan(10)
  })

  it('takes back a silence that a late reading disproves, and says why in both languages', () => {
    const quietFrom = START_MS + 20 * DAY_MS
    const feed = lived(
      'M',
      START_MS,
      quietFrom + 2 * DAY_MS,
      (timeMs) => (timeMs > quietFrom ? 0 : usual(timeMs)),
      history,
    )
    const hidden = quietFrom + 10 * HOUR_MS
    const before = cut(
      feed.filter(({ timeMs }) => timeMs !== hidden),
      [1],
    )
    const late = readings(reading('M', hidden, 30, history))
    const findings = run([...before, late])
    const retracted = findings.find(({ type }) => type === 'retract')
    expect(retracted).toMatchObject({
      kind: 'inactivity',
      reason: { en: expect.any(String), zh: expect.any(String) },
    })
    const whole = feed.map((one) => (one.timeMs === hidden ? { ...one, consumption: 30 } : one))
    expect(standing(findings)).toEqual(standing(run(cut(whole, [1]))))
  })

  it('puts a revision in the place of what it replaces', () => {
    const quietFrom = START_MS + 20 * DAY_MS
    const feed = lived(
      'M',
      START_MS,
      quietFrom + 2 * DAY_MS,
      (timeMs) => (timeMs > quietFrom ? 0 : usual(timeMs)),
      history,
    )
    const revised = { ...reading('M', quietFrom + 10 * HOUR_MS, 30, history), revision: true }
    const whole = feed.map((one) => (one.timeMs === revised.timeMs ? revised : one))
    const findings = run([...cut(feed, [5]), readings(revised)])
    expect(standing(findings)).toEqual(standing(run(cut(whole, [1]))))
    expect(standing(run(cut(feed, [1])))).not.toEqual(standing(findings))
  })

  it('judges nothing by readings marked late, and counts them', () => {
    const feed = lived('M', START_MS, START_MS + 20 * DAY_MS, usual, history)
    const late = reading('M', START_MS + DAY_MS, 500, { ...history, quality: 'late', revision: true })
    const detector = newDetector(SETTINGS)
    for (const entry of [...cut(feed, [100]), readings(late)]) foldEntry(detector, entry)
    expect(detector.unjudged).toBe(1)
    const twin = newDetector(SETTINGS)
    for (const entry of cut(feed, [100])) foldEntry(twin, entry)
    const itemsIn = ({ homes: known }: typeof detector) => itemsOf(known.get('m:M')!.rewind)
    expect(itemsIn(detector)).toEqual(itemsIn(twin))
  })
})
