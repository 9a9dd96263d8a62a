/** Every way in which a request can fail. Codes are a contract: add, never rename. */
export const PROBLEM_CODES = {
  'invalid-request': {
    status: 400,
    title: 'A parameter or the body is not as the API describes it; `errors` lists every problem.',
  },
  'invalid-json': { status: 400, title: 'The body is not JSON in UTF-8.' },
  'malformed-request': { status: 400, title: 'This is not HTTP/1.1.' },
  'invalid-url': { status: 400, title: 'The path is not a well-formed URL; encode special characters.' },
  'invalid-cursor': { status: 400, title: 'The cursor was not given by this list.' },
  'too-many-buckets': { status: 400, title: 'The range holds more steps than one answer may.' },
  unauthorized: { status: 401, title: 'A key is needed: send `Authorization: Bearer <key>`.' },
  'invalid-key': { status: 401, title: 'The key is unknown or has been revoked.' },
  forbidden: { status: 403, title: 'This key may not do that.' },
  'unknown-route': { status: 404, title: 'There is no such route; see /api/docs.' },
  'method-not-allowed': { status: 405, title: 'This route has other methods; `Allow` names them.' },
  'alert-not-found': { status: 404, title: 'There is no such alert, or it is not in your regions.' },
  'household-not-found': { status: 404, title: 'There is no such household, or it is not in your regions.' },
  'absence-not-found': { status: 404, title: 'This household has no such absence.' },
  'meter-not-found': { status: 404, title: 'There is no such meter, or it is not in your regions.' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive.' },
  'absence-over': { status: 409, title: 'The absence is over or withdrawn; tell a new one.' },
  'illegal-transition': { status: 409, title: 'The alert is in a state that does not allow this.' },
  'history-full': { status: 409, title: 'The history of this alert is full.' },
  'body-too-large': { status: 413, title: 'The body is larger than 64 KiB.' },
  'unsupported-media-type': { status: 415, title: 'Send the body as application/json.' },
  'headers-too-large': { status: 431, title: 'The path and the headers are larger than 16 KiB.' },
  'too-many-requests': { status: 429, title: 'Too many requests; `Retry-After` says when to go on.' },
  'internal-error': { status: 500, title: 'Something broke on our side. It has been logged.' },
  'not-accepting-readings': { status: 503, title: 'Readings are not accepted at the moment.' },
  'temporarily-unavailable': { status: 503, title: 'A part of the system does not answer. Try again.' },
  'too-many-streams': { status: 503, title: 'No more live streams can be served. Try again later.' },
} as const satisfies Record<string, { status: number; title: string }>
export type ProblemCode = keyof typeof PROBLEM_CODES

/** The `type` of a problem: a name, not an address; the table in the API's description explains it. */
export function problemType(code: ProblemCode): string {
  return `urn:hearthline:problem:${code}`
}
