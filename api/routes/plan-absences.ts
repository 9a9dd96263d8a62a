import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { absenceIdOf, DEPARTURE_MS, problemOfBounds, type Absence } from '../../domain/absence.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import { callerOf, type Caller } from '../authenticate.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import type { ApiDeps } from '../deps.ts'
import { findHome } from '../find-home.ts'
import { Problem } from '../problem.ts'
import { absenceBody, absenceEndBody, absenceSchema, toWireAbsence } from '../schemas/absence-schema.ts'
import { KEYED, problems } from '../schemas/problem-schema.ts'
import { pageOf, pageQuery } from '../schemas/query-schema.ts'
import { householdParams } from './read-households.ts'

const CURSOR = 'absences'
const absenceParams = z.object({ ...householdParams.shape, absence: z.string().min(1).max(128) })
const WRITING = ['household-not-found', 'temporarily-unavailable'] as const
const BODY = ['invalid-json', 'body-too-large', 'unsupported-media-type'] as const
const TAKEN = 'It is on disk when this answers; lists show it within a second.'

/** The calendar of a household: what is known of when nobody is home. Every change is an entry of the journal. */
export function planAbsenceRoutes(deps: ApiDeps): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/v1/households/:id/absences',
      {
        schema: {
          tags: ['absences'],
          operationId: 'listAbsences',
          summary: 'When nobody is home, as far as it was told',
          description: 'The latest beginning first; also what is over (for 400 days) or was withdrawn.',
          params: householdParams,
          querystring: z.strictObject(pageQuery),
          response: {
            200: pageOf(absenceSchema),
            ...problems(...KEYED, 'household-not-found', 'invalid-cursor', 'temporarily-unavailable'),
          },
        },
      },
      async (request) => {
        const id = visibleHome(deps, request.params.id, callerOf(request))
        const { cursor, limit } = request.query
        const place = cursor === undefined ? null : readCursor(CURSOR, cursor)
        const page = deps.registry.absences(id, place, limit)
        const lastSignMs = (await deps.view(id))?.silentSinceMs ?? null
        return {
          items: page.items.map((absence) => wire(deps, absence, lastSignMs)),
          next: page.next === null ? null : writeCursor(CURSOR, page.next),
        }
      },
    )
    app.post(
      '/api/v1/households/:id/absences',
      {
        schema: {
          tags: ['absences'],
          operationId: 'tellAbsence',
          summary: 'Say that nobody will be home',
          description: `Inactivity that is raised within it is held, with the reason, until 12 h after its end. ${TAKEN}`,
          params: householdParams,
          body: absenceBody,
          response: { 201: absenceSchema, ...problems(...KEYED, ...BODY, ...WRITING) },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request)
        const household = visibleHome(deps, request.params.id, caller)
        const { from: fromMs, to: toMs, reason, kind } = request.body
        const problem = problemOfBounds(fromMs, toMs)
        if (problem !== null) {
          throw new Problem('invalid-request', `body/to: ${problem}`, [{ path: 'body/to', message: problem }])
        }
        const nowMs = deps.clock()
        const by = caller.name
        await deps.record({
          type: 'absence',
          receivedAtMs: nowMs,
          household,
          fromMs,
          toMs,
          reason,
          kind,
          by,
        })
        const id = absenceIdOf(kind, fromMs, toMs)
        const told = { id, household, kind, fromMs, toMs, plannedToMs: toMs, reason, by }
        return reply.code(201).send(wire(deps, { ...told, toldAtMs: nowMs, withdrawnAtMs: null }, null))
      },
    )
    app.post(
      '/api/v1/households/:id/absences/:absence/end',
      {
        schema: {
          tags: ['absences'],
          operationId: 'endAbsence',
          summary: 'They are back, or will be earlier or later',
          description: `What was held for it is judged anew by the new end. ${TAKEN}`,
          params: absenceParams,
          body: absenceEndBody,
          response: {
            200: absenceSchema,
            ...problems(...KEYED, ...BODY, ...WRITING, 'absence-not-found', 'absence-over'),
          },
        },
      },
      async (request) => {
        const by = callerOf(request)
        const absence = standing(deps, request.params, by)
        const nowMs = deps.clock()
        const toMs = request.body.at ?? nowMs
        const problem = problemOfBounds(absence.fromMs, toMs)
        if (problem !== null) {
          throw new Problem('invalid-request', `body/at: ${problem}`, [{ path: 'body/at', message: problem }])
        }
        await end(deps, absence, toMs, by, nowMs)
        return wire(deps, { ...absence, toMs }, null)
      },
    )
    app.delete(
      '/api/v1/households/:id/absences/:absence',
      {
        schema: {
          tags: ['absences'],
          operationId: 'withdrawAbsence',
          summary: 'Withdraw it: they did not leave, or it was told of the wrong home',
          description: `What was held for it is judged anew as if it had never been told. ${TAKEN}`,
          params: absenceParams,
          response: {
            200: absenceSchema,
            ...problems(...KEYED, ...WRITING, 'absence-not-found', 'absence-over'),
          },
        },
      },
      async (request) => {
        const by = callerOf(request)
        const absence = standing(deps, request.params, by)
        const nowMs = deps.clock()
        await end(deps, absence, null, by, nowMs)
        return wire(deps, { ...absence, withdrawnAtMs: nowMs }, null)
      },
    )
    done()
  }
}

function end(
  deps: ApiDeps,
  { household, id: absence }: Absence,
  toMs: EpochMs | null,
  { name: by }: Caller,
  receivedAtMs: EpochMs,
): Promise<void> {
  return deps.record({ type: 'absence-end', receivedAtMs, household, absence, toMs, by })
}

/** @throws Problem `household-not-found` */
function visibleHome(deps: ApiDeps, id: HouseholdId, caller: Caller): HouseholdId {
  if (findHome(deps, id, caller.regions) === null) throw new Problem('household-not-found')
  return id
}

/** @throws Problem `household-not-found`, `absence-not-found`, `absence-over` */
function standing(deps: ApiDeps, params: z.infer<typeof absenceParams>, caller: Caller): Absence {
  const absence = deps.registry.absence(visibleHome(deps, params.id, caller), params.absence)
  if (absence === null) throw new Problem('absence-not-found')
  if (absence.withdrawnAtMs !== null || absence.toMs <= deps.clock()) throw new Problem('absence-over')
  return absence
}

function wire(deps: ApiDeps, absence: Absence, lastSignMs: EpochMs | null): ReturnType<typeof toWireAbsence> {
  const nowMs = deps.clock()
  const runs = absence.fromMs <= nowMs && nowMs < absence.toMs
  const isSeen = runs && lastSignMs !== null && lastSignMs > absence.fromMs + DEPARTURE_MS
  return toWireAbsence(absence, isSeen ? lastSignMs : null, nowMs)
}
