import type { EpochMs } from '../../domain/time.ts'

/** When the rows of a share, or of a file, ended: the UTC day of the first (Infinity without any), the end of the last (-Infinity). */
export interface Span {
  readonly firstDay: number
  readonly lastMs: EpochMs
}
