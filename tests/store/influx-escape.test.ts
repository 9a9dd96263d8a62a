import { assert, constantFrom, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { isId } from '../../domain/ids.ts'
import { escapeTag, fromTagValue, quoteName, quoteText, toTagValue } from '../../store/influx/escape.ts'

test('every text comes back from its tag value as it was', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      expect(fromTagValue(toTagValue(text))).toBe(text)
    }),
  )
})

test('a plain id is its own tag value', () => {
  expect(escapeTag('W-330106-0001')).toBe('W-330106-0001')
  expect(escapeTag('电表-01')).toBe('电表-01')
})

test('no escaped tag ends early: each comma, space and equals sign has one backslash before it, and there are no others', () => {
  assert(
    property(string({ unit: 'grapheme', minLength: 1 }).filter(isId), (id) => {
      expect(escapeTag(id)).toMatch(/^([^,= \\]|\\[,= ])+$/u)
    }),
  )
})

test('no quoted text ends before its end', () => {
  assert(
    property(string({ unit: constantFrom("'", '"', '\\', 'a', '\n') }), (text) => {
      expect(quoteText(text)).toMatch(/^'([^'\\\n]|\\['\\n])*'$/)
      expect(quoteName(text)).toMatch(/^"([^"\\\n]|\\["\\n])*"$/)
    }),
  )
})
