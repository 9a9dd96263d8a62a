// Started by crash.test.ts as a process of its own: appends for ever and says on stdout what has been acknowledged.
import fs from 'node:fs'
import type { GatewayId } from '../../domain/ids.ts'
import { startJournal } from '../../logs/journal/start-journal.ts'

const [, , file = '', firstText = '0'] = process.argv
const journal = await startJournal({ file })
let next = Number(firstText)

async function appendForEver(): Promise<void> {
  for (;;) {
    const number = next++
    const payload = Buffer.from(String(number))
    await journal.append({ type: 'publish', receivedAtMs: 1, gateway: 'g' as GatewayId, topic: 't', payload })
    // Synchronously, or the kill could take an acknowledgement along that was already given.
    fs.writeSync(1, `${number}\n`)
  }
}

await Promise.all(Array.from({ length: 20 }, appendForEver))
