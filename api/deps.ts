import type { FastifyBaseLogger } from 'fastify'
import type { Registry } from 'prom-client'
import type { KeyStore } from '../access/key-store.ts'
import type { ControlEntry } from '../domain/log-entry.ts'
import type { EpochMs } from '../domain/time.ts'
import type { RegistryReader } from '../ingest/registry-reader.ts'
import type { ReadingQueries } from '../store/reading-store.ts'
import type { HouseholdView } from '../detector/start.ts'
import type { Desk } from './desk/desk.ts'

export interface Health {
  /** Readings are taken and acknowledged. */
  readonly accepting: boolean
  /** What is wrong, in words for an operator; empty where nothing is. */
  readonly reasons: readonly string[]
}

/** Numbers of the whole system since the data folder began; readings are elements, not messages. */
export interface SystemStatus {
  readonly readings: {
    readonly received: number
    /** The store has it. */
    readonly stored: number
    readonly duplicates: number
    /** Refused by ingest or by the database. */
    readonly rejected: number
  }
  readonly rejectedByCode: Readonly<Record<string, number>>
  /** How the store keeps up; null where it does not run in this process. */
  readonly store: {
    /** How long the oldest reading that is not stored yet has been waiting. */
    readonly backlogSeconds: number
    /** Of its latest batches, from sending to acceptance; null before the first. */
    readonly writeP50Ms: number | null
    readonly writeP99Ms: number | null
  } | null
  /** Entries not yet worked. */
  readonly backlog: { readonly ingest: number; readonly store: number; readonly detector: number }
  /** MQTT clients connected now. */
  readonly connections: number
  /** null while the journal can be written. */
  readonly journalFailure: string | null
}

/** Where refused elements are listed: ingest's, and the store's for lines that the database refused. */
export type RejectSource = Pick<RegistryReader, 'rejects'>

export interface ApiLimits {
  /** Requests per caller and minute. */
  readonly requestsPerMinute: number
  /** Failed credentials per address and minute. */
  readonly failuresPerMinute: number
  readonly streamClients: number
  /** A comment goes out this often, so that proxies keep the stream and dead peers are noticed. */
  readonly streamHeartbeatMs: number
  /** A stream whose peer takes nothing for so long is cut; it resumes from its last event. */
  readonly streamStallMs: number
  /** How often the key of an open stream is checked again. */
  readonly streamRecheckMs: number
}

export const DEFAULT_API_LIMITS: ApiLimits = {
  requestsPerMinute: 1_200,
  failuresPerMinute: 30,
  streamClients: 1_000,
  streamHeartbeatMs: 15_000,
  streamStallMs: 20_000,
  streamRecheckMs: 15_000,
}

export interface ApiDeps {
  readonly desk: Desk
  readonly registry: Omit<RegistryReader, 'close' | 'counters' | 'rejects'>
  readonly rejects: readonly RejectSource[]
  readonly store: ReadingQueries
  /** Puts it into the journal; resolves once it is on disk. */
  record(entry: ControlEntry): Promise<void>
  /** What the detector knows of a home; null where it knows nothing, or does not run in this process. */
  view(household: string): Promise<HouseholdView | null>
  /** Of these homes those that no meter sees, and since when; what the detector does not know is left out. */
  blind(households: readonly string[]): Promise<Readonly<Record<string, EpochMs>>>
  /** Homes that no meter sees in these areas (null: all); null where the detector does not run in this process. */
  countBlind(areas: readonly string[] | null): Promise<number | null>
  readonly keys: Pick<KeyStore, 'authenticateCaller'>
  /** `off`: everybody is an operator called `anonymous`, and no rate is limited (loopback only; serve sees to that). */
  readonly auth: 'on' | 'off'
  health(): Health
  status(): Promise<SystemStatus>
  readonly metrics: Registry
  /** Of homes whose registration names none. */
  readonly timezone: string
  readonly log: FastifyBaseLogger
  readonly clock: () => EpochMs
  readonly limits?: Partial<ApiLimits>
}
