import { describe, expect, it } from 'vitest'
import type { GatewayId, HouseholdId, MeterId } from '../../domain/ids.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../domain/time.ts'
import { household, lived, play, reading, readings, START_MS, tick, told, usual } from './feed.ts'

const day = (n: number, hour = 0): number => START_MS + n * DAY_MS + hour * HOUR_MS

/** Readings one by one, and a tick each minute, as a live system logs them. */
function live(list: ReturnType<typeof lived>, fromMs: number, toMs: number): ReadingsLogEntry[] {
  const entries: ReadingsLogEntry[] = []
  const queue = [...list].sort((one, other) => one.receivedAtMs - other.receivedAtMs)
  for (let tickMs = fromMs; tickMs <= toMs; tickMs += MINUTE_MS) {
    while ((queue[0]?.receivedAtMs ?? Infinity) <= tickMs) entries.push(readings(queue.shift()!))
    entries.push(tick(tickMs))
  }
  return entries
}

describe('meter-offline', () => {
  it('is raised by the clock when an hourly meter has been silent for 6 h, and cleared by its next reading', () => {
    const list = [
      ...lived('A', day(0), day(2)),
      ...lived('A', day(3), day(3, 2)),
      ...lived('B', day(0), day(3, 2)),
    ]
    const { findings } = play(live(list, day(0), day(3, 3)))
    expect(told(findings)).toEqual(['03-04T06:00 raise meter-offline A', '03-05T01:00 clear meter-offline A'])
    expect(findings[0]).toMatchObject({ onsetMs: day(2), meters: ['A'] })
  })

  it('is retracted when the readings that were missing arrive late', () => {
    const late = lived('A', day(2), day(2, 20), usual, { receivedAtMs: day(2, 21) })
    const list = [...lived('A', day(0), day(2)), ...late, ...lived('B', day(0), day(3))]
    const { findings } = play(live(list, day(0), day(2, 22)))
    expect(told(findings)).toEqual([
      '03-04T06:00 raise meter-offline A',
      '03-04T06:00 retract meter-offline A',
    ])
  })

  it('says the same of a silence whether the clock or the next reading was first to tell', () => {
    const list = [...lived('A', day(0), day(2)), ...lived('A', day(3), day(3, 2))]
    const byClock = play(live(list, day(0), day(3, 3))).findings
    const byReading = play(list.map((one) => readings(one))).findings
    // That the home is blind is said while it is: the reading that ends the silence has nothing to say of it.
    const seen = byClock.map((finding) => {
      if (finding.type !== 'raise') return finding
      const { blindSince, ...evidence } = finding.evidence
      expect(blindSince).toBe(toIso(day(2)))
      const en = finding.explanation.en.replace(/ No meter of this home .*$/, '')
      const zh = finding.explanation.zh.replace(/自 [^自]*起该户.*$/, '')
      return { ...finding, evidence, explanation: { en, zh } }
    })
    expect(byReading).toEqual(seen)
  })

  it('does not blame a meter for our own downtime', () => {
    const list = [...lived('A', day(0), day(2)), ...lived('A', day(4), day(5))]
    const before = live(list.slice(0, 48), day(0), day(2, 1))
    const after = live(list.slice(48), day(4, 1), day(5))
    expect(told(play([...before, ...after]).findings)).toEqual([])
  })

  it('after our downtime, gives a dead meter its whole limit of listening again', () => {
    const before = live(lived('A', day(0), day(2)), day(0), day(2, 1))
    const after = live([], day(4), day(4, 7))
    // 1 h of listening before the hole and 5 h after it.
    expect(told(play([...before, ...after]).findings)).toEqual(['03-06T05:00 raise meter-offline A'])
  })

  it('in a feed of history, takes the time that the readings have reached, not today', () => {
    const history = { receivedAtMs: at2026() }
    const list = ['A', 'B', 'C', 'D'].flatMap((meter) => lived(meter, day(0), day(4), usual, history))
    const entries = [readings(...list), tick(at2026() + MINUTE_MS), tick(at2026() + 40 * DAY_MS)]
    expect(told(play(entries).findings)).toEqual([])
  })

  it('in a feed of history, finds the meter that stopped before the others', () => {
    const history = { receivedAtMs: at2026() }
    const list = ['B', 'C', 'D'].flatMap((meter) => lived(meter, day(0), day(4), usual, history))
    const stopped = lived('A', day(0), day(2), usual, history)
    const entries = [
      readings(...list, ...stopped),
      tick(at2026() + MINUTE_MS),
      tick(at2026() + 2 * MINUTE_MS),
    ]
    expect(told(play(entries).findings)).toEqual(['03-04T06:00 raise meter-offline A'])
  })

  it('lets one meter with a wrong clock move nobody else', () => {
    const history = { receivedAtMs: at2026() }
    const list = ['A', 'B', 'C'].flatMap((meter) => lived(meter, day(0), day(4), usual, history))
    const wrong = lived('X', day(90), day(91), usual, history)
    const entries = [readings(...list, ...wrong), tick(at2026() + MINUTE_MS), tick(at2026() + 2 * MINUTE_MS)]
    expect(told(play(entries).findings)).toEqual([])
  })

  it('waits for a meter that delivers once a day, once it has seen that it does', () => {
    const list = Array.from({ length: 9 }, (_, n) =>
      lived('A', day(n), day(n + 1), usual, { receivedAtMs: day(n + 1, 2) }),
    ).flat()
    const { findings } = play(live(list, day(0), day(9)))
    const raised = findings.filter((finding) => finding.type === 'raise')
    expect(raised.length).toBeLessThanOrEqual(1)
  })

  it('is one matter for two meters of a home that fall silent together', () => {
    const home: ReadingsLogEntry = {
      type: 'households',
      receivedAtMs: day(0),
      households: [
        household('H', [
          ['A', 'water'],
          ['B', 'electricity'],
        ]),
      ],
    }
    const electric = { kind: 'electricity' } as const
    const list = [
      ...lived('A', day(0), day(2)),
      ...lived('A', day(3), day(3, 4)),
      ...lived('B', day(0), day(2), usual, electric),
      ...lived('B', day(3, 2), day(3, 4), usual, electric),
    ]
    const { findings } = play([home, ...live(list, day(0), day(3, 5))])
    expect(told(findings)).toEqual(['03-04T06:00 raise meter-offline H', '03-05T03:00 clear meter-offline H'])
    expect(findings[0]).toMatchObject({ meters: ['A', 'B'] })
  })
})

