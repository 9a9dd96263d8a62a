import { Option, type Command } from 'commander'
import { z } from 'zod'
import { timezoneSchema } from '../domain/household.ts'
import { OperationalError } from '../domain/operational-error.ts'
import { INFLUX_VERSIONS } from '../store/influx/config.ts'

export const ROLES = ['broker', 'ingest', 'store', 'detector', 'api'] as const
export type Role = (typeof ROLES)[number]

const PORT = 'a port is a whole number from 0 to 65535'
const port = z.coerce.number(PORT).int(PORT).min(0, PORT).max(65_535, PORT)
const BUDGET = 'a budget is a number above 0 and up to 100'
const RETENTION = 'a retention is a whole number of days from 7 to 36500'
const INFLUX_URL = 'an address is http:// or https:// and a host, such as "http://127.0.0.1:8086"'
const optionalPort = port.optional()
const flag = z.enum(['on', 'off'], 'it is on or off')

/**
 * Every setting of `serve`, once: its environment variable, its option, what it means, its default. The schema checks
 * it; `--help`, `.env.example` and the table of the README are made from it.
 */
const settings = {
  data: setting(
    'HEARTHLINE_DATA',
    '--data <dir>',
    'folder that holds everything',
    z.string().min(1).default('./data'),
  ),
  roles: setting(
    'HEARTHLINE_ROLES',
    '--roles <list>',
    `stages to run here, of ${ROLES.join(', ')}`,
    z
      .string()
      .transform((text) => [...new Set(text.split(',').map((role) => role.trim()))])
      .pipe(z.array(z.enum(ROLES, { error: `a role is one of ${ROLES.join(', ')}` })).min(1))
      .default([...ROLES]),
  ),
  host: setting(
    'HEARTHLINE_HOST',
    '--host <address>',
    'address to listen on',
    z.string().min(1).default('127.0.0.1'),
  ),
  mqttPort: setting(
    'HEARTHLINE_MQTT_PORT',
    '--mqtt-port <port>',
    'MQTT over TCP; 0 takes a free one',
    port.default(1883),
  ),
  httpPort: setting(
    'HEARTHLINE_HTTP_PORT',
    '--http-port <port>',
    'HTTP API; 0 takes a free one',
    port.default(8080),
  ),
  mqttTlsPort: setting(
    'HEARTHLINE_MQTT_TLS_PORT',
    '--mqtt-tls-port <port>',
    'MQTT over TLS (usually 8883); unset: off',
    optionalPort,
  ),
  mqttWebsocketPort: setting(
    'HEARTHLINE_MQTT_WEBSOCKET_PORT',
    '--mqtt-websocket-port <port>',
    'MQTT over WebSocket, over TLS where a certificate is given; unset: off',
    optionalPort,
  ),
  tlsCert: setting(
    'HEARTHLINE_TLS_CERT',
    '--tls-cert <file>',
    'certificate chain (PEM) for TLS',
    z.string().optional(),
  ),
  tlsKey: setting(
    'HEARTHLINE_TLS_KEY',
    '--tls-key <file>',
    'private key (PEM) for TLS',
    z.string().optional(),
  ),
  auth: setting(
    'HEARTHLINE_AUTH',
    '--auth <on|off>',
    'off: anonymous MQTT and HTTP, no rate limit; only on a loopback host',
    flag.default('on'),
  ),
  timezone: setting(
    'HEARTHLINE_TIMEZONE',
    '--timezone <zone>',
    'IANA time zone of the homes, unless their registration says otherwise',
    timezoneSchema.default('UTC'),
  ),
  budget: setting(
    'HEARTHLINE_BUDGET',
    '--budget <number>',
    'alarm budget: inactivity alerts per household and 30 days',
    z.coerce.number(BUDGET).positive(BUDGET).max(100, BUDGET).default(0.3),
  ),
  influxUrl: setting(
    'HEARTHLINE_INFLUX_URL',
    '--influx-url <url>',
    'InfluxDB to keep readings in; unset: embedded store',
    z.url({ protocol: /^https?$/, error: INFLUX_URL }).optional(),
  ),
  influxToken: setting(
    'HEARTHLINE_INFLUX_TOKEN',
    '--influx-token <token>',
    'its token (1.x: user:password)',
    z.string().optional(),
  ),
  influxOrg: setting(
    'HEARTHLINE_INFLUX_ORG',
    '--influx-org <name>',
    'its organisation (2.x)',
    z.string().optional(),
  ),
  influxDatabase: setting(
    'HEARTHLINE_INFLUX_DATABASE',
    '--influx-database <name>',
    'its database (1.x, 3) or bucket (2.x)',
    z.string().min(1).default('hearthline'),
  ),
  influxVersion: setting(
    'HEARTHLINE_INFLUX_VERSION',
    '--influx-version <1|2|3>',
    'its generation; unset: found out from the server',
    z.enum(INFLUX_VERSIONS, `it is one of ${INFLUX_VERSIONS.join(', ')}`).optional(),
  ),
  retentionDays: setting(
    'HEARTHLINE_RETENTION_DAYS',
    '--retention-days <days>',
    'embedded store: readings that ended longer ago are deleted; unset: kept for ever',
    z.coerce.number(RETENTION).int(RETENTION).min(7, RETENTION).max(36_500, RETENTION).optional(),
  ),
  logLevel: setting(
    'HEARTHLINE_LOG_LEVEL',
    '--log-level <level>',
    'fatal, error, warn, info, debug or trace',
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  ),
}

