import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import { leftTogether, speakerOf, type LeftTogether } from './area/leave-together.ts'
import type { Member } from './area/member.ts'
import { offsetMs, wallMs } from './local-time.ts'
import type { Profile } from './observation.ts'

/** The neighbours whose silence explains the home's own, since `fromMs`, as it was known at `atMs`; null: it is its own matter. */
export function togetherWith(
  { groups, away }: Pick<Member, 'groups' | 'away'>,
  { timezone }: Profile,
  fromMs: EpochMs,
  atMs: EpochMs,
  endMs = Infinity,
): (LeftTogether & { readonly area: string; readonly untilMs: EpochMs }) | null {
  const speaker = speakerOf(groups)
  if (speaker === null) return null
  const hourOf = (timeMs: EpochMs): number =>
    timeMs === Infinity ? Infinity : Math.floor(wallMs(timezone, timeMs) / HOUR_MS)
  const found = leftTogether(speaker.away, away, hourOf(fromMs), hourOf(atMs), hourOf(endMs))
  if (found === null) return null
  const wall = found.untilHour * HOUR_MS
  return {
    ...found,
    area: speaker.area.name,
    untilMs: wall - offsetMs(timezone, wall - offsetMs(timezone, wall)),
  }
}

/** Whether on a UTC day (since 1970) the home was in a silence that was held for that. */
export function wasAwayTogether(
  member: Pick<Member, 'groups' | 'away'>,
  profile: Profile,
  day: number,
): boolean {
  if (member.away.length === 0) return false
  const { timezone } = profile
  const fromHour = wallMs(timezone, day * DAY_MS) / HOUR_MS
  const speaker = speakerOf(member.groups)
  if (speaker === null) return false
  return member.away.some((silence) => {
    if (silence.fromHour >= fromHour + 24 || (silence.toHour ?? Infinity) < fromHour) return false
    const found = leftTogether(speaker.away, member.away, silence.fromHour, fromHour + 24)
    return found !== null && found.untilHour > fromHour
  })
}
