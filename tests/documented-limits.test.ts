import fs from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULT_API_LIMITS } from '../api/deps.ts'
import { BROKER_LIMITS } from '../broker/limits.ts'
import { MOST_UNCLAIMED } from '../ingest/admit-stranger.ts'
import { MOST_ELEMENTS } from '../ingest/native/native-schema.ts'

test('the limits that OPERATIONS.md names are those that hold', () => {
  const page = fs.readFileSync(new URL('../docs/OPERATIONS.md', import.meta.url), 'utf8')
  const count = (most: number): string => most.toLocaleString('en')
  const { connections, connectionsPerAddress, packetBytes, statusBytes } = BROKER_LIMITS
  const { requestsPerMinute, streamClients } = DEFAULT_API_LIMITS
  for (const [what, most] of [
    ['MQTT packet', `${packetBytes / 1024 ** 2} MiB`],
    ['readings in an array', count(MOST_ELEMENTS)],
    ['MQTT connections', `${count(connections)}; from one address ${count(connectionsPerAddress)} `],
    ['status message of a gateway', `${statusBytes / 1024} KiB`],
    ['meters that no household claims', count(MOST_UNCLAIMED)],
    ['HTTP requests of one key in a minute', `${count(requestsPerMinute)} `],
    ['live streams', count(streamClients)],
  ]) {
    expect(page).toContain(`| ${what} | ${most}`)
  }
})
