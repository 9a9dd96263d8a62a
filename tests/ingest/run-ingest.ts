import { startIngest } from '../../ingest/start.ts'

// A process of its own for the tests that kill it: ingest over the data folder that it is given.
const [dataDir = ''] = process.argv.slice(2)
const ingest = await startIngest({ dataDir }, (error) => {
  throw error
})
ingest.onEvent((event) => {
  if (event.type === 'advanced') process.stdout.write(`${event.journal.offset}\n`)
})
process.on('SIGTERM', () => void ingest.stop())
