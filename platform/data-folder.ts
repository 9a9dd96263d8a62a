import path from 'node:path'

/** Which stage keeps what, in one place: every file of a data folder has one owner that writes it. */
export interface DataFiles {
  readonly journal: string
  readonly ingest: string
  readonly store: string
  readonly detector: string
  readonly desk: string
  readonly keys: string
}

export function dataFiles(folder: string): DataFiles {
  const file = (name: string): string => path.join(folder, `${name}.db`)
  return {
    journal: file('journal'),
    ingest: file('ingest'),
    store: file('store'),
    detector: file('detector'),
    desk: file('desk'),
    keys: file('keys'),
  }
}
