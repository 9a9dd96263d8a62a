import type { Festival, Home, House, Persona, StepMinutes } from './home.ts'
import { seededRandom, type Random } from './random.ts'
import { resident, settleHomes, type SettleOptions } from './settle-homes.ts'

/** Of a hundred homes: those that no zero rule can watch, and those whose nights are louder than their days. */
const LEAKY_SHARE = 0.1
const STORAGE_HEATING_SHARE = 0.06
const NIGHT_WORKERS_SHARE = 0.2

/**
 * A village with all that a county has and a demonstration need not: homes that are never at zero, storage heating,
 * night workers, gateways that read at different steps, and a Spring Festival that empties every third home at once, some
 * for days before and after it. Everything but this is as `settleHomes` says.
 */
export function settleCounty(options: SettleOptions): Home[] {
  return settleHomes(options).map((home) => {
    const random = seededRandom(options.seed, 'county', home.index)
    const stepMinutes = random.pick<StepMinutes>([15, 30, 60, 60, 60, 60])
    const house = houseIn(home.house, random)
    const works = home.persona === 'worker' && random.chance(NIGHT_WORKERS_SHARE)
    return {
      ...home,
      stepMinutes,
      house,
      residents: works ? [resident('night-worker', random)] : home.residents,
      festival: festivalOf(home.persona, random),
    }
  })
}

function houseIn(house: House, random: Random): House {
  return {
    ...house,
    leakLPerHour: random.chance(LEAKY_SHARE) ? random.between(3, 20) : 0,
    leakUnevenness: random.between(0.05, 0.3),
    storageHeaterW: random.chance(STORAGE_HEATING_SHARE) ? random.between(1_200, 3_000) : 0,
  }
}

function festivalOf(persona: Persona, random: Random): Festival {
  const travels = { 'elder-alone': 0.2, 'elder-couple': 0.15, worker: 0.6, family: 0.4, 'part-time': 0.5 }
  return {
    travels: travels[persona],
    leavesEarly: random.whole(0, 5),
    returnsLate: random.whole(0, 8),
  }
}
