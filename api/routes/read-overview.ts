import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { ALERT_KIND_NAMES, CONDITIONS, SEVERITIES } from '../../domain/alert-kinds.ts'
import { callerOf } from '../authenticate.ts'
import type { ApiDeps } from '../deps.ts'
import { ALERT_STATES, type AlertCount } from '../desk/desk.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { overviewSchema } from '../schemas/system-schema.ts'

export function readOverviewRoutes(deps: ApiDeps): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/v1/overview',
      {
        schema: {
          tags: ['system'],
          operationId: 'getOverview',
          summary: 'Counts of everything',
          description: 'Alerts, households and meters are counted in your regions only.',
          response: { 200: overviewSchema, ...problems(...KEYED, 'temporarily-unavailable') },
        },
      },
      async (request) => {
        const areas = callerOf(request).regions
        const { readings, backlog } = await deps.status()
        return {
          readings: areas === null ? { ...readings } : null,
          alerts: countsOf(deps.desk.counts(areas)),
          ...homes(deps, areas, await deps.countBlind(areas)),
          backlog: { ...backlog },
        }
      },
    )
    done()
  }
}

function homes(deps: ApiDeps, areas: readonly string[] | null, blind: number | null) {
  if (areas !== null) {
    const { households, metersRegistered } = deps.registry.countsIn(areas)
    return {
      households: { registered: households, blind },
      meters: { registered: metersRegistered, unregistered: 0 },
    }
  }
  const { households, metersRegistered, metersUnregistered } = deps.registry.counts()
  return {
    households: { registered: households, blind },
    meters: { registered: metersRegistered, unregistered: metersUnregistered },
  }
}

function countsOf(counts: readonly AlertCount[]) {
  return {
    total: sum(counts),
    state: byName(ALERT_STATES, counts, 'state'),
    condition: byName(CONDITIONS, counts, 'condition'),
    kind: byName(ALERT_KIND_NAMES, counts, 'kind'),
    severity: byName(SEVERITIES, counts, 'severity'),
  }
}

function byName<T extends string>(
  names: readonly T[],
  counts: readonly AlertCount[],
  field: 'state' | 'condition' | 'kind' | 'severity',
): Record<T, number> {
  const entries = names.map((name) => [name, sum(counts.filter((count) => count[field] === name))])
  return Object.fromEntries(entries) as Record<T, number>
}

function sum(counts: readonly AlertCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0)
}
