import { describe, expect, it } from 'vitest'
import type { AlertKind } from '../../domain/alert-kinds.ts'
import type { Finding } from '../../domain/finding.ts'
import { DAY_MS } from '../../domain/time.ts'
import { play, START_MS } from './feed.ts'
import { feedOf, neighbours, type Change, type TrendHome } from './trend-village.ts'

const TREND: readonly AlertKind[] = ['drop', 'decline', 'surge', 'continuous-flow']

/** `d50 raise drop H`: the day since the start with which it was said. */
function timeline(homes: readonly TrendHome[], days: number): string[] {
  return trends(homes, days).map(({ type, kind, household, atMs }) => {
    const day = Math.floor((atMs - START_MS) / DAY_MS)
    return `d${day} ${type} ${kind} ${household}`
  })
}

function trends(homes: readonly TrendHome[], days: number): Finding[] {
  return play(feedOf(homes, days)).findings.filter(({ kind }) => TREND.includes(kind))
}

function from(day: number, to: number, factor: number): Change {
  return (litres, at) => (at >= day && at < to ? litres * factor : litres)
}

describe('a drop', () => {
  it('is raised at noon after the third day well below the own level, and clears when the level is back', () => {
    expect(timeline([{ id: 'H', change: from(40, 50, 0.3) }], 60)).toEqual([
      'd43 raise drop H',
      'd49 escalate drop H',
      'd52 clear drop H',
    ])
  })

  it('says how far, since when, from what, and what the neighbours did, in both languages and as data', () => {
    const homes = [{ id: 'H', change: from(40, 50, 0.3) }, ...neighbours(24)]
    const raised = trends(homes, 46).find(({ type }) => type === 'raise')
    expect(raised).toMatchObject({
      household: 'H',
      kind: 'drop',
      onsetMs: START_MS + 40 * DAY_MS,
      meters: ['W-H'],
      explanation: {
        en: expect.stringMatching(/−\d\d %.*neighbours \(25 homes\)/s),
        zh: expect.stringContaining('邻户'),
      },
      evidence: {
        villageHomes: 25,
        changePercent: [expect.toSatisfy((percent: number) => percent > -80 && percent <= -60)],
      },
    })
  })

  it('is not raised where the whole village does the same', () => {
    const homes = neighbours(30, { change: from(40, 50, 0.3) })
    expect(timeline(homes, 56)).toEqual([])
  })

  it('is raised of the home that does not come back with its village', () => {
    const festival = from(40, 48, 0.4)
    const homes = [{ id: 'H', change: from(40, 60, 0.4) }, ...neighbours(29, { change: festival })]
    expect(timeline(homes, 58)).toContain('d51 raise drop H')
  })

  it('is not raised, nor a surge, in days on which some of the neighbours eat elsewhere and others have guests', () => {
    const festival = (index: number): Change => from(40, 47, [0.35, 0.8, 1.2, 2.6][index % 4] ?? 1)
    const homes = neighbours(40).map(({ id }, index) => ({ id, change: festival(index) }))
    expect(timeline(homes, 56).filter((line) => line.includes('raise')).length).toBeLessThanOrEqual(2)
    // What is far even there is told.
    const far = [{ id: 'H', change: from(40, 50, 0.04) }, ...homes]
    expect(timeline(far, 56)).toContainEqual(expect.stringMatching(/raise drop H$/))
  })

  it('is not raised of those who go on as always while all others change, nor is a surge', () => {
    const others = (factor: number): string[] => {
      const homes = neighbours(44).map(({ id }, index) => ({
        id,
        change: from(40, 50, index < 4 ? 1 : factor),
      }))
      return timeline(homes, 50).filter((line) => / raise .* n[0-3]$/.test(line))
    }
    // Of these eight some have slow or busy days of their own just then.
    expect(others(6).length + others(0.25).length).toBeLessThanOrEqual(3)
  })

  it('is not raised for silence, nor for the days of leaving and coming back: that is the matter of inactivity', () => {
    const away: Change = (litres, day, hour) => {
      const since = day * 24 + hour
      return since >= 40 * 24 + 9 && since < 50 * 24 + 20 ? 0 : litres
    }
    expect(timeline([{ id: 'H', change: away }], 60)).toEqual([])
  })

  it('is not raised for days of which nothing is known', () => {
    const gap: Change = (litres, day) => (day >= 40 && day < 50 ? null : litres)
    expect(timeline([{ id: 'H', change: gap }], 60)).toEqual([])
  })
})

describe('a surge', () => {
  it('is raised after the third day far above the own level, and not where a heatwave moves all', () => {
    expect(timeline([{ id: 'H', change: from(40, 50, 3) }], 58)).toContain('d43 raise surge H')
    expect(timeline(neighbours(30, { change: from(40, 50, 1.4) }), 56)).toEqual([])
    expect(timeline(neighbours(30, { change: from(40, 50, 3) }), 56)).toEqual([])
  })
})

describe('a decline', () => {
  const fading: Change = (litres, day) => litres * Math.max(0.4, 1 - 0.5 * Math.max(0, (day - 60) / 56))

  it('is raised within weeks, once, where use fades slowly', () => {
    const said = timeline([{ id: 'H', change: fading }, ...neighbours(24)], 130)
    expect(said.filter((line) => line.includes('raise') && line.endsWith(' H'))).toEqual([
      expect.stringMatching(/^d\d+ raise decline H$/),
    ])
  })

  it('is not raised where the season moves the village', () => {
    const declines = (count: number): number =>
      timeline(neighbours(count, { change: fading }), 112).filter((line) => line.includes('raise decline'))
        .length
    // Too few to be compared with each other: each of them fades.
    expect(declines(7)).toBeGreaterThanOrEqual(6)
    expect(declines(30)).toBeLessThanOrEqual(1)
  })
})

describe('continuous flow', () => {
  const leak =
    (day: number, to: number, litresPerHour: number): Change =>
    (litres, at, hour) =>
      at * 24 + hour >= day * 24 + 10 && at < to ? litres + litresPerHour : litres

  it('is raised a day after the water stopped stopping, with its size, and clears when it stops', () => {
    const said = trends([{ id: 'H', change: leak(40, 44, 12) }], 46)
    expect(said.map(({ type, kind }) => `${type} ${kind}`)).toEqual([
      'raise continuous-flow',
      'escalate continuous-flow',
      'clear continuous-flow',
    ])
    expect(said[0]).toMatchObject({
      severity: 'yellow',
      evidence: { litresPerHour: 12, litresPerDayAboveUsual: 288, usualLitresPerHour: 0 },
    })
    expect(said[1]).toMatchObject({ severity: 'orange' })
  })

  it('is seen in a home that is just empty', () => {
    const emptyAndLeaking: Change = (litres, day, hour) => {
      const since = day * 24 + hour
      if (since < 40 * 24 + 9) return litres
      return since < 40 * 24 + 10 ? 0 : 30
    }
    expect(timeline([{ id: 'H', change: emptyAndLeaking }], 44)).toContain('d41 raise continuous-flow H')
  })

  it('is not raised in a home that has always leaked, until it leaks far more', () => {
    const always: Change = (litres) => litres + 6
    expect(timeline([{ id: 'H', change: always }], 60)).toEqual([])
    const more: Change = (litres, day) => litres + (day >= 50 ? 26 : 6)
    expect(timeline([{ id: 'H', change: more }], 54)).toContain('d51 raise continuous-flow H')
  })
})
