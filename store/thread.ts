import { openReadingsLogReader } from '../logs/readings/open-readings-log-reader.ts'
import { runStageThread } from '../platform/thread.ts'
import { createStoreStage, type StoreCalls, type StoreEvent, type StoreOptions } from './stage.ts'

await runStageThread<StoreOptions, StoreCalls, StoreEvent>((options, emit) =>
  createStoreStage(options, openReadingsLogReader(options.dataDir), emit),
)
