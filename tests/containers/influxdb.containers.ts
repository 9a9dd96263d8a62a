import { randomBytes } from 'node:crypto'
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from 'testcontainers'
import { describe } from 'vitest'
import type { InfluxConfig } from '../../store/influx/config.ts'
import { connectInflux } from '../../store/influx/connection.ts'
import { createInfluxStore } from '../../store/influx/influx-store.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { describeReadingStore } from '../store/contract.ts'

/*
 * The contract of a store on the generations of InfluxDB that Debian does not carry. Without Docker each is skipped,
 * visibly; in CI that is a failure.
 */
const hasDocker = await getContainerRuntimeClient().then(
  () => true,
  () => false,
)
const skip = !hasDocker && process.env['CI'] !== 'true'
const PORT = 8086

describe.skipIf(skip)('influxdb:2.7', () => {
  describeReadingStore(async () => {
    const token = randomBytes(16).toString('hex')
    const container = await new GenericContainer('influxdb:2.7')
      .withEnvironment({
        DOCKER_INFLUXDB_INIT_MODE: 'setup',
        DOCKER_INFLUXDB_INIT_USERNAME: 'admin',
        DOCKER_INFLUXDB_INIT_PASSWORD: randomBytes(16).toString('hex'),
        DOCKER_INFLUXDB_INIT_ADMIN_TOKEN: token,
        DOCKER_INFLUXDB_INIT_ORG: 'hearthline',
        DOCKER_INFLUXDB_INIT_BUCKET: 'hearthline',
      })
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/health', PORT))
      .start()
    return storeOn(container, { token, org: 'hearthline', database: 'hearthline' })
  })
})

describe.skipIf(skip)('influxdb:1.8', () => {
  describeReadingStore(async () => {
    const container = await new GenericContainer('influxdb:1.8')
      .withEnvironment({ INFLUXDB_DATA_MAX_VALUES_PER_TAG: '0' })
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/ping', PORT).forStatusCode(204))
      .start()
    return storeOn(container, { database: 'hearthline' })
  })
})

describe.skipIf(skip)('influxdb:3-core', () => {
  describeReadingStore(async () => {
    const port = 8181
    const container = await new GenericContainer('influxdb:3-core')
      .withCommand(['influxdb3', 'serve', '--node-id', 'test', '--object-store', 'memory', '--without-auth'])
      .withExposedPorts(port)
      .withWaitStrategy(Wait.forHttp('/health', port))
      .start()
    return storeOn(container, { database: 'hearthline' }, port)
  })
})

function storeOn(
  container: StartedTestContainer,
  named: Omit<InfluxConfig, 'url'>,
  port = PORT,
): ReadingStore {
  const config = { ...named, url: `http://${container.getHost()}:${container.getMappedPort(port)}` }
  return {
    ...createInfluxStore(connectInflux(config), config),
    async close() {
      await container.stop()
    },
  }
}
