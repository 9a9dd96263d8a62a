import { z } from 'zod'
import { sleep } from '../publish/pace.ts'

const overviewSchema = z.object({
  readings: z.object({ received: z.number(), stored: z.number(), rejected: z.number() }).nullable(),
  backlog: z.object({ ingest: z.number(), store: z.number(), detector: z.number() }),
})
export type Overview = z.infer<typeof overviewSchema>

const LOOK_EACH_MS = 250

/** What the system says of itself; null while it cannot answer. */
export async function readOverview(httpUrl: string, signal: AbortSignal): Promise<Overview | null> {
  try {
    const response = await fetch(`${httpUrl}/api/v1/overview`, { signal })
    const parsed = overviewSchema.safeParse(await response.json())
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Waits until so many readings have arrived and all of them have been judged; gives up after `limitMs` with false. */
export async function untilJudged(
  httpUrl: string,
  readings: number,
  limitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const until = performance.now() + limitMs
  while (!signal.aborted && performance.now() < until) {
    const overview = await readOverview(httpUrl, signal)
    const { ingest = 1, detector = 1 } = overview?.backlog ?? {}
    if ((overview?.readings?.received ?? 0) >= readings && ingest === 0 && detector === 0) return true
    await sleep(LOOK_EACH_MS, signal)
  }
  return false
}
