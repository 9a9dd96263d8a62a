import { z } from 'zod'
import { ABSENCE_KINDS, absenceReasonSchema, type Absence } from '../../domain/absence.ts'
import { toIso, type EpochMs } from '../../domain/time.ts'
import { isoSchema, momentSchema } from './query-schema.ts'

export const ABSENCE_STATES = ['upcoming', 'running', 'life-seen', 'over', 'withdrawn'] as const
export type AbsenceState = (typeof ABSENCE_STATES)[number]

const kindSchema = z.enum(ABSENCE_KINDS).meta({
  description: '`planned`: travel, a stay with relatives. `hospital`: somebody was taken there.',
})

export const absenceBody = z.strictObject({
  from: momentSchema.meta({ description: 'From when nobody is home.' }),
  to: momentSchema.meta({
    description: 'Until when, at most a year. 12 h later a home that is silent still is looked at again.',
  }),
  reason: absenceReasonSchema.meta({ example: 'With her daughter for the festival.' }),
  kind: kindSchema.default('planned'),
})

const endFields = z.strictObject({
  at: momentSchema.optional().meta({ description: 'When it ends; left out: now.' }),
})
// The body may be left out: they are back now.
export const absenceEndBody = z
  .preprocess((body) => body ?? {}, endFields)
  .meta({
    type: 'object',
    properties: { at: { type: 'string', format: 'date-time', description: 'When it ends; left out: now.' } },
    additionalProperties: false,
  })

export const absenceSchema = z
  .object({
    id: z.string().meta({ description: 'Derived from kind, from and to: told twice it is one absence.' }),
    household: z.string(),
    kind: kindSchema,
    from: isoSchema,
    to: isoSchema.meta({ description: 'Its end as it stands.' }),
    plannedTo: isoSchema.meta({ description: 'The end that was told first.' }),
    reason: z.string(),
    by: z.string().nullable().meta({ description: 'Who told it.' }),
    state: z.enum(ABSENCE_STATES).meta({
      description:
        '`life-seen`: it runs, but there was life in the home later than a day after it began. Where the home had been silent for long and life came back, the next silence is held for a day only.',
    }),
    lifeSeenAt: isoSchema
      .nullable()
      .meta({ description: 'The last sign of life within the absence while it runs.' }),
  })
  .meta({
    id: 'Absence',
    examples: [
      {
        id: 'planned-mi8qkw00-mier0000',
        household: 'H-0042',
        kind: 'planned',
        from: '2026-11-20T00:00:00Z',
        to: '2026-11-24T16:00:00Z',
        plannedTo: '2026-11-24T16:00:00Z',
        reason: 'With her daughter.',
        by: 'li',
        state: 'running',
        lifeSeenAt: null,
      },
    ],
  })

export function toWireAbsence(
  absence: Absence,
  lifeSeenMs: EpochMs | null,
  nowMs: EpochMs,
): z.infer<typeof absenceSchema> {
  const { fromMs, toMs, plannedToMs } = absence
  return {
    id: absence.id,
    household: absence.household,
    kind: absence.kind,
    from: toIso(fromMs),
    to: toIso(toMs),
    plannedTo: toIso(plannedToMs),
    reason: absence.reason,
    by: absence.by,
    state: stateOf(absence, lifeSeenMs, nowMs),
    lifeSeenAt: lifeSeenMs === null ? null : toIso(lifeSeenMs),
  }
}

function stateOf(absence: Absence, lifeSeenMs: EpochMs | null, nowMs: EpochMs): AbsenceState {
  if (absence.withdrawnAtMs !== null) return 'withdrawn'
  if (nowMs < absence.fromMs) return 'upcoming'
  if (nowMs >= absence.toMs) return 'over'
  return lifeSeenMs === null ? 'running' : 'life-seen'
}
