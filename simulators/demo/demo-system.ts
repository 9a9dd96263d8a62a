import type { ControlEntry } from '../../domain/log-entry.ts'

/** What the demonstration needs of a running system; the command that starts it supplies it. */
export interface DemoSystem {
  readonly mqttUrl: string
  /** Such as `http://127.0.0.1:8080`. */
  readonly httpUrl: string
  append(entry: ControlEntry): Promise<void>
  close(): Promise<void>
}
