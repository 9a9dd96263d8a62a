import pino, { type Logger } from 'pino'
import pretty from 'pino-pretty'

export type { Logger } from 'pino'

/** JSON lines for machines, words for a person at a terminal; written to stderr so that stdout stays the command's. */
export function createLog(level: string, person: boolean): Logger {
  const options = { level, base: null }
  return person
    ? pino(
        options,
        pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
      )
    : pino(options, pino.destination({ dest: 2, sync: true }))
}
