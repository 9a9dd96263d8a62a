/** Where InfluxDB is. Made by commands/config.ts from `HEARTHLINE_INFLUX_*`. */
export interface InfluxConfig {
  /** `http://host:8086`, a path behind it allowed (reverse proxy). */
  readonly url: string
  /** 2.x and 3: the token. 1.x: `user:password` where the server asks for one. */
  readonly token?: string | undefined
  /** 2.x only. */
  readonly org?: string | undefined
  /** 1.x and 3: the database; 2.x: the bucket. */
  readonly database: string
  /** The server's generation; found out from the server when absent. */
  readonly version?: InfluxVersion | undefined
}

export const INFLUX_VERSIONS = ['1', '2', '3'] as const
export type InfluxVersion = (typeof INFLUX_VERSIONS)[number]

/** From the settings as commands/config.ts names them; null: the embedded store. */
export function influxConfigOf(settings: {
  readonly influxUrl?: string | undefined
  readonly influxToken?: string | undefined
  readonly influxOrg?: string | undefined
  readonly influxDatabase: string
  readonly influxVersion?: InfluxVersion | undefined
}): InfluxConfig | null {
  const { influxUrl: url, influxToken: token, influxOrg: org } = settings
  const { influxDatabase: database, influxVersion: version } = settings
  return url === undefined ? null : { url, token, org, database, version }
}
