import { z } from 'zod'
import { ALERT_CATEGORIES, ALERT_KIND_NAMES, CONDITIONS, SEVERITIES } from '../../domain/alert-kinds.ts'
import { areaOf } from '../../domain/area.ts'
import { HOLD_REASONS } from '../../domain/finding.ts'
import { toIso } from '../../domain/time.ts'
import {
  type Alert,
  type AlertHold,
  ALERT_CHANGES,
  ALERT_STATES,
  type DeskEvent,
  OUTCOMES,
} from '../desk/desk.ts'
import { isoSchema } from './query-schema.ts'

const explanationSchema = z.object({ en: z.string(), zh: z.string() })

const evidenceSchema = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))]),
)

export const outcomeSchema = z.enum(OUTCOMES).meta({
  description:
    'What was found. `needs-help`, `hospital`, `moved-out` and `meter-fault` explain a silence that goes on; after any other, the alert opens again if its severity rises.',
})

const holdSchema = z.object({
  reason: z.enum([...HOLD_REASONS, 'person']).meta({
    description:
      '`planned-absence`, `hospital`: it was told that nobody is home. `area-outage`: supply or network of the area is gone. `data-gap`: nothing can be seen. `usual-absence`: the home is away at this time of every week. `neighbours-away`: many homes of its area have fallen silent in the same hours and are away. `person`: somebody at the desk has held it.',
  }),
  until: isoSchema.meta({ description: 'The deadline: by then it is judged anew.' }),
  explanation: explanationSchema,
})

const alertFields = {
  id: z.string().meta({
    description: 'Derived from household, kind and onset: the same matter has the same id for ever.',
  }),
  household: z
    .string()
    .nullable()
    .meta({ description: 'The home that it is about; null where it is about an `area`.' }),
  area: z
    .object({ type: z.enum(['region', 'gateway']), name: z.string() })
    .nullable()
    .meta({
      description:
        'Of an `area-outage`: all homes of a region, or behind a gateway; how many and which are in `evidence`. null where it is about a home.',
    }),
  region: z.string().nullable().meta({ description: 'province/city/county/township/village/grid' }),
  meters: z.array(z.string()).meta({ description: 'The meters whose readings it rests on.' }),
  kind: z.enum(ALERT_KIND_NAMES),
  category: z.enum(ALERT_CATEGORIES).meta({
    description: 'Whose desk it belongs to: life and trend may lead to a door, supply and device never do.',
  }),
  severity: z.enum(SEVERITIES),
  state: z.enum(ALERT_STATES).meta({ description: 'What people have done with it.' }),
  condition: z.enum(CONDITIONS).meta({
    description:
      'What is true of the home: `active` it goes on; `cleared` life returned; `retracted` late data showed that it was not so.',
  }),
  onset: isoSchema.meta({ description: 'When it began. Event time.' }),
  raisedAt: isoSchema.meta({ description: 'When the readings made it sure. Event time.' }),
  clearedAt: isoSchema.nullable().meta({ description: 'Event time of the first sure sign that it ended.' }),
  openedAt: isoSchema.meta({
    description: 'When it came on this desk, by the desk’s clock: response times count from here.',
  }),
  dueAt: isoSchema.nullable().meta({
    description:
      'By when someone must have taken it up, by the desk’s clock: red 30 min, orange 2 h, yellow 12 h after it opened. null for supply and device alerts.',
  }),
  heldUntil: isoSchema.nullable().meta({
    description:
      'While held: when it comes back by itself, by the desk’s clock. An hour after `hold.until` where the detector holds it: it looks again first.',
  }),
  hold: holdSchema.nullable().meta({ description: 'Set while held: why, and until when.' }),
  outcome: outcomeSchema.nullable().meta({ description: 'Set by the person who closed it.' }),
  explanation: explanationSchema.meta({ description: 'Words that a duty officer can read out.' }),
  evidence: evidenceSchema.meta({ description: 'The facts behind the explanation.' }),
  history: z.array(
    z.object({
      at: isoSchema,
      by: z.string().meta({ description: 'A caller, `detector`, or `desk`.' }),
      action: z.string(),
      note: z.string().nullable(),
      reason: explanationSchema.nullable().meta({ description: 'The detector’s words.' }),
    }),
  ),
}

const EXAMPLE = {
  id: '5c0b2f6f0f4b2f0a9d1e7c3a',
  household: 'H-0042',
  area: null,
  region: 'zhejiang/hangzhou/chunan/linqi/west/3',
  meters: ['W-330127-0042', 'E-330127-0042'],
  kind: 'inactivity',
  category: 'life',
  severity: 'orange',
  state: 'open',
  condition: 'active',
  onset: '2026-11-20T22:10:00Z',
  raisedAt: '2026-11-21T06:15:00Z',
  clearedAt: null,
  openedAt: '2026-11-21T06:15:02Z',
  dueAt: '2026-11-21T08:15:02Z',
  heldUntil: null,
  hold: null,
  outcome: null,
  explanation: {
    en: 'No water or power has been used by a person for 8 h; at this time of day there is life within 40 min.',
    zh: '已有8小时没有人为用水用电；平时这个时段40分钟内就有活动。',
  },
  evidence: { silentHours: 8, usualMinutes: 40 },
  history: [
    {
      at: '2026-11-21T06:15:02Z',
      by: 'detector',
      action: 'raise',
      note: 'No water or power …',
      reason: null,
    },
  ],
} as const

export const alertSchema = z.object(alertFields).meta({ id: 'Alert', examples: [EXAMPLE] })

/** What the live stream and MQTT carry: the alert as it was right after the change. */
export const alertEventSchema = z
  .object({ ...alertFields, change: z.enum(ALERT_CHANGES), changedAt: isoSchema })
  .meta({ id: 'AlertEvent', examples: [{ ...EXAMPLE, change: 'raised', changedAt: EXAMPLE.openedAt }] })

export function toWireAlert(alert: Alert): z.infer<typeof alertSchema> {
  const area = areaOf(alert.household)
  return {
    id: alert.id,
    household: area === null ? alert.household : null,
    area: area === null ? null : { ...area },
    region: alert.region,
    meters: [...alert.meters],
    kind: alert.kind,
    category: alert.category,
    severity: alert.severity,
    state: alert.state,
    condition: alert.condition,
    onset: toIso(alert.onsetMs),
    raisedAt: toIso(alert.raisedAtMs),
    clearedAt: alert.clearedAtMs === null ? null : toIso(alert.clearedAtMs),
    openedAt: toIso(alert.openedAtMs),
    dueAt: alert.dueAtMs === null ? null : toIso(alert.dueAtMs),
    heldUntil: alert.heldUntilMs === null ? null : toIso(alert.heldUntilMs),
    hold: alert.hold === null ? null : wireHold(alert.hold),
    outcome: alert.outcome,
    explanation: alert.explanation,
    evidence: Object.fromEntries(
      Object.entries(alert.evidence).map(([name, fact]) => [
        name,
        typeof fact === 'object' && fact !== null ? [...fact] : fact,
      ]),
    ),
    history: alert.history.map(({ atMs, ...step }) => ({ at: toIso(atMs), ...step })),
  }
}

function wireHold({ reason, untilMs, explanation }: AlertHold): z.infer<typeof holdSchema> {
  return { reason, until: toIso(untilMs), explanation }
}

export function toWireEvent({ alert, change, atMs }: DeskEvent): z.infer<typeof alertEventSchema> {
  return { ...toWireAlert(alert), change, changedAt: toIso(atMs) }
}