interface Setting<Schema extends z.ZodType> {
  readonly env: string
  readonly flags: string
  readonly description: string
  readonly schema: Schema
}

type Settings = typeof settings
export type Config = { readonly [Name in keyof Settings]: z.output<Settings[Name]['schema']> }

function setting<Schema extends z.ZodType>(
  env: string,
  flags: string,
  description: string,
  schema: Schema,
): Setting<Schema> {
  return { env, flags, description, schema }
}

/** Adds every setting as an option; help shows its environment variable and default. */
export function addConfigOptions(command: Command, except: readonly (keyof Config)[] = []): Command {
  for (const [name, { env, flags, description, schema }] of entries()) {
    if (except.includes(name)) continue
    const fallback = defaultOf(schema)
    const option = new Option(
      flags,
      `${description} (env: ${env}${fallback === null ? '' : `, default: ${fallback}`})`,
    )
    command.addOption(option)
  }
  return command
}

/**
 * Options win over the environment, the environment over defaults.
 * @throws OperationalError `config-invalid` that lists all problems at once.
 */
export function readConfig(options: Record<string, unknown>, env: NodeJS.ProcessEnv): Config {
  const problems: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, { env: variable, flags, schema }] of entries()) {
    const fromOption = options[name]
    const fromEnv = env[variable] === '' ? undefined : env[variable]
    const parsed = schema.safeParse(fromOption ?? fromEnv)
    if (parsed.success) config[name] = parsed.data
    else {
      const source = fromOption === undefined ? variable : flags.split(' ')[0]
      const reasons = parsed.error.issues.map((issue) => issue.message).join('; ')
      problems.push(`${source} is ${JSON.stringify(fromOption ?? fromEnv)}: ${reasons}`)
    }
  }
  problems.push(...contradictions(config))
  if (problems.length > 0) {
    throw new OperationalError(
      'config-invalid',
      `the configuration has ${problems.length} problem(s):\n  - ${problems.join('\n  - ')}`,
    )
  }
  return config as Config
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/

/** What does not go together, among the settings that are sound by themselves: a bad one has been named already. */
function contradictions(config: Partial<Config>): string[] {
  const problems: string[] = []
  const { auth, host, roles } = config
  if (auth === 'off' && host !== undefined && !LOOPBACK.test(host)) {
    problems.push(
      `HEARTHLINE_AUTH=off is refused on host ${host}: bind to loopback (HEARTHLINE_HOST=127.0.0.1) or keep authentication on`,
    )
  }
  if (config.mqttTlsPort !== undefined && (config.tlsCert === undefined || config.tlsKey === undefined)) {
    problems.push('HEARTHLINE_MQTT_TLS_PORT needs HEARTHLINE_TLS_CERT and HEARTHLINE_TLS_KEY')
  }
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    problems.push('HEARTHLINE_TLS_CERT and HEARTHLINE_TLS_KEY belong together: give both or neither')
  }
  // A bad URL leaves its key out: whether the store is the embedded one is then not known.
  const isEmbedded = 'influxUrl' in config && config.influxUrl === undefined
  if (roles?.includes('api') === true && !roles.includes('store') && isEmbedded) {
    problems.push(
      'the role api needs the role store beside it: the embedded store is read in its own process',
    )
  }
  return problems
}

/** `.env.example`, from the same definitions; a test keeps the file equal to it. */
export function envExample(): string {
  const lines = ['# Every setting of `hearthline serve`. Copy to .env and uncomment what you change.', '']
  for (const [, { env, description, schema }] of entries()) {
    lines.push(`# ${description}`, `#${env}=${defaultOf(schema) ?? ''}`, '')
  }
  return lines.join('\n')
}

/** Rows of the README's table of settings. */
export function configTable(): string {
  const rows = entries().map(([, { env, flags, description, schema }]) => {
    const fallback = defaultOf(schema)
    return `| \`${env}\` | \`${flags.replaceAll('|', '\\|')}\` | ${description} | ${fallback === null ? '' : `\`${fallback}\``} |`
  })
  return ['| variable | option | meaning | default |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function entries(): [keyof Settings, Setting<z.ZodType>][] {
  return Object.entries(settings) as [keyof Settings, Setting<z.ZodType>][]
}

function defaultOf(schema: z.ZodType): string | null {
  const parsed = schema.safeParse(undefined)
  if (!parsed.success || parsed.data === undefined) return null
  return Array.isArray(parsed.data) ? parsed.data.join(',') : `${parsed.data as string | number}`
}
