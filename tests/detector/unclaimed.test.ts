import { newestMsOf } from '../../detector/core/household.ts'
import { describe, expect, it } from 'vitest'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { household, lived, play, reading, readings, START_MS, usual } from './feed.ts'
import { homeBytes, saveAndLoad } from './save-and-load.ts'
import { standing } from './standing.ts'

const day = (n: number, hour = 0): number => START_MS + n * DAY_MS + hour * HOUR_MS

function claim(...list: ReturnType<typeof household>[]): ReadingsLogEntry {
  return { type: 'households', receivedAtMs: START_MS, households: list }
}

function feed(meter: string, fromMs: number, toMs: number, amount = usual): ReadingsLogEntry[] {
  return lived(meter, fromMs, toMs, amount).map((one) => readings(one))
}

const both = claim(
  household('H', [
    ['M', 'water'],
    ['N', 'water'],
  ]),
)
const onlyM = claim(household('H', [['M', 'water']]))

describe('a meter that its household no longer names', () => {
  it('is a home of its own from then on, and no shadow of the household', () => {
    const { detector } = play([
      both,
      ...feed('M', START_MS, day(3)),
      ...feed('N', START_MS, day(3)),
      onlyM,
      ...feed('N', day(3), day(4)),
    ])
    expect([...detector.homes.keys()].sort()).toEqual(['h:H', 'm:N'])
    expect(newestMsOf(detector.homes.get('m:N')!, 0)).toBe(day(4))
    expect(homeBytes(saveAndLoad(detector))).toEqual(homeBytes(detector))
    expect([...detector.homes.values()].every(({ isDirty }) => isDirty)).toBe(true)
  })

  it('tells its kind by its first reading that is judged, in whatever entry that comes', () => {
    const wrong = claim(household('H', [['M', 'electricity']]))
    const nobody = claim(household('H', [['N', 'water']]))
    const late = reading('M', START_MS, 3, { quality: 'late', kind: 'electricity' })
    const { detector } = play([wrong, nobody, readings(late, reading('M', day(1), 4))])
    const home = detector.homes.get('m:M')!
    expect(home.profile.meters).toEqual([{ id: 'M', kind: 'water' }])
    expect(newestMsOf(home, 0)).toBe(day(1))
  })

  it('keeps what it has read as another kind, though its readings tell now of which it is', () => {
    const wrong = claim(household('H', [['M', 'electricity']]))
    const nobody = claim(household('H', [['N', 'water']]))
    const revised = reading('M', day(1), 3, { revision: true })
    const next = reading('M', day(1, 1), 4)
    const { detector } = play([wrong, ...feed('M', START_MS, day(1)), nobody, readings(revised, next)])
    const home = detector.homes.get('m:M')!
    expect(home.profile.meters).toEqual([{ id: 'M', kind: 'electricity' }])
    expect(home.rewind.window.count).toBe(25)
    expect(newestMsOf(home, 0)).toBe(day(1, 1))
  })

  it('raises nothing in the name of the household it has left', () => {
    const silent = (timeMs: number): number => (timeMs > day(20, 10) ? 0 : usual(timeMs))
    const { findings } = play([
      both,
      ...feed('M', START_MS, day(18)),
      ...feed('N', START_MS, day(18)),
      onlyM,
      ...feed('M', day(18), day(23)),
      ...feed('N', day(18), day(23), silent),
    ])
    expect(standing(findings).filter((line) => line.startsWith('H inactivity'))).toEqual([])
  })
})
