import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { authenticate, callerOf, keyOf } from '../authenticate.ts'
import type { ApiDeps, ApiLimits } from '../deps.ts'
import { Problem } from '../problem.ts'
import { alertEventSchema } from '../schemas/alert-schema.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { openStreamClient, type StreamClient } from './stream-client.ts'

const DESCRIPTION = `Server-Sent Events, one \`alert\` event per change of an alert: the data is the alert as it was right after it (\`AlertEvent\`).

Begin: open the stream, wait for \`ready\`, then list the alerts; whatever changes from \`ready\` on is told here. A client that sends the id of its last event as \`Last-Event-ID\` (browsers do that by themselves) or \`?lastEventId=\` gets everything since. Ids are opaque.

\`reset\`: the events since your last one are no longer kept (3 days, 100,000 events): list the alerts anew and go on from here. Comments and bare ids come every 15 s as a heartbeat. A client that takes nothing for 20 s is disconnected, and resumes.

Browsers’ EventSource sends no headers, so the key may come as \`?access_token=\`, on this route only. It is kept out of our logs; mind those of proxies in front.`

/** `GET /api/v1/alerts/stream`. */
export function serveStreamRoutes(deps: ApiDeps, limits: ApiLimits): FastifyPluginCallbackZod {
  const clients = new Set<StreamClient>()
  const stopListening = deps.desk.onEvent(wakeSoon)
  let isWaking = false

  /** Once for all changes of one transaction. */
  function wakeSoon(): void {
    if (isWaking) return
    isWaking = true
    setImmediate(() => {
      isWaking = false
      for (const client of clients) client.wake()
    })
  }

  return (app, _options, done) => {
    app.addHook('preClose', async () => {
      stopListening()
      for (const client of clients) client.end()
    })
    app.get(
      '/api/v1/alerts/stream',
      {
        // A stream has no end, so a HEAD of it would never be answered.
        exposeHeadRoute: false,
        config: { isKeyInQueryAllowed: true },
        schema: {
          tags: ['alerts'],
          operationId: 'streamAlerts',
          summary: 'The live stream of alert changes',
          description: DESCRIPTION,
          headers: z.object({
            'last-event-id': z.string().max(100).optional().meta({ description: 'Go on behind this event.' }),
          }),
          querystring: z.strictObject({
            lastEventId: z
              .string()
              .max(100)
              .optional()
              .meta({ description: 'The same, where no header can be sent.' }),
            access_token: z
              .string()
              .optional()
              .meta({ description: 'The key, where no header can be sent.' }),
          }),
          response: {
            200: {
              description: 'The stream; the data of an `alert` event is an `AlertEvent`.',
              content: { 'text/event-stream': { schema: alertEventSchema } },
            },
            ...problems(...KEYED, 'too-many-streams'),
          },
        },
      },
      async (request, reply) => {
        if (clients.size >= limits.streamClients) throw new Problem('too-many-streams')
        const { regions: areas } = callerOf(request)
        const lastEventId = request.headers['last-event-id'] ?? request.query.lastEventId ?? null
        reply.hijack()
        reply.raw.writeHead(200, {
          // What plugins have set so far (security headers) goes out too: a hijacked reply would leave it behind.
          ...(reply.getHeaders() as Record<string, string>),
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-cache, no-transform',
          'x-accel-buffering': 'no',
        })
        const client = openStreamClient(reply.raw, deps.desk.events, { lastEventId, areas, limits })
        clients.add(client)
        const key = keyOf(request)
        const recheck = setInterval(() => void checkAgain(client, key), limits.streamRecheckMs)
        reply.raw.on('close', () => {
          clearInterval(recheck)
          clients.delete(client)
        })
      },
    )
    done()
  }

  /** A key may have been revoked, or limited to fewer regions, since the stream was opened. */
  async function checkAgain(client: StreamClient, key: string | null): Promise<void> {
    if (deps.auth === 'off') return
    try {
      client.limitTo((await authenticate(deps, key)).regions)
    } catch (error) {
      if (error instanceof Problem) client.end()
      else deps.log.error({ err: error }, 'cannot check the key of an open stream; it stays open')
    }
  }
}
