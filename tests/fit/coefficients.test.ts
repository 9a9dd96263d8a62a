import { describe, expect, it } from 'vitest'
import { COEFFICIENTS } from '../../detector/core/life/coefficients.ts'
import { fitHazard, hoursOf } from '../../detector/fit/fit-hazard.ts'
import { halfOf } from '../../detector/fit/half-of.ts'
import { loadHomes } from '../../detector/fit/load-homes.ts'
import { realData } from '../real-data.ts'

describe('the weights in use', () => {
  it.for([
    ['water', 'daiad_water_hourly.csv.gz', 'Europe/Madrid'],
    ['electricity', 'lcl_electricity_30min.csv.gz', 'Europe/London'],
  ] as const)(
    'of %s are those that the tuned half gives today: whoever changes a covariate fits again',
    { timeout: 120_000 },
    async (one, context) => {
      const [kind, name, timezone] = one
      const homes = await loadHomes({ file: realData(context, name), timezone })
      const { weights } = fitHazard(hoursOf(homes.filter(({ household }) => halfOf(household) === 0)))
      weights.forEach((weight, i) => expect(weight).toBeCloseTo(COEFFICIENTS[kind][i] ?? NaN, 2))
    },
  )
})
