import fs from 'node:fs'
import { messageOf, OperationalError } from '../domain/operational-error.ts'

/** A file that is there as a whole or not at all: what was under its name before stays until all is written. */
export interface OutFile {
  write(text: string): void
  /** Puts it in place. */
  keep(): void
  /** Leaves no trace of it; harmless after `keep`. */
  discard(): void
}

/**
 * Opens `file` for writing at once, so that a folder that is not there is told before the work and not after it.
 * @param option the option that named it, for the error.
 * @throws OperationalError `out-unwritable`.
 */
export function openOutFile(file: string, option: string): OutFile {
  // A pipe or a device (/dev/stdout) cannot be replaced, and holds nothing that could be lost.
  const direct = isSpecial(file)
  const beside = direct ? file : `${file}.${process.pid}.part`
  let fd: number | null
  try {
    if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new Error('it is a folder')
    if (!direct && fs.existsSync(file)) fs.accessSync(file, fs.constants.W_OK)
    fd = fs.openSync(beside, 'w')
  } catch (error) {
    throw unwritable(error)
  }
  function unwritable(error: unknown): OperationalError {
    return new OperationalError(
      'out-unwritable',
      `cannot write ${file}: ${messageOf(error).replaceAll(beside, file)}. Give ${option} a file in a folder that exists, can be written and has space.`,
      { cause: error },
    )
  }
  function close(): void {
    if (fd !== null) fs.closeSync(fd)
    fd = null
  }
  return {
    write(text) {
      if (fd === null) throw new Error('written after it was closed')
      try {
        fs.writeFileSync(fd, text)
      } catch (error) {
        throw unwritable(error)
      }
    },
    keep() {
      try {
        close()
        if (!direct) fs.renameSync(beside, file)
      } catch (error) {
        throw unwritable(error)
      }
    },
    discard() {
      close()
      if (!direct) fs.rmSync(beside, { force: true })
    },
  }
}

function isSpecial(file: string): boolean {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  return stat !== undefined && !stat.isFile() && !stat.isDirectory()
}
