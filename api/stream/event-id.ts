import type { EventLog } from '../desk/desk.ts'

/** `epoch-seq`: an id of another desk file (restored, made anew) is not mistaken for a place in this one. */
export function toEventId(log: EventLog, seq: number): string {
  return `${log.epoch}-${seq}`
}

/** From where a client that has seen `id` goes on without a gap; null where that is not possible any more. */
export function resumeFrom(log: EventLog, id: string): number | null {
  const [, epoch, digits] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id) ?? []
  const seq = Number(digits)
  if (epoch !== log.epoch || seq > log.newest() || seq < log.resumableFrom()) return null
  return seq
}
