import fs from 'node:fs'
import { expect, test } from 'vitest'
import { ALERT_LIFE } from '../../api/desk/alert-life.ts'
import { ALERT_STATES } from '../../api/desk/desk.ts'

test('docs/DESK.md tells the life of an alert as the table has it', () => {
  const page = fs.readFileSync(new URL('../../docs/DESK.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| (\w+) \| ([\w, ]+) \| ([\w ]+) \| /gm)].slice(1)
  const told = rows.map(([, verb, from, to]) => [
    verb,
    from === 'any' ? [...ALERT_STATES] : from!.split(', '),
    to === 'the same' ? null : to,
  ])
  expect(told).toEqual(
    Object.entries(ALERT_LIFE)
      .map(([verb, { from, to }]) => [verb, from, to])
      .toSorted(([a], [b]) => order(rows, a) - order(rows, b)),
  )
})

function order(rows: RegExpExecArray[], verb: unknown): number {
  return rows.findIndex((row) => row[1] === verb)
}
