import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { DOOR, until } from './serve-process.ts'

const SETTLED = /Meters are read each quarter of an hour/

test('the demo lists the homes that something happened to, in words, and not the one on its usual weekend away', async () => {
  const demo = spawn(process.execPath, [DOOR, 'demo', '--mqtt-port', '0', '--http-port', '0'])
  onTestFinished(() => void demo.kill('SIGKILL'))
  let story = ''
  let complaints = ''
  demo.stdout.on('data', (chunk: Buffer) => (story += chunk.toString()))
  demo.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  await until(
    () => Promise.resolve(story),
    (told) => SETTLED.test(told) || demo.exitCode !== null,
  )
  expect(complaints).toBe('')

  const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(story) ?? []
  const response = await fetch(`${address}/api/v1/alerts?kind=inactivity`)
  const { items } = (await response.json()) as { items: any[] }
  // What is held calls nobody, and neither does what ended while it was held.
  const called = items.filter(({ state, condition }) => state !== 'held' && condition === 'active')
  const listed = new Set(called.map(({ household }) => household))
  const stricken = [...story.matchAll(/^ +(\S+) \((?:fall|hospital)\): (.*)$/gm)]
  expect(stricken.length).toBeGreaterThanOrEqual(3)
  for (const [, household, what] of stricken) {
    expect(what).toMatch(/alert [\d.]+ h after it happened/)
    expect(listed).toContain(household)
  }
  for (const { explanation } of items) {
    expect(explanation.en).toMatch(/^No sign of life for \d+ h/)
    expect(explanation.zh).toMatch(/无生活迹象/)
  }
  const [, away] = /^ +(\S+) is away as it is every week/m.exec(story) ?? []
  expect(listed).not.toContain(away)
  expect(away).toBeDefined()

  demo.kill('SIGINT')
  expect(await once(demo, 'exit')).toEqual([0, null])
}, 240_000)
