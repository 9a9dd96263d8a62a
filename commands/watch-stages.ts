import type { Health, SystemStatus } from '../api/deps.ts'
import { messageOf } from '../domain/operational-error.ts'
import type { RegistryReader } from '../ingest/registry-reader.ts'
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
): StageWatch {
  let stageFailures: readonly (string | null)[] = []

  async function round(): Promise<void> {
    const { ingest, store, detector } = stages
    const answers = await Promise.allSettled([
      ingest?.call('failure').then((why) => (why === null ? null : `ingest stands still: ${why}`)),
      store?.call('status').then(({ degraded }) => degraded),
      detector?.call('status').then(({ failure }) => failure),
    ])
    stageFailures = answers.map((answer) =>
      answer.status === 'fulfilled'
        ? (answer.value ?? null)
        : `a stage does not answer: ${messageOf(answer.reason)}`,
    )
  }

  const timer = setInterval(() => void round(), ROUND_MS)
  return {
    health() {
      const { journal } = stages
      const journalFailure = journal?.failure() ?? null
      const reasons = [journalFailure, ...stageFailures, deskFailure()].filter((reason) => reason !== null)
      return { accepting: journalFailure === null, reasons }
    },
    async status() {
      const { journal, broker, store, detector } = stages
      // Asked first: what ingest has let out by now, the stages behind it count as stored or waiting.
      const waiting = registry.counters().backlogEntries
      const [stored, judged] = await Promise.all([store?.call('status'), detector?.call('status')])
      // Asked again: what they have counted, ingest has counted before.
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
          ingest: waiting,
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
