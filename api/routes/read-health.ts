import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import type { RefreshMetrics } from '../measure-api.ts'
import { Problem } from '../problem.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { healthSchema, readySchema } from '../schemas/system-schema.ts'

export function readHealthRoutes(deps: ApiDeps, refreshMetrics: RefreshMetrics): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/healthz',
      {
        config: { access: 'open', rateLimit: false },
        schema: {
          tags: ['system'],
          operationId: 'getHealth',
          summary: 'The process is alive',
          security: [],
          response: { 200: healthSchema, ...problems() },
        },
      },
      async () => ({ status: 'ok' as const }),
    )
    app.get(
      '/readyz',
      {
        config: { access: 'open', rateLimit: false },
        schema: {
          tags: ['system'],
          operationId: 'getReadiness',
          summary: 'Readings are accepted',
          description:
            '200 while readings are accepted, also when something else is degraded; otherwise 503.',
          security: [],
          response: { 200: readySchema, ...problems('not-accepting-readings') },
        },
      },
      async () => {
        const { accepting, reasons } = deps.health()
        if (!accepting) {
          const errors = reasons.map((message) => ({ path: 'system', message }))
          throw new Problem('not-accepting-readings', reasons.join(' ') || undefined, errors)
        }
        const status: 'ok' | 'degraded' = reasons.length === 0 ? 'ok' : 'degraded'
        return { status, reasons: [...reasons] }
      },
    )
    app.get(
      '/metrics',
      {
        config: { access: 'system' },
        schema: {
          tags: ['system'],
          operationId: 'getMetrics',
          summary: 'Metrics for Prometheus',
          description: 'Needs an operator’s key (Prometheus: `authorization: {credentials: <key>}`).',
          response: {
            200: {
              description: 'Prometheus text format.',
              content: { 'text/plain': { schema: z.string() } },
            },
            ...problems(...KEYED),
          },
        },
      },
      async (_request, reply) => {
        await refreshMetrics()
        const text = await deps.metrics.metrics()
        return reply
          .type(deps.metrics.contentType)
          .serializer((body: string) => body)
          .send(text)
      },
    )
    done()
  }
}
