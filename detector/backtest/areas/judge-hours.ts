import { HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import { saysNews, type Areas } from '../../core/area/areas.ts'
import { addAt, COUNT, COUNTS, isMute, usualNow, type Group } from '../../core/area/group.ts'
import { judgeAreas } from '../../core/area/judge-areas.ts'
import { bitsAt, noteHour } from '../../core/area/member.ts'
import { noteSilent } from '../../core/area/note-mute.ts'
import { FEWEST_HOMES, KINDS, REPORTING_HOURS } from '../../core/area/outage.ts'
import { BIT, BITS } from '../../core/area/summarize-hour.ts'
import { MAX_HOLES, type Listening } from '../../core/listening.ts'
import { applyFindings } from '../alert.ts'
import type { Span } from '../span.ts'
import type { AreaHistory, AreaMember, Place } from './area-history.ts'
import { NO_NEWS, TOLD_HOURS } from './tell-hour.ts'
import type { HoursTold } from './tell-hours.ts'

/** Hours that are told at once: a county's fit in little memory. */
const BLOCK_HOURS = 14 * 24

/** All hours that are over when the newest row has come, a block at a time. */
export function* hourBlocks({ firstDay, lastMs }: Span): Generator<{ fromHour: number; hours: number }> {
  const endHour = Math.floor(lastMs / HOUR_MS)
  for (let fromHour = firstDay * 24; fromHour < endHour; fromHour += BLOCK_HOURS)
    yield { fromHour, hours: Math.min(BLOCK_HOURS, endHour - fromHour) }
}

/** Takes what all homes have told of `hours` hours from `fromHour` on, and judges the areas after each. */
export function judgeHours(
  history: AreaHistory,
  fromHour: number,
  hours: number,
  parts: readonly HoursTold[],
): void {
  const { areas, homes } = history.world
  const members = parts.map(({ households }) => households.map((household) => homes.get(household)))
  for (let n = 0; n < hours; n++) {
    const hour = fromHour + n
    const isMuteFile = hearFile(
      history,
      hour,
      parts.reduce((sum, { heard }) => sum + (heard[n] ?? 0), 0),
    )
    for (const [part, { told }] of parts.entries()) {
      const some = members[part] ?? []
      for (let at = 0; at < some.length; at++) {
        const home = some[at]
        if (home !== undefined) hearHome(history, home, hour, told, (at * hours + n) * TOLD_HOURS)
      }
    }
    for (const place of history.places) countPlace(areas, place, hour)
    if (!isMuteFile) missSilent(history, hour)
    for (const place of history.places) place.silent = 0
    if (areas.dirty.size > 0) sayAreas(history, (hour + 1) * HOUR_MS)
  }
}

/**
 * Where hardly any home of the whole file is heard that usually is, the recording has a gap: nobody was listening, as in our
 * own downtime, and nobody is missed.
 */
function hearFile(history: AreaHistory, hour: number, heard: number): boolean {
  const { file, world } = history
  addAt(file, 0, COUNT.heard, hour, heard)
  const isGap = heard === 0 || isMute(file, 0, hour)
  if (isGap) noteHole(world.listening, hour)
  else history.listened++
  return isGap
}

function noteHole({ holes }: Listening, hour: number): void {
  const fromMs = hour * HOUR_MS
  const toMs = fromMs + HOUR_MS
  const last = holes.at(-1)
  if (last?.toMs === fromMs) holes[holes.length - 1] = { fromMs: last.fromMs, toMs }
  else holes.push({ fromMs, toMs })
  if (holes.length > MAX_HOLES) holes.shift()
}

function hearHome(history: AreaHistory, home: AreaMember, hour: number, told: Uint8Array, at: number): void {
  const { member, places, heardAt } = home
  for (let back = TOLD_HOURS - 1; back >= 0; back--) {
    const bits = told[at + back] ?? NO_NEWS
    if (bits === NO_NEWS) continue
    const before = bitsAt(member, hour - back)
    if (bits === before) continue
    noteHour(member, hour - back, bits)
    for (const place of places) {
      const shift = place.kind * BITS
      const now = (bits >> shift) & 7
      const then = (before >> shift) & 7
      if (now !== then) count(place.more, back, now, then)
    }
  }
  const newest = told[at] ?? 0
  for (const place of places) {
    const { kind } = place
    if (((newest >> (kind * BITS)) & BIT.heard) !== 0) heardAt[kind] = history.listened
    else if ((heardAt[kind] ?? -1) >= 0 && history.listened - (heardAt[kind] ?? 0) >= REPORTING_HOURS)
      place.silent++
  }
}

function count(more: Int32Array, back: number, now: number, then: number): void {
  const at = back * COUNTS
  more[at + COUNT.heard] = (more[at + COUNT.heard] ?? 0) + (now & 1) - (then & 1)
  more[at + COUNT.seen] = (more[at + COUNT.seen] ?? 0) + ((now >> 1) & 1) - ((then >> 1) & 1)
  more[at + COUNT.flow] = (more[at + COUNT.flow] ?? 0) + ((now >> 2) & 1) - ((then >> 2) & 1)
}

function countPlace(areas: Areas, { kind, groups, more }: Place, hour: number): void {
  for (let back = TOLD_HOURS - 1; back >= 0; back--) {
    let isNew = false
    for (let each = 0; each < COUNTS; each++) {
      const change = more[back * COUNTS + each] ?? 0
      if (change === 0) continue
      isNew = true
      for (const group of groups) addAt(group, kind, each, hour - back, change)
    }
    if (!isNew) continue
    for (const group of groups) if (saysNews(group, kind, hour - back)) areas.dirty.add(group)
  }
  more.fill(0)
}

/** The file's clock has come to the end of this hour: nearly all homes of an area have said nothing meanwhile. */
function missSilent({ world, places }: AreaHistory, hour: number): void {
  const silent = new Map<Group, number[]>()
  for (const place of places) {
    if (place.silent === 0) continue
    for (const group of place.groups) {
      const counts = silent.get(group) ?? KINDS.map(() => 0)
      counts[place.kind] = (counts[place.kind] ?? 0) + place.silent
      silent.set(group, counts)
    }
  }
  for (const [group, counts] of silent) {
    for (const [kind, homes] of counts.entries()) {
      // Where nobody usually reports at this hour (daily values) nobody is missed.
      if (usualNow(group, kind, hour) >= FEWEST_HOMES) noteSilent(world.areas, group, kind, hour, homes)
    }
  }
}

/** What the areas say at this moment, and what their homes hear. */
function sayAreas({ world, alerts, news }: AreaHistory, atMs: EpochMs): void {
  const verdict = judgeAreas(world)
  applyFindings(alerts, verdict.findings, true, () => atMs)
  for (const { home, fromMs } of verdict.homes) {
    const { household } = home.profile
    const heard = news.get(household) ?? []
    heard.push({ atMs, fromMs, outages: home.member.outages })
    news.set(household, heard)
  }
}
