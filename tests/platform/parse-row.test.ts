import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FILE_UNITS, parseText, RowParser } from '../../platform/parse-row.ts'

const two = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'))
const time = fc.oneof(
  fc
    .date({ min: new Date('1999-12-30'), max: new Date('2031-01-02'), noInvalidDate: true })
    .map((date) => `${date.toISOString().slice(0, 19)}Z`),
  fc.tuple(two, two, two, two, two).map(([a, b, c, d, e]) => `2026-${a}-${b}T${c}:${d}:${e}Z`),
  fc.constantFrom(
    '2026-03-01T08:00:00+08:00',
    '2026-03-01T08:00Z',
    '2026-03-01T08:00:00.500Z',
    '2026-02-30T00:00:00Z',
    'x',
  ),
)
const value = fc.oneof(
  fc.double({ min: 0, max: 1e6, noNaN: true }).map(String),
  fc.integer({ min: 0, max: 10 ** 9 }).map((n) => (n / 1000).toFixed(3)),
  fc.constantFrom(
    '',
    ' ',
    '-1',
    '+1',
    '.5',
    '5.',
    '1..2',
    '1e3',
    '0x10',
    '00012.50',
    '12345678901234567890.123',
    'NaN',
    '1 ',
    '٣',
  ),
)
const meter = fc.constantFrom('W1', 'W2', '电表-7', 'a b', 'a/b', '', 'x'.repeat(129), '<script>')
const line = fc
  .tuple(
    time,
    meter,
    fc.constantFrom('water', 'electricity', 'gas'),
    value,
    fc.constantFrom(...FILE_UNITS, 'gal', 'kWhx', 'L '),
  )
  .map((fields) => fields.join(','))
const anyLine = fc.oneof({ weight: 9, arbitrary: line }, { weight: 1, arbitrary: fc.string() })

describe('a row parsed from its bytes', () => {
  it('is what its text says, whatever lines came before', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1, maxLength: 60 }), (lines) => {
        const parser = new RowParser()
        // Twice: what is recognised the second time was learned the first.
        for (const text of [...lines, ...lines]) {
          const bytes = Buffer.from(`before\n${text}\nafter`)
          const end = bytes.length - '\nafter'.length
          expect(parser.parse(bytes, 'before\n'.length, end, 7)).toEqual(
            parseText(bytes.toString('utf8', 7, end), 7),
          )
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('a row that says something else than it seems to', () => {
  it('is no row where its bytes are no UTF-8: two ids would become one', () => {
    const bytes = Buffer.from('2026-11-20T08:00:00Z,caf\xe9,water,1,L', 'latin1')
    expect(new RowParser().parse(bytes, 0, bytes.length, 3)).toEqual({
      line: 3,
      message: expect.stringContaining('UTF-8'),
    })
  })

  it('is no row on a day that is not there', () => {
    expect(parseText('2026-02-30T08:00:00Z,W1,water,1,L', 3)).toMatchObject({ line: 3 })
    expect(parseText('2026-02-30T08:00:00Z,W1,water,1,L', 3)).toHaveProperty('message')
    expect(parseText('2028-02-29T08:00:00+08:00,W1,water,1,L', 3)).toHaveProperty('timeMs')
  })
})
