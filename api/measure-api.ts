import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ApiDeps } from './deps.ts'

const HTTP_BUCKETS_S = [0.005, 0.02, 0.05, 0.1, 0.25, 1, 5]

/** Brings the numbers of the system up to date; called when somebody scrapes, and at no other time. */
export type RefreshMetrics = () => Promise<void>

/** Everything under `hearthline_`. */
export function measureApi(app: FastifyInstance, deps: ApiDeps): RefreshMetrics {
  measureRequests(app, deps.metrics)
  const system = systemMetrics(deps.metrics)
  const desk = deskMetrics(deps.metrics)

  return async () => {
    system.accepting.set(deps.health().accepting ? 1 : 0)
    desk.findings.reset()
    desk.findings.inc(deps.desk.findingsApplied())
    desk.alerts.reset()
    for (const { count, ...labels } of deps.desk.counts(null)) desk.alerts.set({ ...labels }, count)
    try {
      const status = await deps.status()
      setCounts(system.readings, 'fate', status.readings)
      setCounts(system.rejects, 'code', status.rejectedByCode)
      for (const [stage, count] of Object.entries(status.backlog)) system.backlog.set({ stage }, count)
      system.storeBacklog.set(status.store?.backlogSeconds ?? 0)
      system.storeWrites.reset()
      for (const [quantile, ms] of [
        ['0.5', status.store?.writeP50Ms],
        ['0.99', status.store?.writeP99Ms],
      ] as const) {
        if (ms !== null && ms !== undefined) system.storeWrites.set({ quantile }, ms / 1_000)
      }
      system.journalFailure.set(status.journalFailure === null ? 0 : 1)
      system.connections.set(status.connections)
    } catch (error) {
      // A stage that does not answer is when the other numbers are needed most.
      deps.log.error({ err: error }, 'a stage did not say how it does; its metrics stand still')
    }
  }
}

function measureRequests(app: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'hearthline_http_request_duration_seconds',
    help: 'Time to answer, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: HTTP_BUCKETS_S,
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    // By pattern, not by address: addresses are without end, and hold ids of homes.
    const route = request.routeOptions.url ?? 'unknown'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000)
  })
}

function systemMetrics(registry: Registry) {
  const registers = [registry]
  return {
    accepting: new Gauge({
      name: 'hearthline_accepting_readings',
      help: '1 while readings are accepted and acknowledged.',
      registers,
    }),
    journalFailure: new Gauge({
      name: 'hearthline_journal_failure',
      help: '1 while the journal cannot be written and nothing is acknowledged.',
      registers,
    }),
    connections: new Gauge({
      name: 'hearthline_broker_connections',
      help: 'MQTT clients connected now.',
      registers,
    }),
    readings: new Counter({
      name: 'hearthline_readings_total',
      help: 'Readings (elements, not messages) since the data folder began, by what became of them.',
      labelNames: ['fate'],
      registers,
    }),
    rejects: new Counter({
      name: 'hearthline_readings_rejected_total',
      help: 'Rejected readings since the data folder began, by code.',
      labelNames: ['code'],
      registers,
    }),
    storeBacklog: new Gauge({
      name: 'hearthline_store_backlog_seconds',
      help: 'How long the oldest reading that is not stored yet has been waiting.',
      registers,
    }),
    storeWrites: new Gauge({
      name: 'hearthline_store_write_seconds',
      help: 'Time from sending a batch to the store until it was accepted, of the latest batches.',
      labelNames: ['quantile'],
      registers,
    }),
    backlog: new Gauge({
      name: 'hearthline_backlog_entries',
      help: 'Entries not yet worked, by stage.',
      labelNames: ['stage'],
      registers,
    }),
  }
}

function deskMetrics(registry: Registry) {
  return {
    alerts: new Gauge({
      name: 'hearthline_alerts',
      help: 'Alerts on the desk.',
      labelNames: ['kind', 'severity', 'state', 'condition'],
      registers: [registry],
    }),
    findings: new Counter({
      name: 'hearthline_findings_applied_total',
      help: 'Findings of the detector that the desk has worked since its file began.',
      registers: [registry],
    }),
  }
}

function setCounts(counter: Counter, label: string, counts: Readonly<Record<string, number>>): void {
  counter.reset()
  for (const [name, count] of Object.entries(counts)) counter.inc({ [label]: name }, count)
}
