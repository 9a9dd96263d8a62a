import fs from 'node:fs'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import { toIso, type EpochMs } from '../domain/time.ts'
import { showProgress } from '../platform/progress.ts'
import { createPace, type Speed } from './publish/pace.ts'
import {
  openGateways,
  parseCredentials,
  publishVillage,
  type PublishReport,
} from './publish/publish-village.ts'
import { planVillage, type PlannedVillage } from './village/plan-village.ts'
import { gatewaysOf } from './village/village.ts'
import { householdsCsv, writeTruth, writeVillage } from './village/write-village.ts'
import type { IncidentKind } from './village/incident.ts'
import type { TransportFault } from './village/transport.ts'

export interface Simulation {
  readonly mqtt: string
  readonly households: number
  readonly homesPerGateway: number
  readonly seed: number
  readonly timezone: string
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
  readonly incidentsUntilMs: EpochMs
  /** Simulated time that is now, when the publishing starts. */
  readonly anchorMs: EpochMs
  readonly speed: Speed
  readonly stepMinutes: 15 | 60
  readonly counts: ReadonlyMap<IncidentKind, number>
  readonly faults: ReadonlySet<TransportFault>
  readonly batch: number
  readonly out?: string
  readonly truth?: string
  readonly register?: string
  readonly username?: string
  readonly password?: string
  readonly credentials?: string
  readonly signal: AbortSignal
  readonly say: (line: string) => void
  readonly readCredentials: (file: string) => string
}

const IN_FLIGHT = 500

/** Runs a simulation to its end (or until stopped) and returns the exit code. */
export async function runSimulation(simulation: Simulation): Promise<number> {
  const village = planVillage({ ...simulation, join: simulation.speed === 'max' })
  if (simulation.out !== undefined) return writeOut(simulation, simulation.out, village)
  if (simulation.truth !== undefined)
    writeFile(simulation.truth, (file) => writeTruth(file, village.incidents))
  if (simulation.register !== undefined) {
    writeFile(simulation.register, (file) =>
      fs.writeFileSync(file, householdsCsv(village.homes, simulation.timezone)),
    )
  }
  const report = await publish(simulation, village)
  simulation.say(summary(report))
  if (report.interrupted) return 130
  return report.failure === null && report.acked === report.messages ? 0 : 1
}

async function publish(simulation: Simulation, village: PlannedVillage): Promise<PublishReport> {
  const { mqtt, signal, say, credentials } = simulation
  const credentialOf =
    credentials === undefined
      ? () => ({ username: simulation.username, password: simulation.password })
      : parseCredentials(() => simulation.readCredentials(credentials), credentials)
  const gateways = gatewaysOf(village.homes)
  const publisher = await openGateways(mqtt, gateways, credentialOf, IN_FLIGHT, signal)
  say(
    `publishing ${village.homes.length} homes behind ${gateways.length} gateways to ${mqtt}, from ${toIso(simulation.fromMs)}`,
  )
  const endless = !Number.isFinite(village.expectedReadings)
  const bar = showProgress('publishing', endless ? 1 : village.expectedReadings, 'readings')
  try {
    return await publishVillage({
      publisher,
      gateways,
      messages: village.messages(),
      pace: createPace(simulation.speed, simulation.anchorMs, signal),
      signal,
      onMessage: (message, readings) => {
        if (!endless) bar.update(Math.min(readings, village.expectedReadings), toIso(message.sendAtMs))
      },
    })
  } finally {
    bar.finish()
    await publisher.close()
  }
}

async function writeOut(simulation: Simulation, folder: string, village: PlannedVillage): Promise<number> {
  if (!Number.isFinite(village.expectedReadings)) {
    throw new OperationalError(
      'endless-village',
      'a village written to files must end. Leave out --speed 1, or give --start.',
    )
  }
  const bar = showProgress('writing', village.expectedReadings, 'readings')
  const written = await writeVillage({
    folder,
    homes: village.homes,
    incidents: village.incidents,
    messages: village.messages(),
    timezone: simulation.timezone,
    signal: simulation.signal,
    onProgress: (readings, message) => bar.update(readings, toIso(message.sendAtMs)),
  }).finally(() => bar.finish())
  const words = `${written.readings} readings to ${written.readingsFile}, ${village.homes.length} homes to ${written.householdsFile}, ${village.incidents.length} incidents to ${written.truthFile}`
  // The readings end in the middle of the village's days, and its truth does not: nobody is to score one by the other.
  simulation.say(simulation.signal.aborted ? `interrupted: wrote only ${words}` : `wrote ${words}`)
  return simulation.signal.aborted ? 130 : 0
}

function summary(report: PublishReport): string {
  const rate = Math.round(report.readings / Math.max(report.seconds, 0.001))
  const words = `published ${report.messages} messages (${report.readings} readings), acked ${report.acked}, in ${report.seconds.toFixed(1)} s (${rate} readings/s)`
  if (report.failure !== null) return `${words}; stopped: ${report.failure.message}`
  return report.interrupted ? `${words}; interrupted` : words
}

function writeFile(file: string, write: (file: string) => void): void {
  try {
    write(file)
  } catch (error) {
    throw new OperationalError(
      'file-unwritable',
      `cannot write ${file}: ${messageOf(error)}. Give a path that can be written.`,
      { cause: error },
    )
  }
}
