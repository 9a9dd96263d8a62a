import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { MeterId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../domain/time.ts'
import { type ConsumptionBucket, type Step, STEPS } from '../../store/reading-store.ts'
import { callerOf } from '../authenticate.ts'
import type { ApiDeps } from '../deps.ts'
import { findHome } from '../find-home.ts'
import { Problem } from '../problem.ts'
import { consumptionSchema, type WireHousehold } from '../schemas/home-schema.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { momentSchema } from '../schemas/query-schema.ts'
import { householdParams } from './read-households.ts'

const DEFAULT_RANGE_MS = 30 * DAY_MS
/** Buckets of one meter in one answer: 100 days of quarter hours. */
const MAX_BUCKETS = 10_000
/** The shortest that a step can be: days and months with the clock change in them are longer or shorter. */
const STEP_MS: Readonly<Record<Step, number>> = {
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '1d': 23 * HOUR_MS,
  '1w': 7 * DAY_MS - HOUR_MS,
  '1mo': 28 * DAY_MS - HOUR_MS,
}

export function readConsumptionRoutes(deps: ApiDeps): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/v1/households/:id/consumption',
      {
        schema: {
          tags: ['homes'],
          operationId: 'getConsumption',
          summary: 'Use of a home over time, per meter',
          description: `Steps are ${STEPS.join(', ')}; days, weeks and months begin on the home’s own clock. Default: the 30 days before the home’s newest reading, by the hour. At most ${MAX_BUCKETS} steps.`,
          params: householdParams,
          querystring: z.strictObject({
            from: momentSchema.optional(),
            to: momentSchema.optional(),
            step: z.enum(STEPS).default('1h'),
          }),
          response: {
            200: consumptionSchema,
            ...problems(...KEYED, 'household-not-found', 'too-many-buckets', 'temporarily-unavailable'),
          },
        },
      },
      async (request) => {
        const home = findHome(deps, request.params.id, callerOf(request).regions)
        if (home === null) throw new Problem('household-not-found')
        const { step } = request.query
        const toMs = request.query.to ?? newestOf(home) ?? deps.clock()
        const fromMs = request.query.from ?? toMs - DEFAULT_RANGE_MS
        checkRange(fromMs, toMs, step)
        const meters = []
        for (const { id, kind, unit } of home.meters) {
          const range = { fromMs, toMs }
          const buckets = await deps.store.consumption(id as MeterId, range, step, home.timezone)
          meters.push({ id, kind, unit, items: buckets.map(toWireBucket) })
        }
        return {
          household: home.id,
          from: toIso(fromMs),
          to: toIso(toMs),
          step,
          timezone: home.timezone,
          meters,
        }
      },
    )
    done()
  }
}

function newestOf(home: WireHousehold): number | null {
  const times = home.meters.flatMap(({ newestTime }) => (newestTime === null ? [] : [Date.parse(newestTime)]))
  return times.length === 0 ? null : Math.max(...times)
}

function checkRange(fromMs: number, toMs: number, step: Step): void {
  if (fromMs >= toMs) {
    const message = 'is not before `to`'
    throw new Problem('invalid-request', `query/from: ${message}`, [{ path: 'query/from', message }])
  }
  const buckets = Math.ceil((toMs - fromMs) / STEP_MS[step])
  if (buckets > MAX_BUCKETS) {
    throw new Problem(
      'too-many-buckets',
      `${buckets} steps of ${step} in this range, at most ${MAX_BUCKETS}: take a longer step or a shorter range.`,
    )
  }
}

function toWireBucket({ startMs, endMs, consumption, readings }: ConsumptionBucket) {
  return { start: toIso(startMs), end: toIso(endMs), consumption, readings }
}
