// Started by crash.test.ts as a process of its own: a broker before a real journal, killed without warning.
import { pino } from 'pino'
import { openKeyStore } from '../../access/open-key-store.ts'
import { startBroker } from '../../broker/start-broker.ts'
import { startJournal } from '../../logs/journal/start-journal.ts'
import { dataFiles } from '../../platform/data-folder.ts'

const files = dataFiles(process.argv[2] ?? '')
const broker = await startBroker({
  host: '127.0.0.1',
  mqttPort: 0,
  auth: 'off',
  journal: await startJournal({ file: files.journal }),
  keys: openKeyStore(files.keys),
  log: pino({ level: 'silent' }),
})
process.stdout.write(`${broker.ports.mqtt}\n`)
