import { openReadingsLogReader } from '../logs/readings/open-readings-log-reader.ts'
import { runStageThread } from '../platform/thread.ts'
import { createDetectorStage } from './stage.ts'
import type { DetectorCalls, DetectorEvent, DetectorOptions } from './start.ts'

await runStageThread<DetectorOptions, DetectorCalls, DetectorEvent>((options, emit) =>
  Promise.resolve(createDetectorStage(options, openReadingsLogReader(options.dataDir), emit)),
)
