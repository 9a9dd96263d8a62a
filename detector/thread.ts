import { setFlagsFromString } from 'node:v8'
import { openReadingsLogReader } from '../logs/readings/open-readings-log-reader.ts'
import { runStageThread } from '../platform/thread.ts'
import { createDetectorStage } from './stage.ts'
import type { DetectorCalls, DetectorEvent, DetectorOptions } from './start.ts'

// By itself V8 walks the whole heap after every 64 MB of buffers: loading a million meters (6 GB of buffers) would mostly be that.
setFlagsFromString('--external-memory-accounted-in-global-limit')

await runStageThread<DetectorOptions, DetectorCalls, DetectorEvent>((options, emit) =>
  Promise.resolve(createDetectorStage(options, openReadingsLogReader(options.dataDir), emit)),
)
