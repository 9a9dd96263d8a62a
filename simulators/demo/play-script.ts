import { DAY_MS, HOUR_MS, MINUTE_MS, type EpochMs } from '../../domain/time.ts'
import { showProgress } from '../../platform/progress.ts'
import { createPace, type Pace } from '../publish/pace.ts'
import { LAST_ACKS_MS } from '../publish/publish-village.ts'
import type { Publisher } from '../publish/publisher.ts'
import type { Home } from '../village/home.ts'
import type { Incident } from '../village/incident.ts'
import type { VillageMessage } from '../village/message.ts'
import type { DemoSystem } from './demo-system.ts'
import type { Narrator } from './narrate.ts'
import type { AlertBook } from './watch-alerts.ts'
import { untilJudged } from './watch-progress.ts'
import { PLAYED_MS, type Script } from './write-script.ts'

/** Two days pass in this time before the watcher's eyes. */
const PLAY_TIME_MS = 22_000
/** On a machine too slow for it the play begins all the same: a demonstration that waits shows nothing. */
const JUDGED_LIMIT_MS = 20_000

export interface Play {
  /** History at once, then two days in some seconds, then as the clock goes. */
  readonly pace: Pace
  onMessage(message: VillageMessage, readings: number): void
  /** Wherever the play stands. */
  end(): void
}

export interface PlayDeps {
  readonly system: DemoSystem
  readonly script: Script
  readonly narrator: Narrator
  readonly publisher: Publisher
  readonly book: AlertBook
  readonly signal: AbortSignal
}

/** The three acts of the demonstration, as the pace at which its messages become due. */
export function createPlay(deps: PlayDeps): Play {
  const { script, narrator, signal } = deps
  const cues = createCues(script, narrator)
  const startedAt = performance.now()
  let bar: ReturnType<typeof showProgress> | null = null
  let readings = 0
  let played: Pace | null = null
  let live: Pace | null = null

  async function endHistory(): Promise<void> {
    bar?.finish()
    await deps.publisher.drained(LAST_ACKS_MS)
    await untilJudged(deps.system.httpUrl, readings, JUDGED_LIMIT_MS, signal)
    if (signal.aborted) return
    const seconds = (performance.now() - startedAt) / 1000
    const days = Math.round((script.playFromMs - script.historyFromMs) / DAY_MS)
    narrator.fact(
      `learned ${days} days of ${script.homes.length} homes: ${readings} readings in ${seconds.toFixed(1)} s (${Math.round(readings / seconds)} readings/s); ${deps.book.earlier()} alerts came and went in that time`,
    )
    narrator.heading(`The last ${PLAYED_MS / HOUR_MS} hours, played in ${PLAY_TIME_MS / 1000} s`)
    deps.book.open()
    played = createPace(PLAYED_MS / PLAY_TIME_MS, script.playFromMs, signal)
  }

  async function beginLive(): Promise<void> {
    live = createPace(1, Date.now(), signal)
    await deps.publisher.drained(LAST_ACKS_MS)
    await untilJudged(deps.system.httpUrl, readings, JUDGED_LIMIT_MS, signal)
    if (!signal.aborted) takeStock(deps)
  }

  return {
    pace: {
      due(timeMs) {
        if (timeMs < script.playFromMs) return null
        if (played === null) return endHistory()
        cues.until(timeMs)
        if (timeMs <= script.nowMs) return played.due(timeMs)
        if (live === null) return beginLive()
        return live.due(timeMs)
      },
    },
    onMessage(message, count) {
      readings = count
      if (played !== null) return
      const length = script.playFromMs - script.historyFromMs
      bar ??= showProgress('history', Math.round(length / DAY_MS), 'days')
      bar.update(Math.round((message.sendAtMs - script.historyFromMs) / DAY_MS), `${count} readings`)
    },
    end: () => bar?.finish(),
  }
}

/** Says each thing when simulated time comes by. */
function createCues(
  { homes, incidents, nowMs }: Script,
  narrator: Narrator,
): { until(timeMs: EpochMs): void } {
  const cues: { atMs: EpochMs; say: () => void }[] = []
  for (const incident of incidents) {
    const home = homes.find(({ household }) => household === incident.households[0])
    if (home === undefined) continue
    cues.push({ atMs: incident.fromMs, say: () => narrator.incident(incident, home) })
    if (incident.toMs > incident.fromMs) {
      cues.push({ atMs: incident.toMs, say: () => narrator.ends(incident, home) })
    }
  }
  // What began long ago is told at the beginning, what ends in days may still be told by a demonstration left running.
  cues.sort((a, b) => a.atMs - b.atMs)
  const last = nowMs + 30 * DAY_MS
  return {
    until(timeMs) {
      while (cues[0] !== undefined && cues[0].atMs <= Math.min(timeMs, last)) cues.shift()?.say()
    },
  }
}

/** What had to be found, what was, and what rightly was not. */
function takeStock({ system, script, narrator, book }: PlayDeps): void {
  narrator.heading('Now: the village goes on in real time')
  for (const incident of script.incidents) {
    if (incident.kind !== 'fall' && incident.kind !== 'hospital') continue
    const [household] = incident.households
    if (household === undefined || incident.toMs <= script.nowMs) continue
    narrator.fact(stockOf(household, incident, book))
  }
  const away = script.weekender.household
  const quiet = !book.isCalled(away, 'inactivity')
  narrator.fact(
    `${away} is away as it is every week at this time: ${quiet ? 'rightly nobody is called' : 'an alert all the same (a false alarm)'}`,
  )
  narrator.fact(`See ${system.httpUrl}/api/v1/alerts?kind=inactivity`)
  narrator.fact(`Meters are read each quarter of an hour; the next round is in ${minutesToNextRound()} min.`)
}

function stockOf(household: Home['household'], incident: Incident, book: AlertBook): string {
  const raised = book.raisedAt(household, 'inactivity')
  if (raised === null) return `${household} (${incident.kind}): no alert yet`
  const hours = ((raised - incident.fromMs) / HOUR_MS).toFixed(1)
  return `${household} (${incident.kind}): alert ${hours} h after it happened`
}

function minutesToNextRound(): number {
  const roundMs = 15 * MINUTE_MS
  return Math.ceil((roundMs - (Date.now() % roundMs)) / MINUTE_MS)
}
