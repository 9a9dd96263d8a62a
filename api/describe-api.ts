import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts'

const INTRODUCTION = `Alerts of homes that have fallen silent, and what they rest on.

**Keys.** Send \`Authorization: Bearer <key>\` (\`hearthline keys create\` makes one). With \`HEARTHLINE_AUTH=off\` none is needed. A key that is limited to regions sees only those: everything else does not exist for it (404).

| role | may |
|---|---|
| officer, supervisor | read alerts, homes and readings of their regions, and work the alerts |
| operator | the same; rejects and metrics too, where the key is not limited to regions |

**Times** are ISO 8601. Answers are in UTC (\`Z\`); queries need a zone (\`Z\` or \`+08:00\`).

**Lists** take \`cursor\` and \`limit\` and answer \`{"items":[…],"next":…}\`. Hand \`next\` back as \`cursor\` until it is null. Without a filter they hold everything.

**Alert states.** \`open → acknowledged → dispatched → closed\`, and \`held\` with a deadline. A retracted alert that nobody has touched closes by itself, and so does a cleared one of supply or device. A cleared life or trend alert stays until a person has closed it.

**Errors** are problem details (RFC 9457) with a stable \`code\`; \`type\` is \`urn:hearthline:problem:<code>\`:

| status | code | meaning |
|---|---|---|
${Object.keys(PROBLEM_CODES)
  .map((code) => {
    const { status, title } = PROBLEM_CODES[code as ProblemCode]
    return `| ${status} | \`${code}\` | ${title} |`
  })
  .join('\n')}`

/** OpenAPI from the schemas at /api/openapi.json and pages at /api/docs. Before the routes, which it collects. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hearthline', version, description: INTRODUCTION, license: { name: 'Apache-2.0' } },
      tags: [
        {
          name: 'alerts',
          description: 'The feed of the monitoring centre, live and listed, and work on it.',
        },
        { name: 'homes', description: 'Households, meters, readings.' },
        { name: 'absences', description: 'When nobody is home: what is raised then is held.' },
        { name: 'system', description: 'How the system does.' },
      ],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => tidy(jsonSchemaTransformObject(document) as Description),
  })
  app.get('/api/openapi.json', { config: { access: 'open' }, schema: { hide: true } }, async () =>
    app.swagger(),
  )
}

interface Description {
  paths?: Record<
    string,
    Record<string, { requestBody?: { required?: boolean; content: Record<string, Media> } }>
  >
  components: { schemas: Record<string, unknown> }
}
interface Media {
  schema?: { required?: readonly string[] }
}

/** Removes the twins that the transformer makes of every answer (`AlertInput`: nobody sends one), and marks bodies that may be left out. */
function tidy(document: Description): Description {
  const schemas = Object.entries(document.components.schemas).filter(([name]) => !name.endsWith('Input'))
  for (const operations of Object.values(document.paths ?? {})) {
    for (const { requestBody } of Object.values(operations)) {
      const media = requestBody?.content['application/json']
      if (requestBody !== undefined && media?.schema?.required === undefined) requestBody.required = false
    }
  }
  return { ...document, components: { ...document.components, schemas: Object.fromEntries(schemas) } }
}

/**
 * The pages write inline styles, and nothing else out of line. No `upgrade-insecure-requests`: we speak plain HTTP, and
 * TLS, where there is any, ends in front of us.
 */
const DOCS_CSP = {
  'default-src': ["'self'"],
  'base-uri': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'frame-ancestors': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
}

/** The bar at the top holds nothing but the framework's logo and an address field for other descriptions. */
const PAGE_CSS = '.swagger-ui .topbar { display: none }'

/** The pages; they are open to all, as the description is: it holds no data. */
export async function serveDocs(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'open' }
    })
    await scope.register(swaggerUi, {
      routePrefix: '/api/docs',
      staticCSP: DOCS_CSP,
      theme: { title: 'Hearthline API', css: [{ filename: 'hearthline.css', content: PAGE_CSS }] },
      uiConfig: { docExpansion: 'list', deepLinking: true, persistAuthorization: false },
    })
  })
}
