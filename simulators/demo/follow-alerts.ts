import { z } from 'zod'
import { sleep } from '../publish/pace.ts'

/** What the demonstration reads of an alert on the live stream. */
const alertSchema = z.object({
  id: z.string(),
  household: z.string().nullable(),
  area: z.object({ type: z.string(), name: z.string() }).nullable(),
  kind: z.string(),
  severity: z.string(),
  state: z.string(),
  condition: z.enum(['active', 'cleared', 'retracted']),
  onset: z.string(),
  raisedAt: z.string(),
  clearedAt: z.string().nullable(),
  explanation: z.object({ en: z.string() }),
  hold: z.object({ explanation: z.object({ en: z.string() }) }).nullable(),
})
export type StreamedAlert = z.infer<typeof alertSchema>

/** The home that an alert is about, or the area. */
export function placeOf({ household, area }: StreamedAlert): string {
  return household ?? area?.name ?? 'nowhere'
}

const RECONNECT_MS = 500
/** An event of the stream is an alert; one that never ends is not taken into memory. */
const EVENT_LIMIT_CHARS = 1_048_576

/** Reads the API's live stream as any client would, resuming where it broke off, until stopped. */
export async function followAlerts(
  httpUrl: string,
  signal: AbortSignal,
  onAlert: (alert: StreamedAlert) => void,
): Promise<void> {
  let lastId: string | null = null
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' }
      if (lastId !== null) headers['last-event-id'] = lastId
      const response = await fetch(`${httpUrl}/api/v1/alerts/stream`, { headers, signal })
      if (response.ok && response.body !== null) {
        for await (const event of eventsOf(response.body)) {
          lastId = event.id ?? lastId
          const alert = readAlert(event.data)
          if (alert !== null) onAlert(alert)
        }
      }
    } catch (error) {
      if (signal.aborted) return
      // The server is starting or gone; whoever started it reports that, here it is only tried again.
      if (!(error instanceof Error)) throw error
    }
    await sleep(RECONNECT_MS, signal)
  }
}

interface ServerSentEvent {
  readonly id: string | null
  readonly data: string
}

async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true }).replaceAll('\r', '')
    let end = rest.indexOf('\n\n')
    for (; end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n')
      rest = rest.slice(end + 2)
      const data = fieldsOf(lines, 'data')
      if (data.length > 0) yield { id: fieldsOf(lines, 'id').at(-1) ?? null, data: data.join('\n') }
    }
    if (rest.length > EVENT_LIMIT_CHARS) throw new Error('an event of the stream is too large')
  }
}

function fieldsOf(lines: readonly string[], name: string): string[] {
  return lines
    .filter((line) => line.startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).replace(/^ /, ''))
}

function readAlert(data: string): StreamedAlert | null {
  try {
    const parsed = alertSchema.safeParse(JSON.parse(data))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
