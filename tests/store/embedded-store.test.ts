import { describe } from 'vitest'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openDatabase } from '../../platform/sqlite.ts'
import { createEmbeddedStore } from '../../store/embedded/embedded-store.ts'
import { STORE_MIGRATIONS } from '../../store/embedded/schema.ts'
import { describeReadingStore } from './contract.ts'

describe('the embedded store', () => {
  describeReadingStore(() => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-store-'))
    const file = path.join(folder, 'store.db')
    const db = openDatabase({ file, synchronous: 'FULL', migrations: STORE_MIGRATIONS })
    return Promise.resolve({
      ...createEmbeddedStore(db),
      close() {
        db.close()
        fs.rmSync(folder, { recursive: true })
        return Promise.resolve()
      },
    })
  })
})
