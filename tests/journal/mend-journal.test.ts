import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, test } from 'vitest'
import { startOf } from '../../domain/place.ts'
import { mendJournal } from '../../logs/journal/mend-journal.ts'
import { openJournalReader } from '../../logs/journal/read-journal.ts'
import { startJournal } from '../../logs/journal/start-journal.ts'
import { verifyJournal } from '../../logs/journal/verify-journal.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const NOW_MS = Date.UTC(2026, 10, 1)
let file: string

// Four rows of five ticks: offsets 1 to 20.
beforeEach(async () => {
  file = path.join(temporaryFolder(), 'journal.db')
  const journal = await startJournal({ file })
  for (let row = 0; row < 4; row++) {
    await Promise.all(
      Array.from({ length: 5 }, (_, i) => journal.append({ type: 'tick', receivedAtMs: row * 5 + i })),
    )
  }
  await journal.close()
})

function change(sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}

function offsetsByType(): Record<string, number[]> {
  const reader = openJournalReader(file)
  const offsets: Record<string, number[]> = {}
  for (const { place, entry } of reader.read(startOf(0), 1_000)) {
    ;(offsets[entry.type] ??= []).push(place.offset)
  }
  reader.close()
  return offsets
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)
const CHANGED_BYTE = "UPDATE groups SET body = CAST(X'00' || substr(body, 2) AS BLOB) WHERE first_offset ="

test.each([
  ['a changed byte', `${CHANGED_BYTE} 11`, 1, range(11, 15)],
  ['a changed byte in the first row', `${CHANGED_BYTE} 1`, 1, range(1, 5)],
  ['a changed byte in the last row', `${CHANGED_BYTE} 16`, 1, range(16, 20)],
  [
    'a count that has become too large',
    'UPDATE groups SET count = 400 WHERE first_offset = 11',
    1,
    range(11, 15),
  ],
  ['a last count beyond belief', 'UPDATE groups SET count = 9e12 WHERE first_offset = 16', 1, [16]],
  [
    'an offset that has become another',
    'UPDATE groups SET first_offset = 13 WHERE first_offset = 11',
    1,
    range(11, 15),
  ],
  ['a missing row', 'DELETE FROM groups WHERE first_offset = 11', 0, range(11, 15)],
  ['two damaged rows', `${CHANGED_BYTE} 6; ${CHANGED_BYTE} 11`, 2, range(6, 15)],
])('%s: the entries lost become refusals in their places, all others stay', (_, sql, rows, lost) => {
  change(sql)
  expect(mendJournal(file, NOW_MS)).toEqual({ rows, entries: lost.length })

  expect(verifyJournal(file).damages).toEqual([])
  const last = lost.at(-1) === 16 ? 15 : 20
  const { refusal, tick } = offsetsByType()
  expect(refusal).toEqual(lost)
  expect(tick).toEqual(range(1, last).filter((offset) => !lost.includes(offset)))
  expect(mendJournal(file, NOW_MS)).toEqual({ rows: 0, entries: 0 })
})

test('what is given up stays in the file, and new entries come behind it', async () => {
  change(`${CHANGED_BYTE} 16`)
  mendJournal(file, NOW_MS)
  const journal = await startJournal({ file })
  await journal.append({ type: 'tick', receivedAtMs: NOW_MS })
  await journal.close()
  expect(offsetsByType()['tick']?.at(-1)).toBe(21)

  const db = new DatabaseSync(file)
  expect(db.prepare('SELECT first_offset, count FROM set_aside').all()).toMatchObject([
    { first_offset: 16, count: 5 },
  ])
  db.close()
})
