import { runStageThread } from '../../platform/thread.ts'
import { shareCalls, type ShareCalls } from './share-calls.ts'

await runStageThread<null, ShareCalls, never>(() =>
  Promise.resolve({ calls: shareCalls(), stop: () => Promise.resolve() }),
)
