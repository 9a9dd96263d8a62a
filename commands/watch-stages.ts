import type { Health, SystemStatus } from '../api/deps.ts'
import { messageOf } from '../domain/operational-error.ts'
import type { RegistryReader } from '../ingest/registry-reader.ts'
import type { Logger } from '../platform/log.ts'
import type { Stages } from './start-system.ts'

export interface StageWatch {
  /** As of the last round. */
  health(): Health
  /** Asks every stage now. */
  status(): Promise<SystemStatus>
  stop(): void
}

const ROUND_MS = 1_000

/** Keeps in mind how the stages are, so that /readyz answers at once even where one of them does not. */
export function watchStages(
  stages: Stages,
  registry: RegistryReader,
  deskFailure: () => string | null,
  log: Logger,
): StageWatch {
  let held: readonly (string | null)[] = []
  let storeFailure: string | null = null
  let told = ''

  async function round(): Promise<void> {
    const { ingest, store, detector } = stages
    try {
      held = [
        heldUp('ingest', await ingest?.call('failure')),
        heldUp('the detector', await detector?.call('failure')),
        heldUp('the desk', deskFailure()),
      ]
      storeFailure = (await store?.call('status'))?.degraded ?? null
      tell([...held, storeFailure].filter((reason) => reason !== null))
    } catch (error) {
      // Not told: it stops with the system, or it has crashed, which its owner says.
      held = [`a stage does not answer: ${messageOf(error)}`]
    }
  }

  /** Once for each change: nothing is lost meanwhile, but a person must act. */
  function tell(reasons: readonly string[]): void {
    const words = reasons.join(' ')
    if (words === told) return
    told = words
    if (reasons.length > 0)
      log.error({ reasons }, 'a part of the system is held up; it goes on by itself when this is mended')
    else log.info('nothing is held up any more')
  }

  const timer = setInterval(() => void round(), ROUND_MS)
  return {
    health() {
      const { journal } = stages
      const journalFailure = journal?.failure() ?? null
      const reasons = [journalFailure, ...held, storeFailure].filter((reason) => reason !== null)
      return { accepting: journalFailure === null, reasons }
    },
    async status() {
      const { journal, broker, store, detector } = stages
      const [stored, judged] = await Promise.all([store?.call('status'), detector?.call('status')])
      // Read after the stages have answered: what they have counted, ingest has counted before.
      const counters = registry.counters()
      const refused = stored?.refused ?? 0
      return {
        readings: {
          received: counters.received,
          // A correction is an element, too: the store holds it in the place of another.
          stored: (stored?.stored ?? 0) + counters.corrected,
          duplicates: counters.duplicates,
          rejected: counters.rejected + refused,
        },
        rejectedByCode:
          refused === 0 ? counters.rejectedByCode : { ...counters.rejectedByCode, 'store-refused': refused },
        backlog: {
          ingest: counters.backlogEntries,
          store: stored?.backlogReadings ?? 0,
          detector: judged?.backlogReadings ?? 0,
        },
        store:
          stored === undefined
            ? null
            : {
                backlogSeconds: stored.backlogSeconds,
                writeP50Ms: stored.writes.p50Ms,
                writeP99Ms: stored.writes.p99Ms,
              },
        connections: broker?.stats().connections ?? 0,
        journalFailure: journal?.failure() ?? null,
      }
    },
    stop: () => clearInterval(timer),
  }
}

function heldUp(part: string, failure: string | null | undefined): string | null {
  if (failure === null || failure === undefined) return null
  return `${part} is held up: ${failure}`
}
