import crypto from 'node:crypto'

export interface SecretHash {
  readonly salt: Uint8Array
  readonly hash: Uint8Array
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
}

/**
 * Secrets are 160 random bits, never a word that somebody chose, so the cost of a guess need not protect them: N = 4096
 * (4 MiB, some 10 ms) lets a thousand gateways return after a restart within seconds. Kept with each key, so that it
 * can be raised for new ones.
 */
const COST = { cost: 4096, blockSize: 8, parallelization: 1 }
const HASH_BYTES = 32
const SALT_BYTES = 16

export async function hashSecret(secret: string): Promise<SecretHash> {
  const salt = crypto.randomBytes(SALT_BYTES)
  return { ...COST, salt, hash: await derive(secret, { ...COST, salt }) }
}

export async function matchesSecret(secret: string, kept: SecretHash): Promise<boolean> {
  const hash = await derive(secret, kept)
  return hash.length === kept.hash.length && crypto.timingSafeEqual(hash, kept.hash)
}

/**
 * Hashings that run at once. Two, so that a flood of wrong passwords leaves threads for everything else; the rest waits
 * in line, and the line is as long as there are connections and requests, which have limits of their own.
 */
const CONCURRENT_HASHES = 2
let running = 0
const line: (() => void)[] = []

async function derive(secret: string, by: Omit<SecretHash, 'hash'>): Promise<Buffer> {
  if (running >= CONCURRENT_HASHES) await new Promise<void>((resolve) => line.push(resolve))
  else running++
  try {
    return await new Promise((resolve, reject) => {
      const { cost, blockSize, parallelization } = by
      const options = { cost, blockSize, parallelization, maxmem: 256 * cost * blockSize }
      crypto.scrypt(secret, by.salt, HASH_BYTES, options, (error, hash) => {
        if (error === null) resolve(hash)
        else reject(error)
      })
    })
  } finally {
    const next = line.shift()
    // The place goes straight to the next in line.
    if (next === undefined) running--
    else next()
  }
}
