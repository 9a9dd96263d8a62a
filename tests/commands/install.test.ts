import fs from 'node:fs'
import { expect, test } from 'vitest'

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const read = (file: string): string => fs.readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

// `npm ci` compares what it would install with the lock, and refuses a lock that lacks the binary of any platform.
test('the lock names the optional packages of every platform, without which npm ci refuses to install', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> }
  const locked = new Set(Object.keys(lock.packages).map((place) => place.split('node_modules/').at(-1)))
  const missing = Object.values(lock.packages)
    .flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
    .filter((name) => !locked.has(name))
  expect(missing).toEqual([])
})
