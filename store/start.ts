import { startStageThread, type StageThread } from '../platform/thread.ts'
import type { StoreCalls, StoreEvent, StoreOptions } from './stage.ts'

/** Starts the store stage on its own thread; `onCrash` is told when it ends by itself. */
export function startStore(
  options: StoreOptions,
  onCrash: (error: Error) => void,
): Promise<StageThread<StoreCalls, StoreEvent>> {
  return startStageThread<StoreCalls, StoreEvent>(new URL('./thread.ts', import.meta.url), options, onCrash)
}
