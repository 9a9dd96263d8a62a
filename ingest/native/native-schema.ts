import { z } from 'zod'
import { isId } from '../../domain/ids.ts'
import { METER_STATUSES, QUALITIES, type Quality } from '../../domain/quality.ts'
import { DAY_MS } from '../../domain/time.ts'
import { kindOfUnit, METER_KINDS, toCanonical, UNITS } from '../../domain/units.ts'
import { isPlausible, LARGEST_REGISTER } from '../ledger/plausible.ts'
import { parseTime } from './parse-time.ts'

export const MOST_ELEMENTS = 1_000
export const LONGEST_INTERVAL_SECONDS = (31 * DAY_MS) / 1_000

/**
 * What a gateway may say of its own value. `missing`: it has none and sent a filler: kept, never used. `exchange`: the
 * meter behind this id is a new one from this reading on.
 */
export const STATED_QUALITIES = QUALITIES

/** Ours to conclude, from the registers and the meter's own time: said by a gateway, it costs no reading and changes none. */
export const CONCLUDED_QUALITIES: ReadonlySet<unknown> = new Set<Quality>(['rollover', 'late'])

const status = z.enum(METER_STATUSES)

/**
 * One element of the native payload: the reference of `validateElement`, which does the same by hand at a hundredth of
 * the time, and the source of its documentation. Optional fields may be absent or null; other fields are passed over.
 */
export const nativeElementSchema = z
  .object({
    meter: z.string().refine(isId).describe('1 to 128 printable characters without / + #'),
    time: z
      .union([z.string(), z.number()])
      .refine((time) => parseTime(time) !== null)
      .describe('the end of what it measures: ISO 8601 with a zone, or epoch milliseconds, since 2000'),
    unit: z.enum(UNITS),
    register: z.number().min(0).nullish().describe('cumulative; either this or consumption'),
    consumption: z.number().min(0).nullish().describe('use over the intervalSeconds before time'),
    intervalSeconds: z.number().int().min(1).max(LONGEST_INTERVAL_SECONDS).nullish(),
    kind: z.enum(METER_KINDS).nullish().describe('told by the unit where it is absent'),
    status: z.union([status, z.array(status).max(METER_STATUSES.length)]).nullish(),
    quality: z
      .enum(STATED_QUALITIES)
      .nullish()
      .describe('measured where it is absent; rollover and late are concluded here whatever is said'),
    correction: z.boolean().nullish().describe('true: replaces what is kept for this meter and time'),
  })
  .superRefine((element, context) => {
    const { unit, register, consumption, intervalSeconds } = element
    const kind = kindOfUnit(unit)
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (typeof element.kind === 'string' && element.kind !== kind) refuse('the kind does not fit the unit')
    const hasRegister = typeof register === 'number'
    const hasConsumption = typeof consumption === 'number'
    if (hasRegister === hasConsumption) refuse('give either a register or a consumption')
    if (hasRegister && toCanonical(register, unit) > LARGEST_REGISTER) refuse('the register is too large')
    if (!hasConsumption) return
    if (typeof intervalSeconds !== 'number') refuse('a consumption needs intervalSeconds')
    else if (!isPlausible(kind, toCanonical(consumption, unit), intervalSeconds * 1_000)) {
      refuse('no home can use that much')
    }
  })
export type NativeElement = z.infer<typeof nativeElementSchema>

export const nativePayloadSchema = z.union([
  nativeElementSchema,
  z.array(nativeElementSchema).min(1).max(MOST_ELEMENTS),
])
