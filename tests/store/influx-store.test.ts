import { describe } from 'vitest'
import type { InfluxConfig, InfluxVersion } from '../../store/influx/config.ts'
import { connectInflux } from '../../store/influx/connection.ts'
import { createInfluxStore } from '../../store/influx/influx-store.ts'
import { describeReadingStore } from './contract.ts'
import { skipInfluxd, startInfluxd } from './influxd.ts'

describe.skipIf(skipInfluxd)('Debian’s influxd', () => {
  describeReadingStore(async () => {
    const influxd = await startInfluxd()
    const config = { url: influxd.url, database: 'hearthline' }
    return {
      ...createInfluxStore(connectInflux(config), config),
      close: () => influxd.remove(),
    }
  })
})

const named = namedServer(process.env)

describe.skipIf(named === null)('the server named by HEARTHLINE_TEST_INFLUX_URL', () => {
  describeReadingStore(() => {
    if (named === null) throw new Error('no server is named')
    return Promise.resolve(createInfluxStore(connectInflux(named), named))
  })
})

function namedServer(environment: NodeJS.ProcessEnv): InfluxConfig | null {
  const value = (name: string): string | undefined => environment[`HEARTHLINE_TEST_INFLUX_${name}`]
  const url = value('URL')
  if (url === undefined) return null
  return {
    url,
    token: value('TOKEN'),
    org: value('ORG'),
    database: value('DATABASE') ?? 'hearthline_test',
    version: value('VERSION') as InfluxVersion | undefined,
  }
}
