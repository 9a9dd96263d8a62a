import { z } from 'zod'
import { PROBLEM_TYPE } from '../problem.ts'
import { PROBLEM_CODES, type ProblemCode, problemType } from '../problem-codes.ts'

const CODES = Object.keys(PROBLEM_CODES) as [ProblemCode, ...ProblemCode[]]

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'A name of the problem, `urn:hearthline:problem:<code>`.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong with this very request.' }),
    code: z.enum(CODES),
    instance: z.string().meta({ description: 'The path that was asked for.' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Every single problem, where there are several places to look at.' }),
  })
  .meta({
    id: 'Problem',
    description: 'An error as RFC 9457 problem details.',
    examples: [
      {
        type: problemType('alert-not-found'),
        title: PROBLEM_CODES['alert-not-found'].title,
        status: 404,
        detail: PROBLEM_CODES['alert-not-found'].title,
        code: 'alert-not-found',
        instance: '/api/v1/alerts/0123456789abcdef01234567',
      },
    ],
  })

/** The `responses` of the problems that a route can answer, beside those that every route can. */
export function problems(...codes: ProblemCode[]) {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of [...codes, 'too-many-requests', 'internal-error'] as const) {
    const { status } = PROBLEM_CODES[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEM_CODES[code].title}`).join(' '),
        content: { [PROBLEM_TYPE]: { schema: problemSchema } },
      },
    ]),
  )
}

/** What any route behind a key can answer. */
export const KEYED: ProblemCode[] = ['invalid-request', 'unauthorized', 'invalid-key', 'forbidden']
