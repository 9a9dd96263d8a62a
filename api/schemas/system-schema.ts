import { z } from 'zod'
import { ALERT_KIND_NAMES, CONDITIONS, SEVERITIES } from '../../domain/alert-kinds.ts'
import { REJECT_CODES, type RejectCode } from '../../domain/reject-codes.ts'
import { ALERT_STATES } from '../desk/desk.ts'
import { isoSchema } from './query-schema.ts'

export const REJECT_CODE_NAMES = Object.keys(REJECT_CODES) as [RejectCode, ...RejectCode[]]

export const rejectSchema = z
  .object({
    receivedAt: isoSchema,
    gateway: z.string(),
    topic: z.string(),
    code: z.enum(REJECT_CODE_NAMES),
    message: z.string().meta({ description: 'What is wrong, where, and how to mend it.' }),
    payload: z.string().meta({ description: 'The element as it came, cut to 4 KiB.' }),
  })
  .meta({
    id: 'Reject',
    examples: [
      {
        receivedAt: '2026-11-20T08:00:01Z',
        gateway: 'gw1',
        topic: 'hearthline/v1/gw1/readings',
        code: 'invalid-unit',
        message: REJECT_CODES['invalid-unit'],
        payload: '{"meter":"M1","time":"2026-11-20T08:00:00Z","register":1.5,"unit":"gal"}',
      },
    ],
  })

const count = z.int().min(0)

export const overviewSchema = z
  .object({
    readings: z
      .object({ received: count, stored: count, duplicates: count, rejected: count })
      .nullable()
      .meta({
        description:
          'Elements, not messages, since the data folder began; `stored` means that the store has it. null for a key limited to regions: what is refused or repeated belongs to none.',
      }),
    alerts: z.object({
      total: count,
      state: z.record(z.enum(ALERT_STATES), count),
      condition: z.record(z.enum(CONDITIONS), count),
      kind: z.record(z.enum(ALERT_KIND_NAMES), count).meta({ description: 'Of those not closed.' }),
      severity: z.record(z.enum(SEVERITIES), count).meta({ description: 'Of those not closed.' }),
    }),
    households: z.object({
      registered: count,
      blind: count.nullable().meta({
        description:
          'Homes of which no meter can show anything now (see `blindSince` of a household), as of some seconds ago; unclaimed meters count as homes. null where the detector runs elsewhere.',
      }),
    }),
    meters: z.object({ registered: count, unregistered: count }),
    backlog: z
      .object({ ingest: count, store: count, detector: count })
      .meta({ description: 'Entries not yet worked.' }),
  })
  .meta({ id: 'Overview' })

export const healthSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Health' })

export const readySchema = z
  .object({
    status: z.enum(['ok', 'degraded']),
    reasons: z.array(z.string()).meta({ description: 'What is degraded, in words.' }),
  })
  .meta({ id: 'Ready' })
