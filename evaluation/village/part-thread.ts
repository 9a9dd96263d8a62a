import { parentPort, workerData } from 'node:worker_threads'
import { foundCounty, type CountyPlan } from './county.ts'
import { liveCounty, type Lived } from './live-county.ts'

/** What a part is lived with, and what its thread says of it. */
export interface PartOrder {
  readonly plan: CountyPlan
  readonly budget: number
}
export type PartNews =
  | { readonly type: 'day'; readonly day: number; readonly readings: number }
  | { readonly type: 'lived'; readonly lived: Lived }

if (parentPort !== null) {
  const { plan, budget } = workerData as PartOrder
  const owner = parentPort
  const say = (news: PartNews): void => owner.postMessage(news)
  const lived = liveCounty(foundCounty(plan), budget, (day, readings) => say({ type: 'day', day, readings }))
  say({ type: 'lived', lived })
}
