import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { AlertId } from '../../domain/ids.ts'
import { type Caller, callerOf } from '../authenticate.ts'
import type { ApiDeps } from '../deps.ts'
import { MAX_HOLD_MS } from '../desk/hold.ts'
import type { DeskAction } from '../desk/desk.ts'
import { Problem } from '../problem.ts'
import { alertSchema, outcomeSchema, toWireAlert } from '../schemas/alert-schema.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { momentSchema } from '../schemas/query-schema.ts'
import { alertIdParams } from './list-alerts.ts'

const words = z.string().trim().min(1).max(2_000)
const noteSchema = words
  .optional()
  .meta({ description: 'Words for the history.', example: 'Phoned, no answer.' })

// A body may be left out where nothing in it is needed.
const noteBody = z
  .preprocess((body) => body ?? {}, z.strictObject({ note: noteSchema }))
  .meta({
    type: 'object',
    properties: { note: { type: 'string', maxLength: 2_000, example: 'Phoned, no answer.' } },
    additionalProperties: false,
  })
const closeBody = z.strictObject({ outcome: outcomeSchema, note: noteSchema })
const holdBody = z.strictObject({
  reason: words.meta({ description: 'Why it is kept back.', example: 'At her daughter’s until Sunday.' }),
  until: momentSchema.meta({
    description: 'When it comes back by itself: in the future, at most 7 days ahead.',
  }),
})
const addNoteBody = z.strictObject({ note: words })

const TEXT = {
  acknowledge: ['Take it up', 'Allowed while held or open. Someone has seen it and takes care of it.'],
  dispatch: ['Send someone to the door', 'Allowed while held, open or acknowledged.'],
  hold: [
    'Keep it back until a moment',
    'Allowed while open or acknowledged. It comes back to open by itself at `until`, or earlier if its severity rises.',
  ],
  close: ['End it with what was found', 'Allowed in every state but closed.'],
  note: ['Add words to its history', 'Allowed in every state.'],
} as const

export function actOnAlertRoutes(deps: ApiDeps): FastifyPluginCallbackZod {
  function act(id: AlertId, action: DeskAction, caller: Caller) {
    const result = deps.desk.act(id, action, caller.name, caller.regions)
    if (result.ok) return toWireAlert(result.alert)
    if (result.code !== 'illegal-transition') throw new Problem(result.code)
    throw new Problem(
      'illegal-transition',
      `The alert is ${result.state}; ${action.type} is possible while it is ${result.allowed.join(', ')}.`,
    )
  }

  return (app, _options, done) => {
    app.post(
      '/api/v1/alerts/:id/acknowledge',
      { schema: schemaOf('acknowledge', noteBody) },
      async (request) =>
        act(request.params.id, { type: 'acknowledge', note: request.body.note ?? null }, callerOf(request)),
    )
    app.post('/api/v1/alerts/:id/dispatch', { schema: schemaOf('dispatch', noteBody) }, async (request) =>
      act(request.params.id, { type: 'dispatch', note: request.body.note ?? null }, callerOf(request)),
    )
    app.post('/api/v1/alerts/:id/hold', { schema: schemaOf('hold', holdBody) }, async (request) => {
      const { reason, until } = request.body
      const nowMs = deps.clock()
      if (until <= nowMs || until > nowMs + MAX_HOLD_MS) {
        const message = 'lies in the past, or more than 7 days ahead'
        throw new Problem('invalid-request', `body/until: ${message}`, [{ path: 'body/until', message }])
      }
      return act(request.params.id, { type: 'hold', note: reason, untilMs: until }, callerOf(request))
    })
    app.post('/api/v1/alerts/:id/close', { schema: schemaOf('close', closeBody) }, async (request) => {
      const { outcome, note } = request.body
      return act(request.params.id, { type: 'close', outcome, note: note ?? null }, callerOf(request))
    })
    app.post('/api/v1/alerts/:id/note', { schema: schemaOf('note', addNoteBody) }, async (request) =>
      act(request.params.id, { type: 'note', note: request.body.note }, callerOf(request)),
    )
    done()
  }
}

function schemaOf<Body extends z.ZodType>(verb: keyof typeof TEXT, body: Body) {
  const [summary, description] = TEXT[verb]
  return {
    tags: ['alerts'],
    operationId: `${verb}Alert`,
    summary,
    description: `${description} Answers the alert as it is now; it is in the history with your name and the time.`,
    params: alertIdParams,
    body,
    response: {
      200: alertSchema,
      ...problems(
        ...KEYED,
        'invalid-json',
        'alert-not-found',
        'illegal-transition',
        'history-full',
        'body-too-large',
        'unsupported-media-type',
      ),
    },
  }
}
