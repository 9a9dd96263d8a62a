import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lockFolder } from '../../platform/folder-lock.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('a role of a folder belongs to one holder at a time, other roles stay free', () => {
  const folder = temporaryFolder()
  const first = lockFolder(folder, ['broker', 'ingest'])
  expect(() => lockFolder(folder, ['api', 'ingest'])).toThrow(/already runs the role ingest/)
  const other = lockFolder(folder, ['api'])
  first.release()
  lockFolder(folder, ['ingest']).release()
  other.release()
})

test('a killed holder leaves nothing to clean up', async () => {
  const folder = temporaryFolder()
  const holder = spawn(process.execPath, [
    '--input-type=module-typescript',
    '--eval',
    `import { lockFolder } from ${JSON.stringify(new URL('../../platform/folder-lock.ts', import.meta.url).href)}
     globalThis.held = lockFolder(${JSON.stringify(folder)}, ['broker']); console.log('held'); setInterval(() => {}, 1000)`,
  ])
  await once(holder.stdout, 'data')
  expect(() => lockFolder(folder, ['broker'])).toThrow(/already runs/)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  lockFolder(folder, ['broker']).release()
})

test('a folder that cannot be made is refused in words', () => {
  const inTheWay = path.join(temporaryFolder(), 'file')
  fs.writeFileSync(inTheWay, '')
  expect(() => lockFolder(path.join(inTheWay, 'data'), ['broker'])).toThrow(/cannot use .* as data folder/)
  // Here Node's own recursive mkdir would never return.
  expect(() => lockFolder('/proc/hearthline/data', ['broker'])).toThrow(/cannot use .* as data folder/)
})
