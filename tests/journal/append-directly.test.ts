import { expect, test } from 'vitest'
import { OperationalError } from '../../domain/operational-error.ts'
import { unwritable } from '../../logs/journal/append-directly.ts'

test('a journal that cannot be opened says so once, not wrapped into a second sentence of the same', () => {
  const opening = new OperationalError('database-unusable', 'cannot open journal.db: full. Free space.')
  expect(unwritable('journal.db', opening).message).toBe('cannot open journal.db: full. Free space.')
  expect(unwritable('journal.db', new Error('full')).message).toMatch(
    /^cannot write the journal journal.db: full. Free/,
  )
})
