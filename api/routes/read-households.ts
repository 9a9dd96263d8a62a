import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isInRegion, regionSchema } from '../../domain/household.ts'
import { householdIdSchema } from '../../domain/ids.ts'
import { callerOf } from '../authenticate.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import type { ApiDeps } from '../deps.ts'
import { findHome, tellBlind, toWireHome } from '../find-home.ts'
import { Problem } from '../problem.ts'
import { householdSchema } from '../schemas/home-schema.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { pageOf, pageQuery } from '../schemas/query-schema.ts'

const CURSOR = 'households'

export const householdParams = z.object({ id: householdIdSchema })

export function readHouseholdRoutes(deps: ApiDeps): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/v1/households',
      {
        schema: {
          tags: ['homes'],
          operationId: 'listHouseholds',
          summary: 'Registered households with their meters',
          description:
            'Meters that nobody has claimed are listed at `/api/v1/meters?registered=false`; each is judged as a home of its own.',
          querystring: z.strictObject({
            region: regionSchema.optional().meta({ description: 'In this region or below it.' }),
            ...pageQuery,
          }),
          response: {
            200: pageOf(householdSchema),
            ...problems(...KEYED, 'invalid-cursor', 'temporarily-unavailable'),
          },
        },
      },
      async (request) => {
        const { region, cursor, limit } = request.query
        const areas = narrowed(callerOf(request).regions, region)
        const place = cursor === undefined ? null : readCursor(CURSOR, cursor)
        const page = deps.registry.households({ areas }, place, limit)
        return {
          items: await tellBlind(
            deps,
            page.items.map((household) => toWireHome(deps, household)),
          ),
          next: page.next === null ? null : writeCursor(CURSOR, page.next),
        }
      },
    )
    app.get(
      '/api/v1/households/:id',
      {
        schema: {
          tags: ['homes'],
          operationId: 'getHousehold',
          summary: 'One household with its meters and contacts',
          params: householdParams,
          response: {
            200: householdSchema,
            ...problems(...KEYED, 'household-not-found', 'temporarily-unavailable'),
          },
        },
      },
      async (request) => {
        const home = findHome(deps, request.params.id, callerOf(request).regions)
        if (home === null) throw new Problem('household-not-found')
        const [told = home] = await tellBlind(deps, [home])
        return told
      },
    )
    done()
  }
}

/** The areas that are both the caller's and asked for. */
function narrowed(areas: readonly string[] | null, region: string | undefined): readonly string[] | null {
  if (region === undefined) return areas
  if (areas === null || areas.some((area) => isInRegion(region, area))) return [region]
  return areas.filter((area) => isInRegion(area, region))
}
