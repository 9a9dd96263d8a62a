import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { METER_STATUSES } from '../../domain/quality.ts'
import { kindOfUnit, toCanonical } from '../../domain/units.ts'
import { isRefusal, type Candidate } from '../../ingest/candidate.ts'
import { decodeNative } from '../../ingest/native/decode-native.ts'
import {
  CONCLUDED_QUALITIES,
  nativeElementSchema,
  nativePayloadSchema,
  type NativeElement,
} from '../../ingest/native/native-schema.ts'
import { parseTime } from '../../ingest/native/parse-time.ts'
import { validateElement } from '../../ingest/native/validate-element.ts'

const good = { meter: 'W-1', time: '2026-11-20T08:00:00Z', register: 1.5, unit: 'm3' }
const codeOf = (element: unknown): string => {
  const outcome = validateElement(element)
  return isRefusal(outcome) ? outcome.code : 'accepted'
}
const decode = (text: string | Uint8Array): ReturnType<typeof decodeNative> => decodeNative(Buffer.from(text))
const codes = (text: string | Uint8Array): string[] =>
  decode(text).outcomes.map((outcome) => (isRefusal(outcome) ? outcome.code : 'accepted'))

describe('an element of the native format', () => {
  it('becomes a candidate in kWh or L', () => {
    expect(validateElement(good)).toEqual({
      meter: 'W-1',
      kind: 'water',
      timeMs: Date.parse('2026-11-20T08:00:00Z'),
      register: 1500,
      consumption: null,
      intervalMs: null,
      stated: 'measured',
      status: 0,
      correction: false,
    })
    const interval = { ...good, register: null, consumption: 250, intervalSeconds: 900, unit: 'Wh' }
    expect(validateElement(interval)).toMatchObject({
      kind: 'electricity',
      consumption: 0.25,
      intervalMs: 900_000,
    })
  })

  it.each([
    [{ ...good, meter: 'a/b' }, 'invalid-meter'],
    [{ ...good, meter: '' }, 'invalid-meter'],
    [{ ...good, meter: 'x'.repeat(129) }, 'invalid-meter'],
    [{ ...good, meter: 'a\0b' }, 'invalid-meter'],
    [{ ...good, meter: 'a\uD800' }, 'invalid-meter'],
    [{ ...good, meter: 12 }, 'invalid-meter'],
    [{ ...good, meter: '水表-12' }, 'accepted'],
    [{ ...good, time: '2026-11-20T08:00:00' }, 'invalid-time'],
    [{ ...good, unit: 'gallon' }, 'invalid-unit'],
    [{ ...good, unit: 'toString' }, 'invalid-unit'],
    [{ ...good, kind: 'electricity' }, 'kind-mismatch'],
    [{ ...good, kind: 'gas' }, 'kind-mismatch'],
    [{ ...good, kind: 'water' }, 'accepted'],
    [{ ...good, register: -0.001 }, 'invalid-value'],
    [{ ...good, register: -0 }, 'accepted'],
    [{ ...good, register: '1.5' }, 'invalid-value'],
    [{ ...good, register: Infinity }, 'invalid-value'],
    [{ ...good, register: 1e300 }, 'invalid-value'],
    [{ ...good, register: undefined }, 'invalid-value'],
    [{ ...good, consumption: 1, intervalSeconds: 900 }, 'invalid-value'],
    [{ ...good, register: null, consumption: 5, intervalSeconds: 900 }, 'accepted'],
    [{ ...good, register: null, consumption: 5.01, intervalSeconds: 900 }, 'invalid-value'],
    [{ ...good, register: null, consumption: 1 }, 'invalid-interval'],
    [{ ...good, register: null, consumption: 1, intervalSeconds: 0 }, 'invalid-interval'],
    [{ ...good, register: null, consumption: 1, intervalSeconds: 1.5 }, 'invalid-interval'],
    [{ ...good, register: null, consumption: 1, intervalSeconds: 2_678_401 }, 'invalid-interval'],
    [{ ...good, status: 'tamper' }, 'accepted'],
    [{ ...good, status: ['tamper', 'battery-low', 'tamper'] }, 'accepted'],
    [{ ...good, status: [] }, 'accepted'],
    [{ ...good, status: 'broken' }, 'invalid-status'],
    [{ ...good, status: ['constructor'] }, 'invalid-status'],
    [{ ...good, status: 0 }, 'invalid-status'],
    [{ ...good, quality: 'estimated' }, 'accepted'],
    [{ ...good, quality: 'late' }, 'accepted'],
    [{ ...good, quality: 'doubtful' }, 'invalid-quality'],
    [{ ...good, correction: 'yes' }, 'invalid-element'],
    [[good], 'invalid-element'],
    ['text', 'invalid-element'],
    [null, 'invalid-element'],
    [{}, 'invalid-meter'],
    [
      JSON.parse('{"__proto__":{"meter":"W-1","time":"2026-11-20T08:00:00Z","register":1,"unit":"L"}}'),
      'invalid-meter',
    ],
  ])('%j is %s', (element, code) => {
    expect(codeOf(element)).toBe(code)
  })

  it('says what was found and how to mend it', () => {
    expect(validateElement({ ...good, time: 1_764_000_000 })).toMatchObject({
      message: expect.stringMatching(/1764000000, which looks like epoch seconds.*ISO 8601/s),
    })
    expect(validateElement({ ...good, unit: 'gallon' })).toMatchObject({
      message: 'unit is "gallon". The unit is not one of kWh, Wh, m3, L.',
    })
  })

  it('is accepted by hand exactly where the schema accepts it, with the same content', () => {
    const odd = fc.constantFrom<unknown>(
      undefined,
      null,
      '',
      'x',
      -1,
      0,
      1,
      1.5,
      1e13,
      1e308,
      NaN,
      true,
      [],
      {},
    )
    const mostly = <T>(values: readonly T[]): fc.Arbitrary<unknown> =>
      fc.oneof({ weight: 40, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: odd })
    const element = fc.record(
      {
        meter: mostly(['W-1', '水表', 'a/b', ' ', 'a\uD800', 'x'.repeat(128), 'x'.repeat(129)]),
        time: mostly([
          '2026-11-20T08:00:00Z',
          '2026-11-20T08:00:00+08:00',
          1_764_000_000_000,
          '2026-02-30T00:00:00Z',
        ]),
        unit: mostly(['kWh', 'Wh', 'm3', 'L', 'KWH']),
        register: fc.oneof(
          { weight: 1, arbitrary: odd },
          { weight: 4, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) },
          { weight: 1, arbitrary: fc.double() },
          { weight: 6, arbitrary: fc.constant(null) },
        ),
        consumption: fc.oneof(
          { weight: 1, arbitrary: odd },
          { weight: 4, arbitrary: fc.double({ min: 0, max: 1e4, noNaN: true }) },
          { weight: 6, arbitrary: fc.constant(null) },
        ),
        intervalSeconds: mostly([900, 3600, 1, 2_678_400, 2_678_401]),
        kind: mostly(['water', 'electricity', undefined, null]),
        status: mostly<unknown>([...METER_STATUSES, ['tamper', 'tamper'], ['tamper', 'x'], undefined]),
        quality: mostly(['measured', 'missing', 'exchange', 'rollover', 'doubtful', undefined]),
        correction: mostly([true, false, undefined]),
      },
      { requiredKeys: ['meter', 'time', 'unit'] },
    )
    let accepted = 0
    fc.assert(
      fc.property(
        fc.oneof({ weight: 20, arbitrary: element }, { weight: 1, arbitrary: fc.anything() }),
        (value) => {
          const byHand = validateElement(value)
          const bySchema = nativeElementSchema.safeParse(value)
          expect({ byHand, accepted: !isRefusal(byHand) }).toEqual({ byHand, accepted: bySchema.success })
          if (!bySchema.success) return
          accepted++
          expect(byHand).toEqual(toCandidate(bySchema.data))
        },
      ),
      { numRuns: 5_000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

describe('a native payload', () => {
  it('is one object or an array, its elements judged one by one', () => {
    expect(codes(JSON.stringify(good))).toEqual(['accepted'])
    expect(codes(JSON.stringify([good, { ...good, unit: 'x' }, 7, good]))).toEqual([
      'accepted',
      'invalid-unit',
      'invalid-element',
      'accepted',
    ])
    expect(nativePayloadSchema.safeParse([good, good]).success).toBe(true)
  })

  it.each([
    ['{"meter":', 'invalid-json'],
    ['', 'invalid-json'],
    [Buffer.from([0xff, 0xfe, 0x00]), 'invalid-json'],
    ['[]', 'empty-batch'],
    ['null', 'invalid-element'],
    ['"text"', 'invalid-element'],
  ])('%j is one reject: %s', (payload, code) => {
    expect(codes(payload)).toEqual([code])
    expect(decode(payload).refusedWhole ?? 1).toBe(1)
  })

  it('of more than 1,000 elements is refused whole and counts them all', () => {
    const payload = JSON.stringify(Array.from({ length: 1_001 }, () => good))
    expect(codes(payload)).toEqual(['batch-too-large'])
    expect(decode(payload).refusedWhole).toBe(1_001)
    expect(codes(JSON.stringify(Array.from({ length: 1_000 }, () => good)))).toHaveLength(1_000)
  })

  it('nested as deeply as a packet allows is refused, not fatal', () => {
    const deep = '['.repeat(500_000) + ']'.repeat(500_000)
    expect(codes(deep)).toEqual(['invalid-element'])
    expect(decode(deep).textOf(0)).toMatch(/nested too deeply|^\[\[/)
    expect(codes(`{"meter":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`)).toEqual(['invalid-meter'])
  })
})

/** The mapping of the schema's element to a candidate, the plain way. */
function toCandidate(element: NativeElement): Candidate {
  const status = element.status ?? []
  const names = typeof status === 'string' ? [status] : status
  const consumption = element.consumption ?? null
  return {
    meter: element.meter as Candidate['meter'],
    kind: kindOfUnit(element.unit),
    timeMs: parseTime(element.time)!,
    register: typeof element.register === 'number' ? toCanonical(element.register, element.unit) + 0 : null,
    consumption: consumption === null ? null : toCanonical(consumption, element.unit) + 0,
    intervalMs: consumption === null ? null : element.intervalSeconds! * 1_000,
    stated: CONCLUDED_QUALITIES.has(element.quality) ? 'measured' : (element.quality ?? 'measured'),
    status: METER_STATUSES.reduce((bits, name, i) => (names.includes(name) ? bits | (1 << i) : bits), 0),
    correction: element.correction ?? false,
  }
}
