import http from 'node:http'

export interface SseEvent {
  readonly id: string
  readonly event: string
  readonly data: any
}

/** A live stream over a real socket, as a browser reads it: ids, events, heartbeats. */
export interface SseClient {
  readonly events: SseEvent[]
  readonly comments: string[]
  /** As EventSource keeps it: also moved by an id without data. */
  lastEventId: string
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** Resolves when `done` holds of what has come so far; rejects when the stream ends first. */
  until(done: () => boolean): Promise<void>
  readonly ended: Promise<void>
  pause(): void
  resume(): void
  cut(): void
}

export async function openSse(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
  const request = http.get(url, { headers, agent: false })
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
  })
  request.on('error', () => {})
  const waiting = new Set<() => void>()
  let rest = ''
  const tell = (): void => {
    for (const look of waiting) look()
  }
  const ended = new Promise<void>((resolve) => {
    response.on('close', () => {
      resolve()
      tell()
    })
    response.on('error', () => {})
  })
  const client: SseClient = {
    events: [],
    comments: [],
    lastEventId: headers['last-event-id'] ?? '',
    status: response.statusCode ?? 0,
    headers: response.headers,
    ended,
    until(done) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (done()) resolve()
          else if (response.destroyed) reject(new Error('the stream ended'))
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      })
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
    cut: () => request.destroy(),
  }
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) take(client, block)
    tell()
  })
  return client
}

function take(client: SseClient, block: string): void {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon === 0) client.comments.push(line)
    else fields.set(line.slice(0, colon), line.slice(colon + 2))
  }
  const id = fields.get('id')
  if (id !== undefined) client.lastEventId = id
  const data = fields.get('data')
  if (data === undefined) return
  client.events.push({
    id: client.lastEventId,
    event: fields.get('event') ?? 'message',
    data: JSON.parse(data),
  })
}
