import { DAY_MS, HOUR_MS, MINUTE_MS, type EpochMs } from '../../domain/time.ts'
import { createCalendar, type Calendar } from '../village/calendar.ts'
import type { Home, Persona } from '../village/home.ts'
import type { Incident } from '../village/incident.ts'
import { settleHomes } from '../village/settle-homes.ts'

/** The village of the demonstration: what its homes are, and what happens in them on the last two days. */
export interface Script {
  readonly homes: readonly Home[]
  readonly incidents: readonly Incident[]
  /** The part-time dwelling that is away today as it is every week: nobody may be sent there. */
  readonly weekender: Home
  readonly historyFromMs: EpochMs
  /** History is published at once up to here; from here on it is played. */
  readonly playFromMs: EpochMs
  readonly nowMs: EpochMs
}

export interface ScriptOptions {
  readonly households: number
  readonly seed: number
  readonly timezone: string
  readonly nowMs: EpochMs
}

export const FEWEST_HOUSEHOLDS = 16
const HISTORY_MS = 35 * DAY_MS
export const PLAYED_MS = 48 * HOUR_MS
const HOMES_PER_GATEWAY = 10
// People fall while they are up: after breakfast and before bed.
const WAKING_MINUTES = [7 * 60 + 30, 18 * 60 + 30] as const

/** Places the incidents relative to now, whatever day and hour it is. */
export function writeScript({ households, seed, timezone, nowMs }: ScriptOptions): Script {
  const calendar = createCalendar(timezone, seed)
  const playFromMs = nowMs - PLAYED_MS
  const homes = settleHomes({ households, seed, homesPerGateway: HOMES_PER_GATEWAY }).map((home): Home => ({
    ...home,
    staysHomeFromMs: playFromMs - 2 * DAY_MS,
    // 1 L dials: what is shown must be seen within a minute.
    water: { ...home.water, resolution: 1 },
    weeklyAway: home.weeklyAway && { ...home.weeklyAway, skips: 0 },
  }))
  const weekender = awayToday(homes, calendar, nowMs)
  return {
    homes: homes.map((home) => (home.household === weekender.household ? weekender : home)),
    incidents: stage(homes, weekender, calendar, nowMs),
    weekender,
    historyFromMs: Math.floor((playFromMs - HISTORY_MS) / HOUR_MS) * HOUR_MS,
    playFromMs,
    nowMs,
  }
}

/** A dwelling that is empty from the evening two days ago until tomorrow evening, in this week as in every other. */
function awayToday(homes: readonly Home[], calendar: Calendar, nowMs: EpochMs): Home {
  const home = homes.find(({ persona }) => persona === 'part-time')
  if (home === undefined) throw new Error('a village has a part-time dwelling among its first homes')
  const leaves = calendar.day(calendar.dayOf(nowMs) - 2)
  return {
    ...home,
    tripsPerYear: 0,
    weeklyAway: { leavesOn: leaves.weekday, leavesAt: 1_030, backAfterDays: 3, backAt: 1_110, skips: 0 },
  }
}

function stage(homes: readonly Home[], weekender: Home, calendar: Calendar, nowMs: EpochMs): Incident[] {
  const free = homes.filter(
    ({ household, persona }) => household !== weekender.household && persona !== 'part-time',
  )
  const cast = (...personas: Persona[]): Home => {
    const index = Math.max(
      0,
      // A drip below the dial's step looks like a sip each other hour: no home to show a silence with.
      free.findIndex(({ persona, house }) => personas.includes(persona) && house.dripLPerHour === 0),
    )
    const [home] = free.splice(index, 1)
    if (home === undefined)
      throw new Error(`a village of ${FEWEST_HOUSEHOLDS} homes has one for each incident`)
    return home
  }
  const waking = (hoursAgo: number): EpochMs => wakingMoment(nowMs - hoursAgo * HOUR_MS, calendar)
  const ago = (hours: number): EpochMs => Math.round((nowMs - hours * HOUR_MS) / MINUTE_MS) * MINUTE_MS
  const ahead = (days: number): EpochMs => nowMs + days * DAY_MS
  const one = (home: Home): Pick<Incident, 'households'> => ({ households: [home.household] })

  const found = waking(43)
  const leaking = cast('family')
  const frozen = cast('elder-couple', 'worker')
  const wrongClock = cast('worker', 'family')
  const swapped = cast('family', 'elder-couple')
  const dark = homes.filter(({ region }) => region === leaking.region).map(({ household }) => household)
  const incidents: Incident[] = [
    { kind: 'fall', ...one(cast('elder-alone')), fromMs: waking(25), toMs: ahead(1), leftOnW: 0 },
    { kind: 'fall', ...one(cast('elder-alone')), fromMs: waking(31), toMs: ahead(1), leftOnW: 0 },
    { kind: 'fall', ...one(cast('elder-alone')), fromMs: found, toMs: found + 33 * HOUR_MS, leftOnW: 0 },
    { kind: 'hospital', ...one(cast('elder-alone')), fromMs: waking(37), toMs: ahead(6) },
    { kind: 'holiday', ...one(cast('family', 'worker')), fromMs: waking(40), toMs: ahead(4) },
    { kind: 'slow-decline', ...one(cast('elder-alone')), fromMs: ago(24 * 25), toMs: ahead(5), downTo: 0.3 },
    { kind: 'leak', ...one(leaking), fromMs: ago(27), toMs: ahead(2), litresPerHour: 95 },
    { kind: 'meter-swap', ...one(swapped), fromMs: ago(28), toMs: ago(28), meter: swapped.water.id },
    // Ingest calls a register frozen after 30 days: this one gets there while the village is watched.
    {
      kind: 'frozen-meter',
      ...one(frozen),
      fromMs: ago(24 * 30 + 36),
      toMs: ahead(5),
      meter: frozen.water.id,
    },
    {
      kind: 'clock-skew',
      ...one(wrongClock),
      fromMs: ago(18),
      toMs: ago(12),
      meter: wrongClock.electricity.id,
      aheadMs: 365 * DAY_MS,
    },
    { kind: 'area-outage', households: dark, fromMs: ago(9), toMs: ago(6), area: leaking.region },
  ]
  return incidents.sort((a, b) => a.fromMs - b.fromMs)
}

/** The waking moment nearest to `timeMs`: as it is by day, the evening before or the morning after by night. */
function wakingMoment(timeMs: EpochMs, calendar: Calendar): EpochMs {
  const [earliest, latest] = WAKING_MINUTES
  const today = calendar.dayOf(timeMs)
  let best = Infinity
  for (let day = today - 1; day <= today + 1; day++) {
    const start = calendar.startOf(day)
    const nearest = Math.min(Math.max(timeMs, start + earliest * MINUTE_MS), start + latest * MINUTE_MS)
    if (Math.abs(nearest - timeMs) < Math.abs(best - timeMs)) best = nearest
  }
  return Math.round(best / MINUTE_MS) * MINUTE_MS
}
