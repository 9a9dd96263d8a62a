import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { keepPumping } from '../../commands/open-desk-room.ts'
import { OperationalError } from '../../domain/operational-error.ts'
import { unwritable } from '../../logs/journal/append-directly.ts'

test('a desk that cannot write says why, and goes on by itself once it can', async () => {
  let isFull = true
  const pump = keepPumping(() => {
    if (isFull) throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR' })
    return false
  })
  try {
    pump.nudge()
    while (pump.failure() === null) await sleep(5)
    expect(pump.failure()).toBe('database or disk is full')
    isFull = false
    while (pump.failure() !== null) await sleep(5)
  } finally {
    pump.stop()
  }
})

test('a journal that cannot be opened says so once, not wrapped into a second sentence of the same', () => {
  const opening = new OperationalError('database-unusable', 'cannot open journal.db: full. Free space.')
  expect(unwritable('journal.db', opening).message).toBe('cannot open journal.db: full. Free space.')
  expect(unwritable('journal.db', new Error('full')).message).toMatch(
    /^cannot write the journal journal.db: full\. Free/,
  )
})
