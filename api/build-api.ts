import { isUtf8 } from 'node:buffer'
import helmet from '@fastify/helmet'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import packageJson from '../package.json' with { type: 'json' }
import { answerBrokenRequest } from './answer-broken-requests.ts'
import { answerError, answerErrors, pathOf } from './answer-errors.ts'
import { authenticateRequests } from './authenticate.ts'
import { type ApiDeps, DEFAULT_API_LIMITS } from './deps.ts'
import { describeApi, serveDocs } from './describe-api.ts'
import { limitRate } from './limit-rate.ts'
import { measureApi } from './measure-api.ts'
import { actOnAlertRoutes } from './routes/act-on-alerts.ts'
import { listAlertRoutes } from './routes/list-alerts.ts'
import { Problem } from './problem.ts'
import { planAbsenceRoutes } from './routes/plan-absences.ts'
import { readConsumptionRoutes } from './routes/read-consumption.ts'
import { readHealthRoutes } from './routes/read-health.ts'
import { readHouseholdRoutes } from './routes/read-households.ts'
import { readMeterRoutes } from './routes/read-meters.ts'
import { readOverviewRoutes } from './routes/read-overview.ts'
import { readRejectRoutes } from './routes/read-rejects.ts'
import { serveStreamRoutes } from './stream/serve-stream.ts'

const BODY_LIMIT_BYTES = 64 * 1024
/** 128 characters of an id, each up to 4 bytes of UTF-8, each byte written as %XX. */
const MAX_PARAM_LENGTH = 128 * 4 * 3
const REQUEST_TIMEOUT_MS = 30_000

/**
 * The HTTP API, apart from listen: `await (await buildApi(deps)).listen({ host, port })`, `close()` ends the streams too.
 * A request: who is asking → how often → parameters and body by schema → route → answer by schema.
 */
export async function buildApi(deps: ApiDeps): Promise<FastifyInstance> {
  const limits = { ...DEFAULT_API_LIMITS, ...deps.limits }
  const app = fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)

  readBodies(app)
  answerErrors(app)
  logRequests(app)
  await app.register(helmet, {
    // We speak plain HTTP; TLS, where there is any, ends in front of us, and says so itself.
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  })
  await limitRate(app, deps, limits)
  authenticateRequests(app, deps, limits)
  const refreshMetrics = measureApi(app, deps)

  await describeApi(app, packageJson.version)
  for (const routes of [
    listAlertRoutes(deps),
    serveStreamRoutes(deps, limits),
    actOnAlertRoutes(deps),
    readHouseholdRoutes(deps),
    planAbsenceRoutes(deps),
    readConsumptionRoutes(deps),
    readMeterRoutes(deps),
    readRejectRoutes(deps),
    readOverviewRoutes(deps),
    readHealthRoutes(deps, refreshMetrics),
  ]) {
    await app.register(routes)
  }
  await serveDocs(app)
  return app
}

/** JSON in UTF-8 and nothing else. A client that names the type and sends no body has sent none: some name it always. */
function readBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) done(null)
    else if (!isUtf8(body)) done(new Problem('invalid-json', 'The body is not UTF-8.'))
    else void parseJson(request, body.toString(), done)
  })
}

/** One line for each answer, without the query: it may carry a key. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        path: pathOf(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        caller: request.caller?.name,
      },
      'answered',
    )
  })
}
