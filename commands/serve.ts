import type { Command } from 'commander'
import { createLog } from '../platform/log.ts'
import { addConfigOptions, type Config, readConfig, type Role, ROLES } from './config.ts'
import { type RunningSystem, startSystem } from './start-system.ts'

export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .summary('run the system: MQTT in, alerts out')
    .description(
      'Runs the system. Gateways publish readings over MQTT; the API lists readings, homes and alerts.\nStop it with Ctrl-C or SIGTERM: what was acknowledged is kept.',
    )
    .action((options: Record<string, unknown>) => serve(readConfig(options, process.env)))
  addConfigOptions(command)
  command.addHelpText(
    'after',
    `
Examples:
  HEARTHLINE_AUTH=off npx hearthline serve                   try it on this machine, without keys
  npx hearthline keys create --gateway gw1                   a credential for a gateway, then:
  npx hearthline serve --data /var/lib/hearthline --timezone Asia/Shanghai`,
  )
}

async function serve(config: Config): Promise<void> {
  const log = createLog(config.logLevel, process.stderr.isTTY)
  const system = await startSystem(config, log, (error) => {
    // A stage that stands still in silence would be worse than a restart, which takes up exactly where it stood.
    log.fatal({ err: error }, 'a stage has crashed, the process ends; start it again')
    process.exit(1)
  })
  announce(config, system)
  await untilSignal()
  log.info('stopping')
  await system.close()
  log.info('stopped; everything acknowledged is kept')
}

function announce(config: Config, system: RunningSystem): void {
  const lines = ['Hearthline is running.']
  const { mqtt, http } = system
  // An IPv6 address stands in brackets in a URL.
  const host = config.host.includes(':') && !config.host.startsWith('[') ? `[${config.host}]` : config.host
  if (mqtt !== null) {
    lines.push(`  MQTT            mqtt://${host}:${mqtt.mqtt}`)
    if (mqtt.tls !== undefined) lines.push(`  MQTT over TLS   mqtts://${host}:${mqtt.tls}`)
    if (mqtt.websocket !== undefined) lines.push(`  MQTT WebSocket  ws://${host}:${mqtt.websocket}`)
    if (mqtt.websocketTls !== undefined) lines.push(`  MQTT WebSocket  wss://${host}:${mqtt.websocketTls}`)
  }
  if (http !== null) {
    lines.push(`  alerts          ${http}/api/v1/alerts`, `  API             ${http}/api/docs`)
  }
  const store = config.influxUrl === undefined ? 'embedded store' : `InfluxDB at ${config.influxUrl}`
  const runs = (role: Role): boolean => config.roles.includes(role)
  lines.push(`  data            ${config.data}${runs('store') ? ` (${store})` : ''}`)
  // The broker's process writes both into the journal, and the detector goes by what is written there.
  if (runs('broker')) {
    lines.push(
      `  homes           ${config.timezone}, budget ${config.budget} inactivity alerts per household and 30 days`,
    )
  }
  if (config.roles.length < ROLES.length) lines.push(`  roles           ${config.roles.join(', ')}`)
  if (config.auth === 'off') lines.push('  authentication  OFF: for this machine only')
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.once('SIGINT', () => process.exit(130))
      process.once('SIGTERM', () => process.exit(143))
      resolve()
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}
