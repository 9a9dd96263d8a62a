import type { EpochMs } from '../../domain/time.ts'
import type { Home } from '../../simulators/village/home.ts'
import { seededRandom } from '../../simulators/village/random.ts'
import type { LeftOn } from './live-homes.ts'

/** The same fall three times over, by what goes on running; as often and as much as in `plan-county.ts`. */
export const CIRCUMSTANCES: readonly {
  readonly name: string
  readonly leftOn: (home: Home, seed: number, onsetMs: EpochMs) => LeftOn
}[] = [
  { name: 'nothing left on', leftOn: () => ({ leftOnW: 0, tapLPerHour: 0 }) },
  {
    name: 'a light or television left on',
    leftOn: ({ household }, seed, onsetMs) => ({
      leftOnW: seededRandom(seed, household, onsetMs, 'left on').between(20, 150),
      tapLPerHour: 0,
    }),
  },
  {
    name: 'a tap left running',
    leftOn: ({ household }, seed, onsetMs) => ({
      leftOnW: 0,
      tapLPerHour: seededRandom(seed, household, onsetMs, 'tap').between(60, 500),
    }),
  },
]

const isLeaky = ({ house }: Home): boolean => house.leakLPerHour > 0
const isLoud = ({ house }: Home): boolean => house.storageHeaterW > 0
const isCoarse = ({ water }: Home): boolean => water.resolution === 10
/** A leak that strays by so much of itself is an uneven one. */
const UNEVEN = 0.15

export const GROUPS: readonly (readonly [name: string, has: (home: Home) => boolean])[] = [
  ['all homes', () => true],
  ['tight', (home) => !isLeaky(home) && !isLoud(home)],
  ['tight, dial of 10 L', (home) => !isLeaky(home) && isCoarse(home)],
  ['leaky', isLeaky],
  ['leaky, even', (home) => isLeaky(home) && home.house.leakUnevenness < UNEVEN],
  ['leaky, uneven', (home) => isLeaky(home) && home.house.leakUnevenness >= UNEVEN],
  ['leaky, read each 15 or 30 min', (home) => isLeaky(home) && home.stepMinutes !== 60],
  ['leaky, dial of 10 L', (home) => isLeaky(home) && isCoarse(home)],
  ['storage heating', isLoud],
]
