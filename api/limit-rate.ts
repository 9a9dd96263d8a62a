import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import type { ApiDeps, ApiLimits } from './deps.ts'
import { Problem } from './problem.ts'

/** Callers and addresses remembered at once; beyond it the least recent is forgotten and starts anew. */
const REMEMBERED = 10_000

/**
 * Requests per caller (per address where a route is open to all). Counted behind authentication, so that a
 * caller is known by name. Off where authentication is off, except that `createRateLimit` must exist.
 */
export async function limitRate(app: FastifyInstance, deps: ApiDeps, limits: ApiLimits): Promise<void> {
  await app.register(rateLimit, {
    global: deps.auth === 'on',
    hook: 'preParsing',
    max: limits.requestsPerMinute,
    timeWindow: 60_000,
    cache: REMEMBERED,
    keyGenerator: (request) =>
      request.caller === null ? `address:${request.ip}` : `caller:${request.caller.name}`,
    errorResponseBuilder: (_request, context) =>
      new Problem('too-many-requests', `${context.max} requests a minute; go on in ${context.after}.`),
  })
}
