import { OperationalError } from '../../domain/operational-error.ts'

/** What was saved by a version that kept it otherwise. Its state cannot be read, and must not be guessed at. */
export function unknownForm(what: string, version: unknown): OperationalError {
  return new OperationalError(
    'detector-state-of-another-version',
    `detector.db holds ${what} in the form of another version (${String(version)}). Start the version that wrote it, or move ` +
      'detector.db and its -wal and -shm files out of the data folder: the detector then learns its homes anew from the readings ' +
      'log, of which about a day is kept, and raises no inactivity alert before it knows them.',
  )
}
