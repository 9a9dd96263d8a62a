import fs from 'node:fs'
import { expect, test } from 'vitest'
import { configTable, envExample, readConfig } from '../../commands/config.ts'

const read = (file: string): string => fs.readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

test('without any setting the defaults of the design hold', () => {
  expect(readConfig({}, {})).toMatchObject({
    data: './data',
    host: '127.0.0.1',
    mqttPort: 1883,
    httpPort: 8080,
    auth: 'on',
    roles: ['broker', 'ingest', 'store', 'detector', 'api'],
  })
})

test('an option wins over the environment, an empty variable counts as unset', () => {
  const config = readConfig({ mqttPort: '2000' }, { HEARTHLINE_MQTT_PORT: '3000', HEARTHLINE_HTTP_PORT: '' })
  expect(config.mqttPort).toBe(2000)
  expect(config.httpPort).toBe(8080)
})

test('all problems are reported at once, each with its source', () => {
  const attempt = (): unknown =>
    readConfig(
      { budget: '-1' },
      { HEARTHLINE_MQTT_PORT: 'many', HEARTHLINE_TIMEZONE: 'Mars/Olympus', HEARTHLINE_ROLES: 'broker,cook' },
    )
  expect(attempt).toThrow(/4 problem/)
  expect(attempt).toThrow(/HEARTHLINE_MQTT_PORT is "many"/)
  expect(attempt).toThrow(/--budget is "-1"/)
  expect(attempt).toThrow(/IANA/)
  expect(attempt).toThrow(/a role is one of/)
})

test('what does not go together is reported beside what is bad by itself', () => {
  const attempt = (): unknown =>
    readConfig(
      { auth: 'off', host: '0.0.0.0', tlsCert: 'chain.pem' },
      { HEARTHLINE_HTTP_PORT: 'many', HEARTHLINE_ROLES: 'broker,api' },
    )
  expect(attempt).toThrow(/4 problem/)
  expect(attempt).toThrow(/HEARTHLINE_HTTP_PORT is "many"/)
  expect(attempt).toThrow(/bind to loopback/)
  expect(attempt).toThrow(/belong together/)
  expect(attempt).toThrow(/api needs the role store/)
})

test.each(['ftp://influx', 'localhost:8086', 'influx'])('%s is no address of InfluxDB', (influxUrl) => {
  expect(() => readConfig({ influxUrl, roles: 'api' }, {})).toThrow(
    /1 problem.*\n.*--influx-url is .*http:\/\//,
  )
})

test('a role that is named twice runs once', () => {
  expect(readConfig({ roles: 'broker,ingest, broker' }, {}).roles).toEqual(['broker', 'ingest'])
})

test('authentication may be off on loopback only', () => {
  expect(() => readConfig({ auth: 'off', host: '0.0.0.0' }, {})).toThrow(/bind to loopback/)
  expect(readConfig({ auth: 'off', host: '::1' }, {}).auth).toBe('off')
})

test('.env.example and the table in the README are made from the schema', () => {
  expect(read('.env.example')).toBe(envExample())
  expect(read('README.md')).toContain(configTable())
})
