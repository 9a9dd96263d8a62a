import fs from 'node:fs'
import path from 'node:path'

/**
 * Makes a folder and those above it. Not `mkdirSync` with `recursive`, which never returns where a file system answers
 * ENOENT to a folder whose parent exists (/proc): https://github.com/nodejs/node/issues/31481
 * @throws the system's error where a folder cannot be made.
 */
export function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return
  const parent = path.dirname(folder)
  if (parent !== folder) makeFolder(parent)
  try {
    fs.mkdirSync(folder)
  } catch (error) {
    // Somebody else may have made it between the two.
    if (!fs.existsSync(folder)) throw error
  }
}
