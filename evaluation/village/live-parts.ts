import { Worker } from 'node:worker_threads'
import type { CountyPlan } from './county.ts'
import type { Lived } from './live-county.ts'
import type { PartNews, PartOrder } from './part-thread.ts'

/** How far all parts together have come. */
export interface PartsProgress {
  readonly days: number
  readonly readings: number
}

/**
 * Lives each part of a county in a thread of its own, `workers` at a time; what they say comes back in the order of the
 * parts, so that the result does not depend on who was first.
 */
export async function liveParts(
  plans: readonly CountyPlan[],
  budget: number,
  workers: number,
  onProgress: (progress: PartsProgress) => void,
): Promise<Lived[]> {
  const reached = plans.map((): PartsProgress => ({ days: 0, readings: 0 }))
  const lived: Lived[] = []
  let next = 0
  const sum = (of: (progress: PartsProgress) => number): number => reached.map(of).reduce((a, b) => a + b, 0)

  async function work(): Promise<void> {
    for (let at = next++; at < plans.length; at = next++) {
      const plan = plans[at]
      if (plan === undefined) return
      lived[at] = await livePart({ plan, budget }, (days, readings) => {
        reached[at] = { days, readings }
        onProgress({ days: sum((each) => each.days), readings: sum((each) => each.readings) })
      })
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return lived
}

function livePart(order: PartOrder, onDay: (day: number, readings: number) => void): Promise<Lived> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./part-thread.ts', import.meta.url), { workerData: order })
    thread.on('message', (news: PartNews) => {
      if (news.type === 'day') onDay(news.day, news.readings)
      else resolve(news.lived)
    })
    thread.on('error', reject)
    thread.on('exit', () => reject(new Error('a part of the county ended without a word')))
  })
}
