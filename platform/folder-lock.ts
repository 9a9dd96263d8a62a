import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import { makeFolder } from './make-folder.ts'

export interface FolderLock {
  release(): void
}

/**
 * Takes roles of a data folder for this process; the operating system gives them back when it ends, however it ends
 * (sqlite's own file lock, so that a killed process leaves nothing to clean up).
 * @throws OperationalError `data-folder-in-use`, `data-folder-unusable`.
 */
export function lockFolder(folder: string, roles: readonly string[]): FolderLock {
  const held: DatabaseSync[] = []
  const release = (): void => {
    for (const db of held) db.close()
    held.length = 0
  }
  for (const role of roles) {
    try {
      makeFolder(folder)
      const db = new DatabaseSync(path.join(folder, `${role}.lock`), { timeout: 0 })
      held.push(db)
      db.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      release()
      if (isBusy(error)) {
        throw new OperationalError(
          'data-folder-in-use',
          `another hearthline already runs the role ${role} on ${folder}. Stop it, or give this one a folder of its own (--data).`,
        )
      }
      throw new OperationalError(
        'data-folder-unusable',
        `cannot use ${folder} as data folder: ${messageOf(error)}. Give a folder that this user can write to (--data).`,
        { cause: error },
      )
    }
  }
  return { release }
}

const SQLITE_BUSY = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}
