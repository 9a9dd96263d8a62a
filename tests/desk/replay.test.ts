import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Finding } from '../../domain/finding.ts'
import { openTestDesk } from './open-test-desk.ts'
import { escalate, ONSET, raise, settle } from './told-findings.ts'

const said: fc.Arbitrary<Finding> = fc
  .record({
    type: fc.constantFrom('raise', 'escalate', 'clear', 'retract'),
    household: fc.constantFrom('H1', 'H2'),
    kind: fc.constantFrom('inactivity', 'meter-offline'),
    atMs: fc.integer({ min: 1, max: 5 }).map((hours) => ONSET + hours * 3_600_000),
    severity: fc.constantFrom('yellow', 'orange', 'red'),
  })
  .map(({ type, ...matter }): Finding => {
    if (type === 'raise') return raise(matter)
    if (type === 'escalate') return escalate(matter)
    return settle(type, matter)
  })

test('crashes between findings, and a findings log made anew, leave the alerts and events of an undisturbed run', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(said, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 25 }),
      fc.array(fc.constantFrom('nothing', 'crash', 'anew'), { minLength: 25, maxLength: 25 }),
      (findings, disturbances) => {
        const calm = openTestDesk()
        const wild = openTestDesk()
        for (const [i, together] of findings.entries()) {
          calm.hearTogether(...together)
          wild.hearTogether(...together)
          if (disturbances[i] === 'nothing') continue
          if (disturbances[i] === 'anew') {
            // The detector folds its log again from the start; the log comes back entry by entry.
            const whole = wild.findings.log
            wild.findings.log = []
            wild.reopen()
            wild.desk.pump()
            const half = whole[Math.floor(whole.length / 2)]?.logOffset ?? 0
            wild.findings.log = whole.filter(({ logOffset }) => logOffset < half)
            wild.desk.pump()
            wild.findings.log = whole
          }
          wild.reopen()
          wild.desk.pump()
        }
        expect(wild.all()).toEqual(calm.all())
        expect(wild.events.map(({ seq, change }) => [seq, change])).toEqual(
          calm.events.map(({ seq, change }) => [seq, change]),
        )
        expect(wild.desk.counts(null)).toEqual(calm.desk.counts(null))
        const counted = calm.desk.counts(null).reduce((sum, { count }) => sum + count, 0)
        expect(counted).toBe(calm.all().length)
      },
    ),
    { numRuns: 20 },
  )
})

test('a detector whose log was made anew and holds more than the desk had read is heard from its start', () => {
  const t = openTestDesk()
  t.hear(raise({ household: 'H1' }))
  t.findings.log = []
  t.findings.tell(raise({ household: 'H2' }), raise({ household: 'H3' }))
  t.reopen()
  t.desk.pump()
  expect(
    t
      .all()
      .map(({ household }) => household)
      .toSorted(),
  ).toEqual(['H1', 'H2', 'H3'])
})

test('a burst of findings is worked in bounded pumps', () => {
  const t = openTestDesk()
  t.findings.tell(...Array.from({ length: 500 }, (_, i) => raise({ household: `B${i}` })))
  const pumps = [t.desk.pump(), t.desk.pump(), t.desk.pump()]
  expect(pumps.map(({ applied, more }) => [applied, more])).toEqual([
    [200, true],
    [200, true],
    [100, true],
  ])
  expect(t.desk.counts(null)).toMatchObject([{ count: 500 }])
})

test('what is said together is heard together, also where it begins at the end of a batch', () => {
  const t = openTestDesk()
  t.hear(raise(), settle('clear'))
  t.act({ type: 'close', outcome: 'at-home-fine', note: null })
  t.findings.tell(...Array.from({ length: 199 }, (_, i) => raise({ household: `B${i}` })))
  // The raise is the 200th of its batch, and its clear would be the first of the next.
  t.hearTogether(raise({ atMs: ONSET + 1 }), settle('clear', { atMs: ONSET + 2 }))
  expect(t.alert()).toMatchObject({ state: 'closed', condition: 'cleared', clearedAtMs: ONSET + 2 })
})
