import type { Finding } from '../../domain/finding.ts'

/**
 * What one part of a home's fold says. Parts only raise, escalate and clear; retracting is for whoever compares what was
 * said with what is so.
 */
export interface HomeEvent {
  /** Index into `Profile.meters` for device matters, which are per meter; -1 for what concerns the home. */
  readonly meter: number
  readonly finding: Exclude<Finding, { type: 'retract' }>
}
