import { tellHour, TOLD_HOURS, type HourTeller } from './tell-hour.ts'

/** What the homes of a share tell of some hours in a row. */
export interface HoursTold {
  /** The homes that belong to an area. */
  readonly households: readonly string[]
  /** By home, then hour: TOLD_HOURS bytes. */
  readonly told: Uint8Array
  /** Per hour, how many homes were heard, also those that belong to no area. */
  readonly heard: Uint32Array
}

/** Works the rows of some homes that end within these hours, which follow those of before. */
export function tellHours(tellers: readonly HourTeller[], fromHour: number, hours: number): HoursTold {
  const members = tellers.filter(isMember)
  const told = new Uint8Array(members.length * hours * TOLD_HOURS)
  const heard = new Uint32Array(hours)
  const nobody = new Uint8Array(TOLD_HOURS)
  let place = 0
  for (const teller of tellers) {
    const isTold = isMember(teller)
    for (let n = 0; n < hours; n++) {
      const at = isTold ? (place * hours + n) * TOLD_HOURS : 0
      if (tellHour(teller, fromHour + n, isTold ? told : nobody, at)) heard[n] = (heard[n] ?? 0) + 1
    }
    if (isTold) place++
  }
  return { households: members.map(({ profile }) => profile.household), told, heard }
}

function isMember({ profile }: HourTeller): boolean {
  return (profile.region ?? null) !== null
}
