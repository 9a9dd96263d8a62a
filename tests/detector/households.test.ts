import { newestMsOf } from '../../detector/core/household.ts'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../domain/finding.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { household, lived, play, readings, START_MS, told, usual } from './feed.ts'
import { saveAndLoad } from './save-and-load.ts'
import { standing } from './standing.ts'

const day = (n: number, hour = 0): number => START_MS + n * DAY_MS + hour * HOUR_MS
const QUIET_MS = day(20, 10)

function quiet(meter: string, fromMs: number, toMs: number): ReadingsLogEntry[] {
  return lived(meter, fromMs, toMs, (timeMs) => (timeMs > QUIET_MS ? 0 : usual(timeMs))).map((one) =>
    readings(one),
  )
}

/** Without the growing of the evidence, which is the model's affair. */
function steps(findings: readonly Finding[]): string[] {
  return findings.map(({ type }) => type).filter((type) => type !== 'escalate')
}

function claim(...list: ReturnType<typeof household>[]): ReadingsLogEntry {
  return { type: 'households', receivedAtMs: START_MS, households: list }
}

function absence(id: string, fromMs: number, toMs: number): ReadingsLogEntry {
  const household = id as HouseholdId
  return { type: 'absence', receivedAtMs: fromMs, household, fromMs, toMs, reason: 'with her daughter' }
}

describe('homes and their meters', () => {
  it('judges a meter nobody claimed as a home that bears its id: silent from 10:00, raised the same day', () => {
    const { findings } = play(quiet('M', START_MS, day(22)))
    expect(findings[0]).toMatchObject({
      type: 'raise',
      kind: 'inactivity',
      household: 'M',
      onsetMs: QUIET_MS,
    })
    expect(findings.filter(({ type }) => type !== 'escalate')).toHaveLength(1)
  })

  it('ends the meter’s own home when a household claims it, and the household knows what the meter’s home had learned', () => {
    const before = quiet('M', START_MS, day(22))
    const { findings, detector } = play([...before, claim(household('H', [['M', 'water']]))])
    const after = play(
      lived('M', day(22), day(22, 9)).map((one) => readings(one)),
      detector,
    ).findings
    const [raise, ...handedOver] = findings.filter(({ type }) => type !== 'escalate')
    expect(handedOver).toMatchObject([
      {
        type: 'retract',
        household: 'M',
        reason: { en: expect.stringContaining('now belongs to household H') },
      },
      { type: 'raise', household: 'H', onsetMs: QUIET_MS, atMs: raise?.atMs },
    ])
    expect(told(after)).toEqual(['03-24T08:00 clear inactivity H'])
    expect([...detector.homes.keys()]).toEqual(['h:H'])
  })

  it('keeps an alert when its household is only registered again', () => {
    const first = claim(household('H', [['M', 'water']]))
    const again = claim(household('H', [['M', 'water']], { tier: 'high', region: 'a/b' }))
    const { findings } = play([first, ...quiet('M', START_MS, day(22)), again, again])
    expect(steps(findings)).toEqual(['raise'])
  })

  it('lets a household go on without a meter that another one has claimed', () => {
    const { findings, detector } = play([
      claim(
        household('H', [
          ['M', 'water'],
          ['N', 'water'],
        ]),
      ),
      ...quiet('M', START_MS, day(3)),
      claim(household('K', [['N', 'water']])),
      ...quiet('N', START_MS, day(3)),
    ])
    expect(findings).toEqual([])
    expect(newestMsOf(detector.homes.get('h:H')!, 1)).toBe(-Infinity)
    expect(newestMsOf(detector.homes.get('h:K')!, 0)).toBe(day(3))
  })

  it('survives a restart between all of this', () => {
    const { detector } = play([...quiet('M', START_MS, day(22)), claim(household('H', [['M', 'water']]))])
    const tail = lived('M', day(22), day(22, 9)).map((one) => readings(one))
    const restarted = saveAndLoad(detector)
    expect(play(tail, restarted).findings).toEqual(play(tail, detector).findings)
  })
})

describe('a planned absence', () => {
  it('holds what is raised within it, and looks again 12 h after its end: still silent, raised then', () => {
    const { findings } = play([absence('M', day(19), day(24)), ...quiet('M', START_MS, day(26))])
    // Nobody knew the home when its absence was told.
    const raised = told(findings)[0] ?? ''
    expect(raised).toMatch(/^03-2[23]T/)
    const known = quiet('M', START_MS, day(18))
    const told2 = told(
      play([...known, absence('M', day(19), day(24)), ...quiet('M', day(18), day(26))]).findings,
    )
    expect(told2.filter((line) => !line.includes('escalate'))).toEqual([
      raised,
      '03-26T12:00 raise inactivity M',
    ])
  })

  it('calls nobody where life is back before that', () => {
    const back = lived('M', day(24), day(26)).map((one) => readings(one))
    const entries = [
      ...quiet('M', START_MS, day(18)),
      absence('M', day(19), day(24)),
      ...quiet('M', day(18), day(24)),
    ]
    const { findings } = play([...entries, ...back])
    expect(findings.filter(({ type }) => type === 'raise')).toMatchObject([
      { hold: { reason: 'planned-absence' } },
    ])
    expect(told(findings).at(-1)).toBe('03-26T08:00 clear inactivity M')
  })

  it('holds what was raised before it was known', () => {
    const { findings } = play([...quiet('M', START_MS, day(22)), absence('M', day(19), day(24))])
    expect(steps(findings)).toEqual(['raise', 'raise'])
    expect(standing(findings)).toEqual([expect.stringContaining('held for planned-absence until')])
  })
})

describe('blind meters', () => {
  it('raise nothing for the door: no data, estimated, frozen and outage are not silence', () => {
    for (const quality of ['missing', 'estimated', 'frozen', 'outage'] as const) {
      const blind = lived('M', day(20), day(24), () => 0, { quality }).map((one) => readings(one))
      const { findings } = play([...quiet('M', START_MS, day(20)), ...blind])
      expect(findings.filter(({ kind }) => kind === 'inactivity')).toEqual([])
    }
  })
})

describe('settings', () => {
  it('hold from their place on: a time zone moves the homes that have none of their own, and forgets nothing', () => {
    const settings: ReadingsLogEntry = {
      type: 'settings',
      receivedAtMs: day(20),
      budget: 0.5,
      timezone: 'Asia/Shanghai',
    }
    const { detector, findings } = play([
      ...quiet('M', START_MS, day(20)),
      settings,
      ...quiet('M', day(20), day(22)),
    ])
    expect(detector.homes.get('m:M')?.profile.timezone).toBe('Asia/Shanghai')
    expect(standing(findings).at(-1)).toMatch(new RegExp(`^M inactivity ${QUIET_MS} .* active$`))
  })
})
