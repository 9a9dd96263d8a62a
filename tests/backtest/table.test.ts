import { describe, expect, it } from 'vitest'
import { explainTable, renderTable } from '../../detector/backtest/compare/table.ts'
import type { Score } from '../../detector/backtest/score/score.ts'

const score: Score = {
  contender: 'evidence@0.3',
  rule: 'evidence',
  budget: 0.3,
  homes: 47,
  homeMonths: 503,
  alerts: 150,
  alertsPerHomeMonth: 0.298,
  medianHome: 0.25,
  p90Home: 0.8,
  underAlert: 0.052,
  knocksPerDay: 0.467,
  stops: 50,
  alreadyOpen: 4,
  medianDelayHours: 18,
  p90DelayHours: 60.5,
  within12h: 0.2,
  within24h: 0.79,
  within48h: 0.83,
  neverFound: 0.08,
}
const nothing: Score = {
  ...score,
  contender: 'silent-by-tier',
  alertsPerHomeMonth: null,
  medianDelayHours: 336,
  within24h: null,
}

describe('the table of a comparison', () => {
  it('stands in columns where the terminal is wide enough', () => {
    const [first, second, rule, ...rows] = renderTable([score, nothing], 90)
    expect(first).toContain('median')
    expect(second).toContain('home-month')
    expect(rule).toMatch(/^-+$/)
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatch(/^evidence@0\.3 +0\.30 +0\.25 +0\.5 +5\.2 % +18 h +79 % +83 % +8 %$/)
    expect(rows[1]).toMatch(/^silent-by-tier +– .* never +– /)
    expect(rows[0]?.length).toBe(rows[1]?.length)
  })

  it('becomes a paragraph for each where it is narrow, and no line is wider', () => {
    const lines = renderTable([score, nothing], 40)
    expect(lines.filter((line) => line === 'evidence@0.3')).toHaveLength(1)
    expect(lines.some((line) => /median delay +18 h/.test(line))).toBe(true)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40)
  })

  it('says what was counted and what was not', () => {
    expect(explainTable([score, { ...score, stops: 52 }], 50, 4).join('\n')).toMatch(
      /47 homes, 503 home-months[^]*3 homes with less than eight weeks[^]*50 to 52 times in 4 rounds/,
    )
    expect(explainTable([{ ...score, stops: 0 }], 47, 4).join('\n')).toContain('No life could be stopped')
  })
})
