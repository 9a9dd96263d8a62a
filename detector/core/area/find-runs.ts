import { HOUR_MS } from '../../../domain/time.ts'
import { deafMs, type Hole } from '../listening.ts'
import {
  chanceOfMute,
  COUNT,
  isDry,
  isHeardAgain,
  isMute,
  isSeen,
  isSurelyDry,
  usualAt,
  type Group,
} from './group.ts'
import {
  ALPHA,
  JUDGED_HOURS,
  KINDS,
  LONGEST_LEAD_HOURS,
  REPORTING_HOURS,
  type OutageKind,
  type Run,
} from './outage.ts'

/** What an hour says of a channel. `unknown` neither begins an outage nor ends one. */
type Word = 'there' | 'gone' | 'surely-gone' | 'unknown'

const FLOW: readonly OutageKind[] = ['power', 'water']

/**
 * The outages of a group, from its sums alone: stretches of hours in which flow (or word) of hardly any home is there, at
 * least one of which is no chance. The same sums give the same stretches, whenever and however often they are asked;
 * what has ended before the judged hours is left to whoever has said it, but for what is of one piece with stretches within
 * them: an outage stays whole until all of it is settled.
 */
export function findRuns(group: Group, holes: readonly Hole[]): Run[] {
  const lowest = Math.max(0, group.newestHour - JUDGED_HOURS)
  const found: Run[] = []
  for (let meters = 0; meters < KINDS.length; meters++) {
    const flow = FLOW[meters]
    if (flow !== undefined) found.push(...stretches(group, flow, meters, lowest, group.newestHour, holes))
    found.push(...stretches(group, 'reporting', meters, lowest, lastTold(group, meters, lowest), holes))
  }
  return [...found, ...settledWith(found, group.runs, lowest)].sort(byPlace)
}

/** Stretches known before that have left the judged hours, but not apart from those found within them. */
function settledWith(found: readonly Run[], known: readonly Run[], lowest: number): Run[] {
  const kept: Run[] = []
  let fromHour = Math.min(...found.map((run) => run.fromHour))
  const settled = known.filter((run) => isSettled(run, lowest))
  for (const run of settled.sort((one, other) => (other.toHour ?? 0) - (one.toHour ?? 0))) {
    if ((run.toHour ?? 0) < fromHour) break
    kept.push(run)
    fromHour = Math.min(fromHour, run.fromHour)
  }
  return kept
}

function isSettled({ toHour }: Run, lowest: number): boolean {
  return toHour !== null && toHour < lowest
}

function byPlace(one: Run, other: Run): number {
  return one.fromHour - other.fromHour || one.meters - other.meters || (one.kind < other.kind ? -1 : 1)
}

/** Of the hours up to this one it can be said whether somebody reported: others did later, or the clock has gone by. */
function lastTold(group: Group, meters: number, lowest: number): number {
  let hour = group.newestHour
  while (hour >= lowest && !isHeardAgain(group, meters, hour)) hour--
  return Math.max(hour, group.clockHour[meters] ?? -1)
}

function stretches(
  group: Group,
  kind: OutageKind,
  meters: number,
  lowest: number,
  highest: number,
  holes: readonly Hole[],
): Run[] {
  const runs: Run[] = []
  const before = group.runs.find(
    (run) => run.kind === kind && run.meters === meters && run.fromHour < lowest && !isSettled(run, lowest),
  )
  let from = before?.fromHour ?? -1
  let sure = before?.sureHour ?? -1
  let length = before === undefined ? 0 : lowest - before.fromHour
  for (let hour = lowest; hour <= highest; hour++) {
    const word = wordOf(group, kind, meters, hour, length, holes)
    if (word === 'unknown') continue
    if (word === 'there') {
      if (sure >= 0) runs.push({ kind, meters, fromHour: from, toHour: hour, sureHour: sure })
      from = -1
      sure = -1
      length = 0
      continue
    }
    if (from < 0) from = hour
    length++
    if (word === 'surely-gone' && sure < 0) {
      sure = hour
      from = Math.max(from, hour - LONGEST_LEAD_HOURS)
    }
  }
  if (sure >= 0) runs.push({ kind, meters, fromHour: from, toHour: null, sureHour: sure })
  return runs
}

function wordOf(
  group: Group,
  kind: OutageKind,
  meters: number,
  hour: number,
  length: number,
  holes: readonly Hole[],
): Word {
  if (kind === 'reporting') return wordOfReports(group, meters, hour, length, holes)
  if (!isSeen(group, meters, hour)) return 'unknown'
  if (!isDry(group, meters, hour)) return 'there'
  return isSurelyDry(group, meters, hour) ? 'surely-gone' : 'gone'
}

function wordOfReports(
  group: Group,
  meters: number,
  hour: number,
  length: number,
  holes: readonly Hole[],
): Word {
  if (usualAt(group, meters, COUNT.heard, hour) === 0) return 'unknown'
  if (!isMute(group, meters, hour)) {
    return isHeardAgain(group, meters, hour) || length === 0 ? 'there' : 'unknown'
  }
  // Who was not listening has heard nobody.
  if (deafMs(holes, hour * HOUR_MS, (hour + 1) * HOUR_MS) > HOUR_MS / 2) return 'unknown'
  const isLong = length + 1 >= REPORTING_HOURS
  return isLong && chanceOfMute(group, meters, hour) <= ALPHA ? 'surely-gone' : 'gone'
}
