import type { GatewayId, HouseholdId, MeterId } from '../../domain/ids.ts'
import type { Home, House, MeterModel, Persona, Resident, WeeklyAway } from './home.ts'
import { seededRandom, type Random } from './random.ts'

export interface SettleOptions {
  readonly households: number
  readonly seed: number
  readonly homesPerGateway: number
  /** Index of the first of them, where they are a part of more; 0 otherwise. */
  readonly firstHome?: number
}

// Xihu district of Hangzhou in the code of administrative divisions; the homes are invented.
const DISTRICT = '330106'
const TOWNSHIPS = ['longwu', 'zhuantang', 'sandun', 'shuangpu'] as const
const HOMES_PER_GRID = 25
const FESTIVAL_TRAVELLERS = 0.25
const HOMES_PER_VILLAGE = 150

// Whom the programme watches over: in any twenty homes.
const TWENTY: readonly Persona[] = [
  ...Array<Persona>(9).fill('elder-alone'),
  ...Array<Persona>(2).fill('elder-couple'),
  ...Array<Persona>(3).fill('worker'),
  ...Array<Persona>(4).fill('family'),
  ...Array<Persona>(2).fill('part-time'),
]
// Even the smallest village has one of each.
const FIRST: readonly Persona[] = ['elder-alone', 'part-time', 'worker', 'family', 'elder-couple']

/** Peoples the village: who lives where, with which habits, in which house, behind which meters. */
export function settleHomes(options: SettleOptions): Home[] {
  const { firstHome = 0 } = options
  return Array.from({ length: options.households }, (_, at) => settleHome(firstHome + at, options))
}

function settleHome(index: number, { seed, homesPerGateway }: SettleOptions): Home {
  const number = String(index + 1).padStart(4, '0')
  const random = seededRandom(seed, 'home', index)
  const persona = personaOf(index, seed)
  const village = Math.floor(index / HOMES_PER_VILLAGE)
  const grid = Math.floor((index % HOMES_PER_VILLAGE) / HOMES_PER_GRID) + 1
  const township = TOWNSHIPS[village % TOWNSHIPS.length] ?? TOWNSHIPS[0]
  const residents = peopleOf(persona, random)
  return {
    index,
    household: `H-${DISTRICT}-${number}` as HouseholdId,
    persona,
    region: `zhejiang/hangzhou/xihu/${township}/village-${two(village + 1)}/grid-${two(grid)}`,
    gateway: `gw-${DISTRICT}-${two(Math.floor(index / homesPerGateway) + 1)}` as GatewayId,
    tier:
      persona === 'elder-alone' ? random.pick(['high', 'high', 'medium']) : random.pick(['medium', 'low']),
    residents,
    house: houseOf(persona, residents.length, random),
    weeklyAway: persona === 'part-time' ? weeklyAwayOf(random) : null,
    tripsPerYear: persona === 'worker' ? random.between(4, 12) : random.between(0, 6),
    festival: {
      travels: persona === 'elder-alone' ? 0 : FESTIVAL_TRAVELLERS,
      leavesEarly: 0,
      returnsLate: 0,
    },
    stepMinutes: null,
    staysHomeFromMs: null,
    water: waterMeter(`W-${DISTRICT}-${number}`, random),
    electricity: electricityMeter(`E-${DISTRICT}-${number}`, random),
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

function personaOf(index: number, seed: number): Persona {
  const first = FIRST[index]
  if (first !== undefined) return first
  const deck = [...TWENTY]
  const random = seededRandom(seed, 'personas', Math.floor(index / deck.length))
  for (let last = deck.length - 1; last > 0; last--) {
    const other = random.whole(0, last)
    const held = deck[last] ?? 'family'
    deck[last] = deck[other] ?? 'family'
    deck[other] = held
  }
  return deck[index % deck.length] ?? 'family'
}

/** Who lives in a home of this kind. */
export function peopleOf(persona: Persona, random: Random): Resident[] {
  switch (persona) {
    case 'elder-alone':
      return [resident('elder', random)]
    case 'elder-couple':
      return [resident('elder', random), resident('elder', random)]
    case 'worker':
      return Array.from({ length: random.pick([1, 1, 2]) }, () => resident('worker', random))
    case 'part-time':
      return Array.from({ length: random.pick([1, 2]) }, () =>
        resident(random.pick(['worker', 'elder']), random),
      )
    case 'family': {
      const people = [resident('worker', random), resident('homemaker', random)]
      for (let child = random.whole(1, 2); child > 0; child--) people.push(resident('child', random))
      if (random.chance(0.35)) people.push(resident('elder', random))
      return people
    }
  }
}

export function resident(role: Resident['role'], random: Random): Resident {
  const [wakes, sleeps] = {
    elder: [345, 1_260],
    // Home at a quarter past seven, in bed by half past eight, up in the afternoon.
    'night-worker': [935, 1_950],
    worker: [395, 1_370],
    homemaker: [375, 1_340],
    child: [400, 1_300],
  }[role] as [number, number]
  return {
    role,
    wakes: Math.round(random.normal(wakes, 25)),
    sleeps: Math.round(random.normal(sleeps, 30)),
    spread: random.between(8, 35),
    nightVisits: role === 'elder' ? random.between(0.5, 2.2) : random.between(0.03, 0.3),
    showersInTheMorning: role === 'worker' && random.chance(0.2),
  }
}

function houseOf(persona: Persona, people: number, random: Random): House {
  return {
    flushL: random.pick([4.5, 6, 6, 6, 9]),
    waterHeater: random.pick(['electric', 'gas', 'solar']),
    gardener: persona !== 'worker' && random.chance(0.4),
    dripLPerHour: random.chance(0.15) ? random.between(0.4, 3) : 0,
    leakLPerHour: 0,
    leakUnevenness: 0,
    storageHeaterW: 0,
    standbyW: random.between(4, 16),
    fridge: {
      watts: random.between(65, 120),
      periodMin: random.between(45, 90),
      duty: random.between(0.26, 0.4),
    },
    televisionW: random.between(55, 130),
    lightW: random.between(10, 45),
    coolerW: random.chance(0.7) ? random.between(450, 900) : 0,
    heaterW: random.chance(0.6) ? random.between(500, 1_200) : 0,
    chargesBike: random.chance(0.35),
    washesPerWeek: Math.min(7, random.between(0.8, 1.6) * people + 0.5),
  }
}

function weeklyAwayOf(random: Random): WeeklyAway {
  return random.chance(0.6)
    ? { leavesOn: 5, leavesAt: 1_060, backAfterDays: 2, backAt: 1_130, skips: 0.1 }
    : { leavesOn: 0, leavesAt: 1_010, backAfterDays: 5, backAt: 1_090, skips: 0.1 }
}

function waterMeter(id: string, random: Random): MeterModel {
  // Ultrasonic meters speak litres; dials with a pulse head speak cubic metres, some of them in steps of ten litres.
  const [unit, resolution] = random.pick([
    ['m3', 1],
    ['m3', 1],
    ['m3', 1],
    ['L', 1],
    ['L', 1],
    ['m3', 10],
  ] as const)
  return {
    id: id as MeterId,
    kind: 'water',
    unit,
    resolution,
    capacity: 100_000_000,
    startsAt: Math.round(random.between(20_000, 900_000)),
    battery: true,
  }
}

function electricityMeter(id: string, random: Random): MeterModel {
  return {
    id: id as MeterId,
    kind: 'electricity',
    unit: 'kWh',
    resolution: 0.001,
    capacity: 1_000_000,
    startsAt: Math.round(random.between(500, 30_000) * 1000) / 1000,
    battery: random.chance(0.4),
  }
}
