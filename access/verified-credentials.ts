import crypto from 'node:crypto'

/** How many credentials are remembered; the one that has been asked for longest ago goes first. */
const MAX_REMEMBERED = 20_000
const REMEMBERED_MS = 10 * 60_000

/**
 * Credentials that have passed scrypt once, so that each further HTTP call and reconnect costs a sha256. Only a digest
 * is kept, bound to the key's own hash: whoever asks has read the key's row just before, so a revoked or replaced key is
 * refused at once.
 */
export class VerifiedCredentials {
  readonly #expiry = new Map<string, number>()

  has(secret: string, keyHash: Uint8Array, nowMs: number): boolean {
    const digest = digestOf(secret, keyHash)
    const expiresAtMs = this.#expiry.get(digest)
    if (expiresAtMs === undefined) return false
    this.#expiry.delete(digest)
    if (expiresAtMs <= nowMs) return false
    this.#expiry.set(digest, expiresAtMs)
    return true
  }

  remember(secret: string, keyHash: Uint8Array, nowMs: number): void {
    this.#expiry.set(digestOf(secret, keyHash), nowMs + REMEMBERED_MS)
    if (this.#expiry.size <= MAX_REMEMBERED) return
    const oldest = this.#expiry.keys().next()
    if (oldest.done !== true) this.#expiry.delete(oldest.value)
  }
}

function digestOf(secret: string, keyHash: Uint8Array): string {
  return crypto.createHash('sha256').update(keyHash).update(secret).digest('base64')
}
