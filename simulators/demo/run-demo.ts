import type { Household } from '../../domain/household.ts'
import type { EpochMs } from '../../domain/time.ts'
import { openGateways, publishVillage } from '../publish/publish-village.ts'
import type { Home } from '../village/home.ts'
import { batchMessages, type VillageMessage } from '../village/message.ts'
import { gatewaysOf, villageMessages } from '../village/village.ts'
import type { DemoSystem } from './demo-system.ts'
import { followAlerts } from './follow-alerts.ts'
import { createNarrator, type Narrator } from './narrate.ts'
import { createPlay } from './play-script.ts'
import { createAlertBook } from './watch-alerts.ts'
import { writeScript, type Script } from './write-script.ts'

export interface DemoOptions {
  readonly households: number
  readonly seed: number
  readonly timezone: string
  readonly nowMs: EpochMs
  readonly signal: AbortSignal
  readonly write: (line: string) => void
  readonly colours: boolean
}

const IN_FLIGHT = 64
/** Readings a message of the history: the most that a message may hold. */
const BATCH = 1_000

/** Peoples a village, teaches the system its past, plays its last two days, then goes on live until stopped. */
export async function runDemo(system: DemoSystem, options: DemoOptions): Promise<void> {
  const { signal, timezone, write, colours } = options
  const script = writeScript(options)
  const narrator = createNarrator(timezone, script.playFromMs, write, colours)
  introduce(system, script, narrator)
  const book = createAlertBook(script.playFromMs, narrator)
  const following = followAlerts(system.httpUrl, signal, (alert) => book.take(alert))
  await register(system, script, options)
  const gateways = gatewaysOf(script.homes)
  const publisher = await openGateways(system.mqttUrl, gateways, () => ({}), IN_FLIGHT, signal)
  const play = createPlay({ system, script, narrator, publisher, book, signal })
  try {
    const report = await publishVillage({
      publisher,
      gateways,
      messages: messagesOf(script, options),
      pace: play.pace,
      signal,
      onMessage: (message, readings) => play.onMessage(message, readings),
    })
    if (report.failure !== null) throw report.failure
  } finally {
    play.end()
    await publisher.close()
    if (signal.aborted) await following
  }
}

function introduce({ httpUrl, mqttUrl }: DemoSystem, { homes }: Script, narrator: Narrator): void {
  narrator.heading(`Hearthline demonstration: a village of ${homes.length} homes`)
  narrator.fact(`API documentation  ${httpUrl}/api/docs`)
  narrator.fact(`Alerts             ${httpUrl}/api/v1/alerts?kind=inactivity`)
  narrator.fact(`Live stream        ${httpUrl}/api/v1/alerts/stream`)
  narrator.fact(`MQTT               ${mqttUrl}`)
  narrator.fact('Ctrl-C stops it.')
  narrator.heading('History: the system learns how each home lives')
}

async function register(
  system: DemoSystem,
  { homes, incidents }: Script,
  { nowMs, timezone }: DemoOptions,
): Promise<void> {
  const receivedAtMs = nowMs
  const households = homes.map((home) => toHousehold(home, timezone))
  await system.append({ type: 'households', receivedAtMs, households })
  for (const incident of incidents) {
    const [household] = incident.households
    if (incident.kind !== 'holiday' || household === undefined) continue
    const { fromMs, toMs } = incident
    await system.append({
      type: 'absence',
      receivedAtMs,
      household,
      fromMs,
      toMs,
      reason: 'announced holiday',
    })
  }
}

function toHousehold(home: Home, timezone: string): Household {
  const { household: id, region, tier, water, electricity } = home
  const meters = [water, electricity].map((meter) => ({ id: meter.id, kind: meter.kind }))
  return { id, region, tier, timezone, rule: 'evidence', meters, contacts: [] }
}

function messagesOf(script: Script, { timezone, seed }: DemoOptions): Iterable<VillageMessage> {
  const { homes, incidents, historyFromMs, playFromMs } = script
  const sent = villageMessages({
    homes,
    incidents,
    timezone,
    seed,
    fromMs: historyFromMs,
    stepMinutes: 15,
    faults: new Set(),
  })
  return batchMessages(sent, BATCH, playFromMs)
}
