import { awayStampOf, longSilencesOf, type LongSilence } from '../life/long-silences.ts'
import { NONE } from '../none.ts'
import type { HomeState } from '../state/home-state.ts'
import type { Group } from './group.ts'
import { noteAway } from './leave-together.ts'
import type { Member } from './member.ts'

/** Corrects what the home's areas know of its long silences, where they are others than before. */
export function tellAway(member: Member, head: HomeState): void {
  if (head.layout.judge !== 'life') return
  const stamp = awayStampOf(head)
  if (stamp === member.awayStamp) return
  member.awayStamp = stamp
  const now = longSilencesOf(head)
  if (isSame(now, member.away)) return
  joinAway(member, -1)
  member.away = now.length === 0 ? NONE : now
  joinAway(member, 1)
}

/** The home's long silences are added to the areas of its region, or taken out of them. */
export function joinAway({ groups, away }: Member, sign: 1 | -1): void {
  if (away.length === 0) return
  for (const group of regionsOf(groups)) noteAway(group.away, away, sign)
}

/** Each once, whatever the number of its meters' kinds. */
function regionsOf(groups: Member['groups']): Set<Group> {
  return new Set(groups.flat().filter(({ area }) => area.type === 'region'))
}

function isSame(one: readonly LongSilence[], other: readonly LongSilence[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ fromHour, toHour }, at) => other[at]?.fromHour === fromHour && other[at].toHour === toHour)
  )
}
