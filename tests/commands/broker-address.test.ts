import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { parseBroker } from '../../commands/simulate.ts'

test.each(['foo', '127.0.0.1:1883', 'localhost:1883', 'http://127.0.0.1:1883', 'mqtt://', ''])(
  '%j is no address of a broker',
  (text) => {
    expect(() => parseBroker(text)).toThrow(InvalidArgumentError)
  },
)

test.each([
  'mqtt://127.0.0.1:1883',
  'mqtts://broker.example',
  'tcp://broker.example:1883',
  'ws://[::1]:8083/mqtt',
])('%s is the address of a broker', (text) => {
  expect(parseBroker(text)).toBe(text)
})
