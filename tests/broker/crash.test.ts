import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startOf } from '../../domain/place.ts'
import { openJournalReader } from '../../logs/journal/read-journal.ts'
import { verifyJournal } from '../../logs/journal/verify-journal.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { connectPacket, openRaw, PUBACK, publishPacket } from './raw-client.ts'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-broker-crash-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

it(
  'what has been acknowledged survives kill -9 at a random moment of a load',
  { timeout: 60_000 },
  async () => {
    const acked: string[] = []
    const kills = 6
    for (let kill = 0; kill < kills; kill++) {
      const child = spawn(process.execPath, [path.join(import.meta.dirname, 'serve-broker.ts'), folder])
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      const clients = await Promise.all(Array.from({ length: 5 }, () => openRaw(Number(line.toString()))))
      for (const [i, client] of clients.entries()) {
        const packets = Array.from({ length: 4_000 }, (_, n) =>
          publishPacket('hearthline/v1/gw1/readings', `${kill}-${i}-${n + 1}`, n + 1),
        )
        client.send(connectPacket({ clientId: `client ${i}` }), Buffer.concat(packets))
      }
      await Promise.all(clients.map((client) => client.received(2)))
      await sleep(Math.random() * 100)
      child.kill('SIGKILL')
      await once(child, 'close')
      await Promise.all(clients.map((client) => client.closed))
      for (const [i, { packets }] of clients.entries()) {
        const ids = packets.filter(({ type }) => type === PUBACK).map(({ body }) => body.readUInt16BE(0))
        acked.push(...ids.map((id) => `${kill}-${i}-${id}`))
      }
    }

    expect(acked.length).toBeGreaterThan(kills * 5)
    const { journal } = dataFiles(folder)
    expect(verifyJournal(journal).damages).toEqual([])
    const reader = openJournalReader(journal)
    const kept = new Set(
      reader
        .read(startOf(0), 1e9)
        .map(({ entry }) => (entry.type === 'publish' ? Buffer.from(entry.payload).toString() : '')),
    )
    reader.close()
    expect(acked.filter((payload) => !kept.has(payload))).toEqual([])
  },
)
