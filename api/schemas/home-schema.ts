import { z } from 'zod'
import { contactSchema, INACTIVITY_RULES, RISK_TIERS } from '../../domain/household.ts'
import { QUALITIES } from '../../domain/quality.ts'
import { toIso } from '../../domain/time.ts'
import { CANONICAL_UNIT, METER_KINDS, type MeterKind } from '../../domain/units.ts'
import type { MeterSummary } from '../../ingest/registry-reader.ts'
import { STEPS, type StoredReading } from '../../store/reading-store.ts'
import { isoSchema } from './query-schema.ts'

const unitSchema = z.enum(['kWh', 'L']).meta({ description: 'kWh for electricity, L for water.' })

export const meterSchema = z
  .object({
    id: z.string(),
    kind: z.enum(METER_KINDS),
    unit: unitSchema,
    household: z
      .string()
      .nullable()
      .meta({ description: 'null: unregistered, judged as a home of its own.' }),
    gateway: z
      .string()
      .nullable()
      .meta({ description: 'Who sent its newest reading; null before the first.' }),
    newestTime: isoSchema.nullable(),
    readings: z.int().meta({ description: 'Readings kept.' }),
  })
  .meta({ id: 'Meter' })
export type WireMeter = z.infer<typeof meterSchema>

export const householdSchema = z
  .object({
    id: z.string(),
    registered: z.boolean().meta({
      description:
        'false: an unregistered meter as the home of its own that it is judged as, under the meter’s id.',
    }),
    region: z.string().nullable(),
    tier: z.enum(RISK_TIERS).nullable(),
    timezone: z.string().meta({ example: 'Asia/Shanghai' }),
    rule: z.enum(INACTIVITY_RULES).nullable(),
    contacts: z.array(contactSchema),
    meters: z.array(meterSchema),
    blindSince: isoSchema.nullable().meta({
      description:
        'Since when nobody could have seen anything: all meters are offline, behind a dead gateway, frozen or at fault. null: one of them sees.',
    }),
  })
  .meta({
    id: 'Household',
    examples: [
      {
        id: 'H-0042',
        registered: true,
        region: 'zhejiang/hangzhou/chunan/linqi/west/3',
        tier: 'high',
        timezone: 'Asia/Shanghai',
        rule: 'evidence',
        contacts: [{ name: '王芳', phone: '+86 571 5550 0142' }],
        meters: [
          {
            id: 'W-330127-0042',
            kind: 'water',
            unit: 'L',
            household: 'H-0042',
            gateway: 'gw1',
            newestTime: '2026-11-21T06:00:00Z',
            readings: 4_812,
          },
        ],
        blindSince: null,
      },
    ],
  })
export type WireHousehold = z.infer<typeof householdSchema>

export const readingSchema = z
  .object({
    time: isoSchema.meta({ description: 'The end of what it measures.' }),
    register: z
      .number()
      .nullable()
      .meta({ description: 'Cumulative; null where the meter sends consumption.' }),
    consumption: z
      .number()
      .nullable()
      .meta({ description: 'Use since the reading before; null where it cannot be told.' }),
    unit: unitSchema,
    quality: z.enum(QUALITIES),
  })
  .meta({
    id: 'Reading',
    examples: [
      { time: '2026-11-20T08:00:00Z', register: 1_500, consumption: 12.5, unit: 'L', quality: 'measured' },
    ],
  })

export const consumptionSchema = z
  .object({
    household: z.string(),
    from: isoSchema,
    to: isoSchema,
    step: z.enum(STEPS),
    timezone: z.string().meta({ description: 'Decides where days, weeks and months begin.' }),
    meters: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(METER_KINDS),
        unit: unitSchema,
        items: z.array(
          z.object({
            start: isoSchema,
            end: isoSchema,
            consumption: z
              .number()
              .nullable()
              .meta({ description: 'null: no reading says anything (no data is not no use).' }),
            readings: z.int(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Consumption' })

export function toWireMeter(meter: MeterSummary): WireMeter {
  return {
    id: meter.id,
    kind: meter.kind,
    unit: CANONICAL_UNIT[meter.kind],
    household: meter.household,
    gateway: meter.gateway === '' ? null : meter.gateway,
    newestTime: meter.newestTimeMs === null ? null : toIso(meter.newestTimeMs),
    readings: meter.readings,
  }
}

export function toWireReading(kind: MeterKind, reading: StoredReading): z.infer<typeof readingSchema> {
  const { timeMs, register, consumption, quality } = reading
  return { time: toIso(timeMs), register, consumption, unit: CANONICAL_UNIT[kind], quality }
}
