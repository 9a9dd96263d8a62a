import { isId, type MeterId } from '../../domain/ids.ts'
import { METER_STATUSES, type Quality } from '../../domain/quality.ts'
import { REJECT_CODES, type RejectCode } from '../../domain/reject-codes.ts'
import { kindOfUnit, METER_KINDS, toCanonical, UNITS, type MeterKind, type Unit } from '../../domain/units.ts'
import type { Candidate, Refusal } from '../candidate.ts'
import { isPlausible, LARGEST_REGISTER, MOST_PER_HOUR } from '../ledger/plausible.ts'
import { CONCLUDED_QUALITIES, LONGEST_INTERVAL_SECONDS, STATED_QUALITIES } from './native-schema.ts'
import { parseTime } from './parse-time.ts'

const units: ReadonlySet<unknown> = new Set(UNITS)
const kinds: ReadonlySet<unknown> = new Set(METER_KINDS)
const statedQualities: ReadonlySet<unknown> = new Set(STATED_QUALITIES)
const statusBits: ReadonlyMap<unknown, number> = new Map(METER_STATUSES.map((name, i) => [name, 1 << i]))

/** `nativeElementSchema` by hand: the hot path of every reading. A test holds the two against each other. */
export function validateElement(element: unknown): Candidate | Refusal {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    return refusal('invalid-element', `it is ${nameOf(element)}`)
  }
  // Only these names are read, and JSON.parse makes own properties of them: `__proto__` in a payload reaches nothing.
  const fields = element as Readonly<Record<string, unknown>>
  const meter = fields['meter']
  if (typeof meter !== 'string' || !isId(meter)) return refusal('invalid-meter', `meter is ${show(meter)}`)
  const timeMs = parseTime(fields['time'])
  if (timeMs === null) return refusal('invalid-time', timeWords(fields['time']))
  const unit = fields['unit']
  if (!units.has(unit)) return refusal('invalid-unit', `unit is ${show(unit)}`)
  const kind = kindOfUnit(unit as Unit)
  const statedKind = fields['kind'] ?? kind
  if (statedKind !== kind) return refusal('kind-mismatch', kindWords(statedKind, unit as Unit))
  const value = valueOf(fields, unit as Unit, kind)
  if ('code' in value) return value
  const status = statusOf(fields['status'])
  if (status === null) return refusal('invalid-status', `status is ${show(fields['status'])}`)
  const stated = fields['quality'] ?? 'measured'
  if (!statedQualities.has(stated)) {
    return refusal('invalid-quality', `quality is ${show(stated)}; use one of ${STATED_QUALITIES.join(', ')}`)
  }
  const correction = fields['correction'] ?? false
  if (typeof correction !== 'boolean') {
    return refusal('invalid-element', `correction is ${show(correction)}, not true or false`)
  }
  return {
    meter: meter as MeterId,
    kind,
    timeMs,
    register: value.register,
    consumption: value.consumption,
    intervalMs: value.intervalMs,
    stated: CONCLUDED_QUALITIES.has(stated) ? 'measured' : (stated as Quality),
    status,
    correction,
  }
}

interface Value {
  readonly register: number | null
  readonly consumption: number | null
  readonly intervalMs: number | null
}

function valueOf(fields: Readonly<Record<string, unknown>>, unit: Unit, kind: MeterKind): Value | Refusal {
  const register = fields['register'] ?? null
  const consumption = fields['consumption'] ?? null
  const intervalSeconds = fields['intervalSeconds'] ?? null
  if (register === null && consumption === null)
    return refusal('invalid-value', 'it has neither a register nor a consumption')
  if (register !== null && consumption !== null)
    return refusal('invalid-value', 'it has both a register and a consumption; give one')
  if (intervalSeconds !== null && !isInterval(intervalSeconds)) {
    return refusal('invalid-interval', `intervalSeconds is ${show(intervalSeconds)}`)
  }
  if (consumption === null) {
    if (!isAmount(register)) return refusal('invalid-value', `register is ${show(register)}`)
    const canonical = toCanonical(register, unit)
    if (canonical > LARGEST_REGISTER) {
      return refusal('invalid-value', `register is ${register} ${unit}: no meter shows that much`)
    }
    // -0 is a number in JSON; adding 0 makes it the 0 that it means.
    return { register: canonical + 0, consumption: null, intervalMs: null }
  }
  if (!isAmount(consumption)) return refusal('invalid-value', `consumption is ${show(consumption)}`)
  if (intervalSeconds === null) return refusal('invalid-interval', 'intervalSeconds is missing')
  const canonical = toCanonical(consumption, unit)
  const intervalMs = intervalSeconds * 1_000
  if (!isPlausible(kind, canonical, intervalMs)) {
    const most = kind === 'water' ? `${MOST_PER_HOUR.water / 1_000} m3/h` : `${MOST_PER_HOUR.electricity} kW`
    return refusal(
      'invalid-value',
      `a consumption of ${consumption} ${unit} in ${intervalSeconds} s is more than ${most}`,
    )
  }
  return { register: null, consumption: canonical + 0, intervalMs }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity
}

function isInterval(value: unknown): value is number {
  return (
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LONGEST_INTERVAL_SECONDS
  )
}

/** The bits of one status or a list of them; null where one is unknown. */
function statusOf(value: unknown): number | null {
  if (value === undefined || value === null) return 0
  if (typeof value === 'string') return statusBits.get(value) ?? null
  if (!Array.isArray(value) || value.length > METER_STATUSES.length) return null
  let bits = 0
  for (const name of value as unknown[]) {
    const bit = statusBits.get(name)
    if (bit === undefined) return null
    bits |= bit
  }
  return bits
}

/** What was found, then the code's own words of how to mend it. */
function refusal(code: RejectCode, found: string): Refusal {
  return { code, message: `${found}. ${REJECT_CODES[code]}` }
}

function timeWords(time: unknown): string {
  const seconds = typeof time === 'number' && time > 946_684_800 && time < 10_000_000_000
  return `time is ${show(time)}${seconds ? ', which looks like epoch seconds: multiply by 1000' : ''}`
}

function kindWords(kind: unknown, unit: Unit): string {
  return kinds.has(kind) ? `kind ${show(kind)} is not measured in ${unit}` : `kind is ${show(kind)}`
}

const SHOWN_CHARACTERS = 60

function show(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return nameOf(value)
  const cut = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value
  return JSON.stringify(cut.toWellFormed())
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}
