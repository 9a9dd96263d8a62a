import { describe } from 'vitest'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openDatabase } from '../../platform/sqlite.ts'
import { createEmbeddedStore } from '../../store/embedded/embedded-store.ts'
import { STORE_MIGRATIONS } from '../../store/embedded/schema.ts'
import { describeReadingStore } from './contract.ts'

// However many readings wait for the table, what the store answers is the same.
describe.each([1, 3, 65_536])('the embedded store, with %i fresh readings at most', (mostFresh) => {
  describeReadingStore(() => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-store-'))
    const file = path.join(folder, 'store.db')
    const db = openDatabase({ file, synchronous: 'FULL', migrations: STORE_MIGRATIONS })
    return Promise.resolve({
      ...createEmbeddedStore(db, mostFresh),
      close() {
        db.close()
        fs.rmSync(folder, { recursive: true })
        return Promise.resolve()
      },
    })
  })
})
