import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { OperationalError } from '../domain/operational-error.ts'
import { BadCursor } from './cursor.ts'
import { bodyOf, Problem, PROBLEM_TYPE } from './problem.ts'
import type { ProblemCode } from './problem-codes.ts'

/** What Fastify itself throws, in our codes; what is not here is our own fault. */
const FRAMEWORK_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_BAD_URL: 'invalid-url',
  FST_ERR_MAX_PARAM_LENGTH: 'invalid-url',
}

/** What node:sqlite says of the world around it: another process holds the file, the disk fails, the disk is full. */
const SQLITE_BUSY = 5
const SQLITE_IOERR = 10
const SQLITE_FULL = 13
const PASSING: ReadonlySet<unknown> = new Set([SQLITE_BUSY, SQLITE_IOERR, SQLITE_FULL])

/** Whatever goes wrong in a request leaves as a problem, and what is our fault goes to the log, with its stack. */
export function answerErrors(app: FastifyInstance): void {
  const methodsOf = collectMethods(app)
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request)
    const methods = methodsOf(path)
    if (methods.length === 0) {
      return send(new Problem('unknown-route', `${request.method} ${path} is not a route.`), request, reply)
    }
    reply.header('allow', methods.join(', '))
    const words = `${path} takes ${methods.join(', ')}, not ${request.method}.`
    return send(new Problem('method-not-allowed', words), request, reply)
  })
}

/** The methods of every route that is added from now on, by path. */
function collectMethods(app: FastifyInstance): (path: string) => string[] {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    // The documentation's files lie under a wildcard; whoever asks for them otherwise has no route.
    if (url.includes('*')) return
    const pattern = new RegExp(`^${url.replace(/[.]/g, '\\.').replace(/:[a-z]+/gi, '[^/]+')}$`)
    const route = routes.get(url) ?? { pattern, methods: new Set() }
    for (const one of [method].flat()) route.methods.add(one)
    routes.set(url, route)
  })
  return (path) => {
    const methods = new Set<string>()
    for (const route of routes.values()) {
      if (route.pattern.test(path)) for (const method of route.methods) methods.add(method)
    }
    return [...methods].toSorted()
  }
}

export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
  // A problem that a route states is no surprise: who asks for readiness would fill the log with it.
  if (problem.status >= 500 && error !== problem) request.log.error({ err: error }, 'a request failed')
  return send(problem, request, reply)
}

function send(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="hearthline"')
  if (problem.status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', '60')
  if (problem.status === 503) reply.header('retry-after', '5')
  // As text, past the route's serializer: a problem must leave whatever the route promised to answer.
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .serializer((body: string) => body)
    .send(JSON.stringify(bodyOf(problem, pathOf(request))))
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof BadCursor) return new Problem('invalid-cursor', error.message)
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = (error as FastifyError).validationContext ?? 'request'
    const errors = error.validation.map(({ instancePath, message }) => ({
      path: `${where === 'querystring' ? 'query' : where}${instancePath === '/' ? '' : instancePath}`,
      message: message ?? 'is not valid',
    }))
    const words = errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
    return new Problem('invalid-request', words, errors)
  }
  if (error instanceof OperationalError) return new Problem('temporarily-unavailable')
  if (!(error instanceof Error)) return new Problem('internal-error')
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  if (PASSING.has(errcode)) return new Problem('temporarily-unavailable')
  const known = typeof code === 'string' ? FRAMEWORK_CODES[code] : undefined
  return known === undefined ? new Problem('internal-error') : new Problem(known, error.message)
}

/** Without the query: it may carry a key. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/'
}
