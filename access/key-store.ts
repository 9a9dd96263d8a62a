import type { GatewayId } from '../domain/ids.ts'

export const CALLER_ROLES = ['officer', 'supervisor', 'operator'] as const
/** officer: works the alerts of their regions; supervisor: also reads everything of their regions; operator: also rejects, keys, metrics. */
export type CallerRole = (typeof CALLER_ROLES)[number]

/** Who is speaking, once a credential has been checked. */
export type Principal =
  | { readonly type: 'gateway'; readonly gateway: GatewayId }
  | {
      readonly type: 'caller'
      readonly name: string
      readonly role: CallerRole
      /** Areas (region paths) that are theirs; null: all of them, and what has no region. */
      readonly regions: readonly string[] | null
    }

/** Credentials of gateways (MQTT user name and password) and of callers (HTTP bearer key, MQTT subscriber). */
export interface KeyStore {
  /** The principal that owns this credential, or null. Gateways: id and password. */
  authenticateGateway(id: string, password: string): Promise<Principal | null>
  /** Callers: the whole key as given by `keys create`. */
  authenticateCaller(key: string): Promise<Principal | null>
  /** Whether the credential a principal came in with is still valid: asked of long connections. Absent: always. */
  holds?(principal: Principal): boolean
  close(): void
}
