import { startDetector } from '../../detector/start.ts'

/** Runs the detector over a data folder until it is killed, saving its state all the time. */
const [, , dataDir = ''] = process.argv
await startDetector({ dataDir, timezone: 'UTC', budget: 0.5, snapshotEveryMs: 20 }, (error) => {
  throw error
})
process.stdout.write('started\n')
