import { PROBLEM_CODES, type ProblemCode, problemType } from './problem-codes.ts'

export const PROBLEM_TYPE = 'application/problem+json'

/** One thing that is wrong; `path` says where: `query/limit`, `body/outcome`. */
export interface ProblemDetail {
  readonly path: string
  readonly message: string
}

/** Thrown by a route to answer with a problem (RFC 9457). Carries nothing that a caller may not see. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly errors: readonly ProblemDetail[]

  constructor(code: ProblemCode, detail?: string, errors: readonly ProblemDetail[] = []) {
    super(detail ?? PROBLEM_CODES[code].title)
    this.name = 'Problem'
    this.code = code
    this.errors = errors
  }

  get status(): number {
    return PROBLEM_CODES[this.code].status
  }
}

export function bodyOf(problem: Problem, instance: string): Record<string, unknown> {
  const { status, title } = PROBLEM_CODES[problem.code]
  return {
    type: problemType(problem.code),
    title,
    status,
    detail: problem.message,
    code: problem.code,
    instance,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  }
}
