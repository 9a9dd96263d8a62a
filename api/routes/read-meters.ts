import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { meterIdSchema } from '../../domain/ids.ts'
import { callerOf } from '../authenticate.ts'
import { readCursor, readNumberCursor, writeCursor } from '../cursor.ts'
import type { ApiDeps } from '../deps.ts'
import { findMeter } from '../find-home.ts'
import { Problem } from '../problem.ts'
import { meterSchema, readingSchema, toWireMeter, toWireReading } from '../schemas/home-schema.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { momentSchema, pageOf, pageQuery } from '../schemas/query-schema.ts'

const METERS = 'meters'
const READINGS = 'readings'
const BEFORE_ALL_MS = -1
/** 2262-01-01: nanoseconds since 1970, in which InfluxDB counts, end in that year. */
const AFTER_ALL_MS = 9_214_646_400_000

const meterParams = z.object({ id: meterIdSchema })

export function readMeterRoutes(deps: ApiDeps): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/v1/meters',
      {
        schema: {
          tags: ['homes'],
          operationId: 'listUnregisteredMeters',
          summary: 'Meters that no household has claimed',
          description:
            'Their readings are kept and judged, each as a home of its own. Registered meters are listed with their households. Empty for a key limited to regions: an unclaimed meter is in none.',
          querystring: z.strictObject({ registered: z.literal('false').default('false'), ...pageQuery }),
          response: { 200: pageOf(meterSchema), ...problems(...KEYED, 'invalid-cursor') },
        },
      },
      async (request) => {
        const { cursor, limit } = request.query
        const place = cursor === undefined ? null : readCursor(METERS, cursor)
        if (callerOf(request).regions !== null) return { items: [], next: null }
        const page = deps.registry.unregisteredMeters(place, limit)
        return {
          items: page.items.map(toWireMeter),
          next: page.next === null ? null : writeCursor(METERS, page.next),
        }
      },
    )
    app.get(
      '/api/v1/meters/:id',
      {
        schema: {
          tags: ['homes'],
          operationId: 'getMeter',
          summary: 'One meter',
          params: meterParams,
          response: { 200: meterSchema, ...problems(...KEYED, 'meter-not-found') },
        },
      },
      async (request) => {
        const meter = findMeter(deps, request.params.id, callerOf(request).regions)
        if (meter === null) throw new Problem('meter-not-found')
        return toWireMeter(meter)
      },
    )
    app.get(
      '/api/v1/meters/:id/readings',
      {
        schema: {
          tags: ['homes'],
          operationId: 'listReadings',
          summary: 'Readings of a meter, oldest first',
          description:
            'A reading’s time is the end of what it measures, so the answer holds those with `from` < time ≤ `to`. Without them: all readings.',
          params: meterParams,
          querystring: z.strictObject({
            from: momentSchema.optional().meta({ description: 'Readings after this moment.' }),
            to: momentSchema.optional().meta({ description: 'Readings up to and at this moment.' }),
            ...pageQuery,
          }),
          response: {
            200: pageOf(readingSchema),
            ...problems(...KEYED, 'invalid-cursor', 'meter-not-found', 'temporarily-unavailable'),
          },
        },
      },
      async (request) => {
        const meter = findMeter(deps, request.params.id, callerOf(request).regions)
        if (meter === null) throw new Problem('meter-not-found')
        const { from, to, cursor, limit } = request.query
        const behindMs = cursor === undefined ? BEFORE_ALL_MS : readNumberCursor(READINGS, cursor)
        const range = { fromMs: Math.max(from ?? BEFORE_ALL_MS, behindMs), toMs: to ?? AFTER_ALL_MS }
        if (range.fromMs >= range.toMs) return { items: [], next: null }
        const found = await deps.store.readings(meter.id, range, limit + 1)
        const page = found.slice(0, limit)
        const last = page.at(-1)
        return {
          items: page.map((reading) => toWireReading(meter.kind, reading)),
          next: found.length > limit && last !== undefined ? writeCursor(READINGS, last.timeMs) : null,
        }
      },
    )
    done()
  }
}
