import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Reject } from '../../domain/reject-codes.ts'
import { toIso } from '../../domain/time.ts'
import type { Page, RejectFilter } from '../../ingest/registry-reader.ts'
import { BadCursor, readCursor, writeCursor } from '../cursor.ts'
import type { ApiDeps, RejectSource } from '../deps.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { momentSchema, pageOf, pageQuery } from '../schemas/query-schema.ts'
import { REJECT_CODE_NAMES, rejectSchema } from '../schemas/system-schema.ts'

const CURSOR = 'rejects'

export function readRejectRoutes(deps: ApiDeps): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/v1/rejects',
      {
        config: { access: 'system' },
        schema: {
          tags: ['system'],
          operationId: 'listRejects',
          summary: 'What was refused, and why',
          description:
            'Needs an operator’s key that is not limited to regions. First what ingest refused, then what the database refused.',
          querystring: z.strictObject({
            code: z.enum(REJECT_CODE_NAMES).optional(),
            gateway: z.string().min(1).max(128).optional(),
            from: momentSchema.optional().meta({ description: 'Received at or after.' }),
            to: momentSchema.optional().meta({ description: 'Received up to.' }),
            ...pageQuery,
          }),
          response: { 200: pageOf(rejectSchema), ...problems(...KEYED, 'invalid-cursor') },
        },
      },
      async (request) => {
        const { code, gateway, from, to, cursor, limit } = request.query
        const filter: RejectFilter = {
          ...(code === undefined ? {} : { code }),
          ...(gateway === undefined ? {} : { gateway }),
          ...(from === undefined ? {} : { fromMs: from }),
          ...(to === undefined ? {} : { toMs: to }),
        }
        const place = cursor === undefined ? null : readCursor(CURSOR, cursor)
        const page = readThrough(deps.rejects, filter, place, limit)
        return {
          items: page.items.map(({ receivedAtMs, gateway, topic, code, message, payload }) => ({
            receivedAt: toIso(receivedAtMs),
            gateway,
            topic,
            code,
            message,
            payload,
          })),
          next: page.next === null ? null : writeCursor(CURSOR, page.next),
        }
      },
    )
    done()
  }
}

/** One list out of several, one behind the other; a place in it is `source,place in the source`. */
function readThrough(
  sources: readonly RejectSource[],
  filter: RejectFilter,
  place: string | null,
  limit: number,
): Page<Reject> {
  const [at, inner] = placeIn(place)
  const items: Reject[] = []
  for (const [index, source] of sources.entries()) {
    if (index < at) continue
    const page = source.rejects(filter, index === at ? inner : null, limit - items.length)
    items.push(...page.items)
    if (page.next !== null) return { items, next: `${index},${page.next}` }
    if (items.length >= limit && index + 1 < sources.length) return { items, next: `${index + 1},` }
  }
  return { items, next: null }
}

function placeIn(place: string | null): [number, string | null] {
  if (place === null) return [0, null]
  const [, source, inner] = /^(\d{1,3}),(.*)$/.exec(place) ?? []
  if (source === undefined || inner === undefined) throw new BadCursor()
  return [Number(source), inner === '' ? null : inner]
}
