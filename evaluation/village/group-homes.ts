import type { HouseholdId } from '../../domain/ids.ts'
import type { Home } from '../../simulators/village/home.ts'
import type { Incident } from '../../simulators/village/incident.ts'
import { reportsByNight } from '../../simulators/village/transport.ts'
import type { SettledCounty } from './county.ts'

export type HomeGroup = readonly [name: string, homes: readonly Home[]]
export type FallGroup = readonly [name: string, belongs: (fall: Incident) => boolean]

/** The homes apart that a detector may treat unequally without wanting to. */
export function homeGroups({ homes, seed }: SettledCounty): HomeGroup[] {
  const those = (belongs: (home: Home) => boolean): Home[] => homes.filter(belongs)
  const lived = those(({ persona }) => persona !== 'part-time')
  const inLived = (belongs: (home: Home) => boolean): Home[] => lived.filter(belongs)
  return [
    ['all homes', homes],
    ['never at zero (leak)', inLived(({ house }) => house.leakLPerHour > 0)],
    ['tight', inLived(({ house }) => house.leakLPerHour === 0)],
    ['one person', inLived(({ residents }) => residents.length === 1)],
    ['two and more', inLived(({ residents }) => residents.length > 1)],
    ['part-time dwelling', those(({ persona }) => persona === 'part-time')],
    ['night worker', inLived(({ residents }) => residents.some(({ role }) => role === 'night-worker'))],
    ['storage heating', inLived(({ house }) => house.storageHeaterW > 0)],
    ['read each 15 min', inLived(({ stepMinutes }) => stepMinutes === 15)],
    ['read each hour', inLived(({ stepMinutes }) => stepMinutes === 60)],
    ['reports once a day', inLived(({ household }) => reportsByNight(household, seed))],
  ]
}

export function fallGroups(county: SettledCounty): FallGroup[] {
  const groups: FallGroup[] = homeGroups(county).map(([name, homes]) => {
    const ids = new Set(homes.map(({ household }) => household))
    return [name, ({ households }) => households.some((household) => ids.has(household))]
  })
  const isFall = (fits: (fall: Incident & { kind: 'fall' }) => boolean) => (incident: Incident) =>
    incident.kind === 'fall' && fits(incident)
  const cuts = county.incidents.filter(({ kind }) => kind === 'area-outage')
  const inTheDark = (household: HouseholdId | undefined, { fromMs }: Incident): boolean =>
    cuts.some(
      (cut) =>
        household !== undefined &&
        cut.households.includes(household) &&
        cut.fromMs <= fromMs &&
        fromMs < cut.toMs,
    )
  const hourOf = ({ fromMs }: Incident): number =>
    (fromMs - county.calendar.startOf(county.calendar.dayOf(fromMs))) / 3_600_000
  const isQuiet = isFall(({ leftOnW, tapLPerHour = 0 }) => leftOnW === 0 && tapLPerHour === 0)
  const quietly = ([name, belongs]: FallGroup): FallGroup => [
    `nothing left on: ${name}`,
    (fall) => isQuiet(fall) && belongs(fall),
  ]
  return [
    ...groups,
    ...groups.slice(0, 3).map(quietly),
    ['between 22 and 06', (fall) => hourOf(fall) >= 22 || hourOf(fall) < 6],
    ['between 06 and 22', (fall) => hourOf(fall) >= 6 && hourOf(fall) < 22],
    [
      'a light or television left on, no tap',
      isFall(({ leftOnW, tapLPerHour = 0 }) => leftOnW > 0 && tapLPerHour === 0),
    ],
    ['a tap left running', isFall(({ tapLPerHour = 0 }) => tapLPerHour > 0)],
    ['while the power was cut', isFall((fall) => inTheDark(fall.households[0], fall))],
  ]
}
