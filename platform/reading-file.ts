import fs from 'node:fs'
import zlib from 'node:zlib'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import { HEADER, RowParser, type BadLine, type FileRow } from './parse-row.ts'

export { FILE_UNITS, type BadLine, type FileRow, type FileUnit } from './parse-row.ts'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

export interface ReadingFile {
  /** Rows in the order of the file; a bad line goes to `onBadLine` and costs nothing else. */
  rows(onBadLine: (bad: BadLine) => void): AsyncGenerator<FileRow>
  /** The same without a promise for each row: for whoever wants them all at once. `onChunk`: now and then. */
  forEach(
    onRow: (row: FileRow) => void,
    onBadLine: (bad: BadLine) => void,
    onChunk?: () => void,
  ): Promise<void>
  readonly totalBytes: number
  /** Bytes of the file consumed so far, for a progress bar. */
  bytesRead(): number
}

/** Bytes of one line; longer ones are no readings, and a file without line ends must not fill the memory. */
const MOST_LINE_BYTES = 65_536
const CHUNK_BYTES = 1 << 18

/**
 * Opens `timestamp,meter_id,kind,value,unit`, plain or gzip.
 * @throws OperationalError `file-unreadable` at once where the file is not there or may not be read, and while reading
 * where gzip data is damaged or the header is another one.
 */
export function openReadingFile(file: string): ReadingFile {
  let totalBytes: number
  try {
    const stat = fs.statSync(file)
    if (!stat.isFile()) throw new Error('it is not a file')
    fs.accessSync(file, fs.constants.R_OK)
    totalBytes = stat.size
  } catch (error) {
    throw unreadable(file, error)
  }
  let consumed = 0
  const parsed = (onBadLine: (bad: BadLine) => void): AsyncGenerator<FileRow[]> => {
    const raw = fs.createReadStream(file, { highWaterMark: CHUNK_BYTES })
    raw.on('data', (chunk) => {
      consumed += chunk.length
    })
    return parseChunks(raw, file, onBadLine)
  }
  return {
    totalBytes,
    bytesRead: () => consumed,
    async *rows(onBadLine) {
      for await (const rows of parsed(onBadLine)) yield* rows
    },
    async forEach(onRow, onBadLine, onChunk) {
      for await (const rows of parsed(onBadLine)) {
        for (const row of rows) onRow(row)
        onChunk?.()
      }
    },
  }
}

/** The rows of the file, a chunk of it at a time. */
async function* parseChunks(
  raw: fs.ReadStream,
  file: string,
  onBadLine: (bad: BadLine) => void,
): AsyncGenerator<FileRow[]> {
  const parser = new RowParser()
  let line = 0
  const parse = (lines: Buffer): FileRow[] => {
    const rows: FileRow[] = []
    for (let from = 0; from < lines.length;) {
      const end = lines.indexOf(LINE_FEED, from)
      const next = end < 0 ? lines.length : end
      const to = next > from && lines[next - 1] === CARRIAGE_RETURN ? next - 1 : next
      line++
      if (line === 1) checkHeader(lines.toString('utf8', from, to))
      else if (to > from) {
        const row = parser.parse(lines, from, to, line)
        if ('message' in row) onBadLine(row)
        else rows.push(row)
      }
      from = next + 1
    }
    return rows
  }
  try {
    // What follows the last line end waits for the next chunk.
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of unpacked(raw, file)) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const end = bytes.lastIndexOf(LINE_FEED) + 1
      if (end > 0) yield parse(bytes.subarray(0, end))
      rest = bytes.subarray(end)
      if (rest.length > MOST_LINE_BYTES)
        throw new Error(`line ${line + 1} has more than ${MOST_LINE_BYTES} bytes`)
    }
    if (rest.length > 0) yield parse(rest)
    if (line === 0) throw new Error(`it is empty, expected the header "${HEADER}"`)
  } catch (error) {
    throw unreadable(file, error, line)
  } finally {
    raw.destroy()
  }
}

async function* unpacked(raw: fs.ReadStream, file: string): AsyncGenerator<Buffer> {
  if (!isGzip(file)) {
    for await (const chunk of raw) yield chunk as Buffer
    return
  }
  const gunzip = zlib.createGunzip({ chunkSize: CHUNK_BYTES })
  raw.on('error', (error) => gunzip.destroy(error))
  for await (const chunk of raw.pipe(gunzip)) yield chunk as Buffer
}

function checkHeader(text: string): void {
  if (text.replace(/^\uFEFF/, '').trim() === HEADER) return
  throw new Error(`its first line is ${JSON.stringify(text.slice(0, 80))}, expected "${HEADER}"`)
}

function isGzip(file: string): boolean {
  const fd = fs.openSync(file, 'r')
  try {
    const magic = Buffer.alloc(2)
    return fs.readSync(fd, magic, 0, 2, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b
  } finally {
    fs.closeSync(fd)
  }
}

function unreadable(file: string, error: unknown, line = 0): OperationalError {
  const where = line > 0 ? ` (line ${line})` : ''
  return new OperationalError(
    'file-unreadable',
    `cannot read ${file}${where}: ${messageOf(error)}. Give a CSV file "${HEADER}", plain or gzip.`,
    { cause: error },
  )
}
