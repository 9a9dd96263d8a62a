import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { bodyOf, Problem, PROBLEM_TYPE } from './problem.ts'
import type { ProblemCode } from './problem-codes.ts'

/** What Node's parser says of bytes that never became a request. */
const PARSER_CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

/** Answers what is no request with a problem as well; there is no route yet that could. */
export function answerBrokenRequest(error: Error, socket: Socket): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = new Problem(PARSER_CODES[code] ?? 'malformed-request')
  const body = JSON.stringify(bodyOf(problem, '/'))
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
