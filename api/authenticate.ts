import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallerRole, Principal } from '../access/key-store.ts'
import type { ApiDeps, ApiLimits } from './deps.ts'
import { Problem } from './problem.ts'

export type Caller = Extract<Principal, { type: 'caller' }>

/** What a route asks of its caller. `open`: nothing. `system`: what belongs to no region (rejects, metrics). */
export type Access = 'open' | 'homes' | 'system'

const ROLES: Readonly<Record<Exclude<Access, 'open'>, readonly CallerRole[]>> = {
  homes: ['officer', 'supervisor', 'operator'],
  system: ['operator'],
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Default: `homes`. */
    access?: Access
    /** The key may come as `?access_token=`, because a browser's EventSource sends no headers. */
    isKeyInQueryAllowed?: boolean
  }
  interface FastifyRequest {
    caller: Caller | null
  }
}

const ANONYMOUS: Caller = { type: 'caller', name: 'anonymous', role: 'operator', regions: null }

/** Keys that opened a door before, as digests: behind one proxy, who guesses must not lock out who knows. */
const GOOD_KEYS_KEPT = 2_000

/** Says who is asking before anything else happens; who guesses keys is stopped per address. */
export function authenticateRequests(app: FastifyInstance, deps: ApiDeps, limits: ApiLimits): void {
  app.decorateRequest('caller', null)
  if (deps.auth === 'off') {
    app.addHook('onRequest', async (request) => {
      request.caller = ANONYMOUS
    })
    return
  }
  const failures = app.createRateLimit({
    max: limits.failuresPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => `failures:${request.ip}`,
  })
  const goodKeys = new Set<string>()
  app.addHook('onRequest', async (request) => {
    const access = request.is404 ? 'open' : (request.routeOptions.config.access ?? 'homes')
    if (access === 'open') return
    const key = keyOf(request)
    const digest = createHash('sha256')
      .update(key ?? '')
      .digest('base64')
    if (!goodKeys.has(digest)) {
      const before = await failures(request, { increment: false })
      if (!before.isAllowed && before.isExceeded) throw new Problem('too-many-requests')
    }
    try {
      const caller = await authenticate(deps, key)
      if (goodKeys.size >= GOOD_KEYS_KEPT) goodKeys.clear()
      goodKeys.add(digest)
      request.caller = permit(caller, access)
    } catch (error) {
      if (error instanceof Problem && error.code === 'invalid-key') await failures(request)
      throw error
    }
  })
}

/** @throws Problem `unauthorized`, `invalid-key` */
export async function authenticate(deps: Pick<ApiDeps, 'keys'>, key: string | null): Promise<Caller> {
  if (key === null) throw new Problem('unauthorized')
  const principal = await deps.keys.authenticateCaller(key)
  if (principal === null || principal.type !== 'caller') throw new Problem('invalid-key')
  return principal
}

/** @throws Problem `forbidden` */
function permit(caller: Caller, access: Exclude<Access, 'open'>): Caller {
  if (!ROLES[access].includes(caller.role)) {
    throw new Problem(
      'forbidden',
      `This needs the role ${ROLES[access].join(' or ')}; this key is ${caller.role}.`,
    )
  }
  if (access === 'system' && caller.regions !== null) {
    throw new Problem(
      'forbidden',
      'This belongs to no region; it needs a key that is not limited to regions.',
    )
  }
  return caller
}

/** The key as it was sent, or null. */
export function keyOf(request: FastifyRequest): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  if (request.routeOptions.config.isKeyInQueryAllowed !== true) return null
  const { access_token: token } = request.query as { access_token?: unknown }
  return typeof token === 'string' && token !== '' ? token : null
}

/** The caller of a route that is not open. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error(`${request.url} is served without a caller`)
  return request.caller
}