function at2026(): number {
  return Date.parse('2026-11-20T00:00:00Z')
}

describe('meter-frozen, register-fault, clock-skew', () => {
  it('raises meter-frozen with the first frozen reading and clears it with the first measured one', () => {
    const frozen = lived('A', day(2), day(2, 5), () => 0, { quality: 'frozen' })
    const list = [...lived('A', day(0), day(2)), ...frozen, ...lived('A', day(2, 5), day(2, 9))]
    expect(told(play(list.map((one) => readings(one))).findings)).toEqual([
      '03-04T01:00 raise meter-frozen A',
      '03-04T06:00 clear meter-frozen A',
    ])
  })

  it('makes one register-fault of a register that jumps back and forth', () => {
    const fault = (timeMs: number): ReadingsLogEntry => ({
      type: 'register-fault',
      receivedAtMs: timeMs,
      meter: 'A' as MeterId,
      household: null,
      timeMs,
      register: 3,
      expected: 900,
    })
    const entries: ReadingsLogEntry[] = []
    for (const one of lived('A', day(0), day(3))) {
      entries.push(readings(one))
      if (one.timeMs === day(1, 3) || one.timeMs === day(1, 8)) entries.push(fault(one.timeMs))
    }
    expect(told(play(entries).findings)).toEqual([
      '03-03T03:00 raise register-fault A',
      '03-04T08:00 clear register-fault A',
    ])
  })

  it('raises clock-skew from a refused reading, and lets it move no clock', () => {
    const ahead = (receivedAtMs: number): ReadingsLogEntry => ({
      type: 'clock-ahead',
      receivedAtMs,
      gateway: 'g1' as GatewayId,
      meter: 'A' as MeterId,
      household: null as HouseholdId | null,
      timeMs: receivedAtMs + 3_650 * DAY_MS,
    })
    const entries = [
      ...lived('A', day(0), day(1)).map((one) => readings(one)),
      ahead(day(1, 1)),
      ahead(day(1, 2)),
      ...lived('A', day(1, 2), day(1, 6)).map((one) => readings(one)),
    ]
    expect(told(play(entries).findings)).toEqual([
      '03-03T01:00 raise clock-skew A',
      '03-03T03:01 clear clock-skew A',
    ])
  })

  it('hears of a meter first by a refused reading and still knows its kind by its first good one', () => {
    const entries: ReadingsLogEntry[] = [
      {
        type: 'clock-ahead',
        receivedAtMs: day(0),
        gateway: 'g1' as GatewayId,
        meter: 'E' as MeterId,
        household: null,
        timeMs: day(99),
      },
      readings(reading('E', day(0, 2), 1, { kind: 'electricity' })),
    ]
    const { detector, findings } = play(entries)
    expect(detector.homes.get('m:E')?.profile.meters[0]?.kind).toBe('electricity')
    expect(told(findings)).toEqual(['03-02T00:00 raise clock-skew E', '03-02T02:01 clear clock-skew E'])
  })
})
