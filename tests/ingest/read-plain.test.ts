import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAny, decodeNative } from '../../ingest/native/decode-native.ts'
import { isId } from '../../domain/ids.ts'
import { KnownTexts } from '../../logs/readings/known-texts.ts'
import { PlainReader } from '../../ingest/native/read-plain.ts'

const digits = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^(0|[1-9]\d{0,2})$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[1-9]\d{0,17}$/) },
)
const number = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(digits, fc.stringMatching(/^\d{1,6}$/)).map(([a, b]) => `${a}.${b}`) },
  { weight: 3, arbitrary: digits },
  { weight: 3, arbitrary: fc.double({ min: 0, max: 1e5, noNaN: true }).map(String) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '-0',
      '-1',
      '01',
      '1.',
      '.5',
      '1e3',
      '1E-2',
      '1.5.2',
      'null',
      '"1"',
      '0.1e400',
    ),
  },
)
const two = fc.stringMatching(/^\d\d$/)
const time = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }).map(String) },
  {
    weight: 4,
    arbitrary: fc
      .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => `"${date.toISOString().replace(/\.\d+Z/, 'Z')}"`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(two, two, two, two, two, fc.constantFrom('Z', '+08:00', '-03:30', '+0800', '+24:00', '', 'z'))
      .map(([month, day, h, m, s, zone]) => `"2024-${month}-${day}T${h}:${m}:${s}${zone}"`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '"2024-02-30T00:00:00Z"',
      '"2024-02-29T24:00:00Z"',
      '"2023-02-29T00:00:00Z"',
      '"0024-01-01T00:00:00Z"',
      '"1999-12-31T23:59:59Z"',
      '"2024-01-01T00:00:60Z"',
      '"2024-01-01T00:00:00.123Z"',
      '"2024-01-01T00:00Z"',
      '1700000000',
      '1700000000000.5',
      '17e11',
    ),
  },
)
const meter = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^"[A-Z]-\d{1,7}"$/) },
  { weight: 1, arbitrary: fc.string().map((text) => JSON.stringify(text)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '"a/b"',
      '""',
      '"水表"',
      '"\\u0041"',
      '"a\\"b"',
      '" "',
      `"${'x'.repeat(129)}"`,
      '7',
    ),
  },
)
const unit = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('"m3"', '"kWh"', '"L"', '"Wh"') },
  { weight: 1, arbitrary: fc.constantFrom('"m³"', '"kwh"', 'null') },
)
const interval = fc.constantFrom('900', '3600', '900.0', '0', '1.5', '2678400', '2678401', '"900"')
const odd = fc.constantFrom(
  '"kind":"water"',
  '"status":"tamper"',
  '"quality":"missing"',
  '"x":[1]',
  '"correction":true',
)
const space = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('', ' ', '\n\t') },
  { weight: 1, arbitrary: fc.constant('\u00a0') },
)

/** An element's fields in any order, now and then one twice, one missing or one that is not plain. */
const element = fc
  .record({
    always: fc.tuple(
      meter.map((m) => `"meter":${m}`),
      time.map((t) => `"time":${t}`),
      unit.map((u) => `"unit":${u}`),
    ),
    value: fc.oneof(
      number.map((n) => [`"register":${n}`]),
      fc.tuple(number, interval).map(([n, i]) => [`"consumption":${n}`, `"intervalSeconds":${i}`]),
    ),
    more: fc.oneof(
      { weight: 8, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(odd, { maxLength: 1 }) },
    ),
    order: fc.infiniteStream(fc.nat()),
    gap: space,
  })
  .map(({ always, value, more, order, gap }) => {
    const fields = [...always, ...value, ...more]
    const keyed = fields.map((field) => [order.next().value ?? 0, field] as const)
    const sorted = keyed.sort(([a], [b]) => a - b).map(([, field]) => field)
    return `{${gap}${sorted.join(`${gap},`)}}${gap}`
  })
const payload = fc.oneof(
  element,
  fc.array(element, { maxLength: 4 }).map((elements) => `[${elements.join(',')}]`),
)

/** A byte struck out, doubled or changed: what breaks on the way. */
const broken = fc
  .tuple(payload, fc.nat(), fc.constantFrom('strike', 'double', 'change'), fc.nat({ max: 255 }))
  .map(([text, place, how, byte]) => {
    const bytes = [...Buffer.from(text)]
    const at = place % bytes.length
    if (how === 'strike') bytes.splice(at, 1)
    else if (how === 'double') bytes.splice(at, 0, bytes[at] ?? 0)
    else bytes[at] = byte
    return Buffer.from(bytes)
  })

describe('a payload read straight from its bytes', () => {
  it('has the outcomes that the whole way of JSON and its checks has', () => {
    let plain = 0
    const reader = new PlainReader()
    fc.assert(
      fc.property(
        fc.oneof(
          payload.map((text) => Buffer.from(text)),
          broken,
        ),
        (bytes) => {
          const candidates = reader.read(bytes)
          if (candidates !== null) plain++
          const [short, whole] = [decodeNative(bytes), decodeAny(bytes)]
          expect({ ...short, textOf: null }).toEqual({ ...whole, textOf: null })
          expect(candidates ?? whole.outcomes).toEqual(whole.outcomes)
          whole.outcomes.forEach((_, i) => expect(short.textOf(i)).toBe(whole.textOf(i)))
        },
      ),
      { numRuns: 20_000 },
    )
    expect(plain).toBeGreaterThan(1_000)
  })

  it('is what plain gateways send, and nothing with more than 1,000 elements', () => {
    const reader = new PlainReader()
    const one = { meter: 'W-330106-0001', time: '2026-11-22T08:00:00+08:00', register: 1234.567, unit: 'm3' }
    expect(reader.read(Buffer.from(JSON.stringify(one)))).toHaveLength(1)
    expect(reader.read(Buffer.from(JSON.stringify([one, one], null, 2)))).toHaveLength(2)
    const all = Array.from({ length: 1_000 }, () => one)
    expect(reader.read(Buffer.from(JSON.stringify(all)))).toHaveLength(1_000)
    expect(reader.read(Buffer.from(JSON.stringify([...all, one])))).toBeNull()
  })
})

describe('known texts', () => {
  it('are found by their bytes, whatever was asked before and however often all were forgotten', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-d/ 表-]{0,3}$/), { maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (texts, most) => {
          const known = new KnownTexts(isId, most)
          for (const text of texts) {
            const bytes = Buffer.from(`"${text}"`)
            const expected = isId(text) ? text : null
            expect(known.find(bytes, 1, bytes.length - 1)).toBe(expected)
          }
        },
      ),
    )
    const known = new KnownTexts(isId)
    const ids = Array.from({ length: 20_000 }, (_, i) => `W-${i}`)
    for (const id of [...ids, ...ids]) expect(known.find(Buffer.from(id), 0, id.length)).toBe(id)
  })
})
