import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ALERT_KIND_NAMES, CONDITIONS, SEVERITIES } from '../../domain/alert-kinds.ts'
import { regionSchema } from '../../domain/household.ts'
import { householdIdSchema, type AlertId } from '../../domain/ids.ts'
import { callerOf } from '../authenticate.ts'
import type { ApiDeps } from '../deps.ts'
import { ALERT_STATES } from '../desk/desk.ts'
import { Problem } from '../problem.ts'
import { alertSchema, toWireAlert } from '../schemas/alert-schema.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { momentSchema, pageOf, pageQuery, someOf, split } from '../schemas/query-schema.ts'

const filterSchema = z.strictObject({
  state: someOf(ALERT_STATES, 'What people have done with it.'),
  condition: someOf(CONDITIONS, 'What is true of the home.'),
  kind: someOf(ALERT_KIND_NAMES, 'What it is about.'),
  severity: someOf(SEVERITIES, 'How sure and how grave.'),
  region: z
    .preprocess(split, z.array(regionSchema).min(1))
    .optional()
    .meta({
      type: 'array',
      items: { type: 'string' },
      description: 'In this region or below it. Several: repeat the parameter or join with commas.',
      example: ['zhejiang/hangzhou/chunan'],
    }),
  household: householdIdSchema.optional(),
  since: momentSchema.optional().meta({ description: '`raisedAt` at or after this moment.' }),
  ...pageQuery,
})

export const alertIdParams = z.object({
  id: z
    .string()
    .max(64)
    .transform((id) => id as AlertId),
})

export function listAlertRoutes(deps: ApiDeps): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/v1/alerts',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'listAlerts',
          summary: 'The alert feed, newest opened first',
          description:
            'Without a filter: all alerts of your regions, also closed ones. The duty officer’s feed is `?state=open,acknowledged,dispatched`; what goes on right now is `?condition=active`. Values of one parameter mean "any of", parameters are joined by "and". Pages stay stable while new alerts come in.',
          querystring: filterSchema,
          response: { 200: pageOf(alertSchema), ...problems(...KEYED, 'invalid-cursor') },
        },
      },
      async (request) => {
        const { state, condition, kind, severity, region, household, since, cursor, limit } = request.query
        const filter = {
          areas: callerOf(request).regions,
          ...(state === undefined ? {} : { states: state }),
          ...(condition === undefined ? {} : { conditions: condition }),
          ...(kind === undefined ? {} : { kinds: kind }),
          ...(severity === undefined ? {} : { severities: severity }),
          ...(region === undefined ? {} : { regions: region }),
          ...(household === undefined ? {} : { household }),
          ...(since === undefined ? {} : { sinceMs: since }),
        }
        const page = deps.desk.list(filter, cursor ?? null, limit)
        return { items: page.items.map(toWireAlert), next: page.next }
      },
    )
    app.get(
      '/api/v1/alerts/:id',
      {
        schema: {
          tags: ['alerts'],
          operationId: 'getAlert',
          summary: 'One alert with its whole history',
          params: alertIdParams,
          response: { 200: alertSchema, ...problems(...KEYED, 'alert-not-found') },
        },
      },
      async (request) => {
        const alert = deps.desk.get(request.params.id, callerOf(request).regions)
        if (alert === null) throw new Problem('alert-not-found')
        return toWireAlert(alert)
      },
    )
    done()
  }
}
