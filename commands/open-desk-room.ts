import type { AddressInfo } from 'node:net'
import type { KeyStore } from '../access/key-store.ts'
import { buildApi } from '../api/build-api.ts'
import type { Health, RejectSource, SystemStatus } from '../api/deps.ts'
import { openDesk } from '../api/desk/open-desk.ts'
import { openFindingsReader } from '../detector/findings/open-findings-reader.ts'
import { OperationalError, messageOf } from '../domain/operational-error.ts'
import { openRegistryReader } from '../ingest/open-registry-reader.ts'
import type { Logger } from '../platform/log.ts'
import type { Config } from './config.ts'
import { publishAlerts } from './publish-alerts.ts'
import type { Stages } from './start-system.ts'

/** The desk and its API, listening. */
export interface DeskRoom {
  readonly address: string
  /** The detector has said something: take it now instead of at the next round. */
  nudge(): void
  close(): Promise<void>
}

const ROUND_MS = 250
