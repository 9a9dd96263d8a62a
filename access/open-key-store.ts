import crypto from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { gatewayIdSchema, type GatewayId } from '../domain/ids.ts'
import { OperationalError } from '../domain/operational-error.ts'
import { SECOND_MS, type EpochMs } from '../domain/time.ts'
import { hashSecret, matchesSecret, type SecretHash } from './hash-secret.ts'
import { openKeyFile } from './key-file.ts'
import { RESERVED_GATEWAYS } from '../domain/topics.ts'
import type { CallerRole, KeyStore, Principal } from './key-store.ts'
import { VerifiedCredentials } from './verified-credentials.ts'

/** What a new key is for. */
export type KeyOwner =
  | { readonly type: 'gateway'; readonly gateway: string }
  | {
      readonly type: 'caller'
      readonly name: string
      readonly role: CallerRole
      readonly regions: readonly string[] | null
    }

/** A key as it is listed: everything but its secret, which nobody can read any more. */
export interface KeySummary {
  readonly id: string
  readonly principal: Principal
  readonly createdAtMs: EpochMs
  readonly revokedAtMs: EpochMs | null
}

/** The key store with what an operator does to it. */
export interface OpenKeyStore extends KeyStore {
  /** Makes a key; the credential `hl_<id>_<secret>` is told this once. @throws OperationalError `invalid-key-owner`. */
  createKey(owner: KeyOwner): Promise<{ id: string; credential: string }>
  listKeys(): KeySummary[]
  /** True where the key was there and valid until now. */
  revokeKey(id: string): boolean
  holds(principal: Principal): boolean
}

const CREDENTIAL = /^hl_([0-9a-z]{8})_([0-9a-z]{32})$/
const ALPHABET = '0123456789abcdefghijklmnopqrstuv'
const ID_CHARACTERS = 8
/** 32 characters of 5 bits: 160 bits. */
const SECRET_CHARACTERS = 32

const REVOKED_FRESH_MS = SECOND_MS

interface KeyRow extends KeySummary {
  readonly kept: SecretHash
}

/**
 * Opens the credentials of a data folder. Each authentication reads the key's row, so what a command beside a running
 * `serve` creates or revokes holds at once; the hashing is what is remembered.
 */
export function openKeyStore(file: string, now: () => EpochMs = Date.now): OpenKeyStore {
  const db = openKeyFile(file)
  const verified = new VerifiedCredentials()
  /** Which key a principal came in with, to ask later whether it still holds. */
  const keyOf = new WeakMap<Principal, string>()
  const selectById = db.prepare('SELECT * FROM keys WHERE id = ?')
  const selectRevoked = db.prepare('SELECT id FROM keys WHERE revoked_at_ms IS NOT NULL')

  async function authenticate(credential: string, type: Principal['type']): Promise<Principal | null> {
    const [, id = '', secret = ''] = CREDENTIAL.exec(credential) ?? []
    const found = id === '' ? undefined : selectById.get(id)
    if (found === undefined) return null
    const row = toKeyRow(found)
    if (row.revokedAtMs !== null || row.principal.type !== type) return null
    if (!verified.has(secret, row.kept.hash, now())) {
      if (!(await matchesSecret(secret, row.kept))) return null
      verified.remember(secret, row.kept.hash, now())
    }
    keyOf.set(row.principal, id)
    return row.principal
  }

  let revoked: ReadonlySet<string> = new Set()
  let revokedReadAtMs = -Infinity
  /** Asked for every connection of a sweep, read once for all of them. */
  function revokedIds(): ReadonlySet<string> {
    if (now() - revokedReadAtMs >= REVOKED_FRESH_MS) {
      revoked = new Set(selectRevoked.all().map((row) => String(row['id'])))
      revokedReadAtMs = now()
    }
    return revoked
  }

  return {
    async authenticateGateway(id, password) {
      const principal = await authenticate(password, 'gateway')
      return principal?.type === 'gateway' && principal.gateway === id ? principal : null
    },
    authenticateCaller: (key) => authenticate(key, 'caller'),
    holds(principal) {
      const id = keyOf.get(principal)
      return id !== undefined && !revokedIds().has(id)
    },
    createKey: (owner) => createKey(db, owner, now()),
    listKeys: () =>
      db
        .prepare('SELECT * FROM keys ORDER BY created_at_ms, id')
        .all()
        .map((row) => {
          const { kept: _, ...summary } = toKeyRow(row)
          return summary
        }),
    revokeKey: (id) =>
      db.prepare('UPDATE keys SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL').run(now(), id)
        .changes === 1,
    close: () => db.close(),
  }
}

async function createKey(
  db: DatabaseSync,
  owner: KeyOwner,
  nowMs: EpochMs,
): Promise<{ id: string; credential: string }> {
  checkOwner(owner)
  const id = randomText(ID_CHARACTERS)
  const secret = randomText(SECRET_CHARACTERS)
  const kept = await hashSecret(secret)
  const caller = owner.type === 'caller' ? owner : null
  db.prepare(
    `INSERT INTO keys (id, gateway, name, role, regions, salt, hash, cost, block_size, parallelization, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    owner.type === 'gateway' ? owner.gateway : null,
    caller?.name ?? null,
    caller?.role ?? null,
    caller === null || caller.regions === null ? null : JSON.stringify(caller.regions),
    kept.salt,
    kept.hash,
    kept.cost,
    kept.blockSize,
    kept.parallelization,
    nowMs,
  )
  return { id, credential: `hl_${id}_${secret}` }
}

function checkOwner(owner: KeyOwner): void {
  if (owner.type === 'caller') {
    if (/^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u.test(owner.name) && owner.name.trim() !== '') return
    throw new OperationalError('invalid-key-owner', 'the name of a caller has 1 to 128 printable characters.')
  }
  const checked = gatewayIdSchema.safeParse(owner.gateway)
  if (!checked.success) {
    const what = checked.error.issues.map((issue) => issue.message).join('; ')
    throw new OperationalError('invalid-key-owner', `"${owner.gateway}" cannot be a gateway: ${what}.`)
  }
  if (RESERVED_GATEWAYS.has(owner.gateway)) {
    throw new OperationalError(
      'invalid-key-owner',
      `"${owner.gateway}" cannot be a gateway: the topics of that name are Hearthline's own. Choose another id.`,
    )
  }
}

function toKeyRow(row: Record<string, unknown>): KeyRow {
  const gateway = row['gateway']
  const regions = row['regions']
  const principal: Principal =
    typeof gateway === 'string'
      ? { type: 'gateway', gateway: gateway as GatewayId }
      : {
          type: 'caller',
          name: String(row['name']),
          role: row['role'] as CallerRole,
          regions: typeof regions === 'string' ? (JSON.parse(regions) as string[]) : null,
        }
  return {
    id: String(row['id']),
    principal,
    createdAtMs: Number(row['created_at_ms']),
    revokedAtMs: row['revoked_at_ms'] === null ? null : Number(row['revoked_at_ms']),
    kept: {
      salt: row['salt'] as Uint8Array,
      hash: row['hash'] as Uint8Array,
      cost: Number(row['cost']),
      blockSize: Number(row['block_size']),
      parallelization: Number(row['parallelization']),
    },
  }
}

/** Letters and digits only: they survive shells, URLs, and being read out over the phone. */
function randomText(characters: number): string {
  return Array.from(crypto.randomBytes(characters), (byte) => ALPHABET[byte & 31]).join('')
}
