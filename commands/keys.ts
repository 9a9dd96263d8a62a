import fs from 'node:fs'
import { Option, type Command } from 'commander'
import { CALLER_ROLES, type CallerRole, type Principal } from '../access/key-store.ts'
import { openKeyStore, type KeyOwner, type OpenKeyStore } from '../access/open-key-store.ts'
import { regionSchema } from '../domain/household.ts'
import { OperationalError } from '../domain/operational-error.ts'
import { toIso } from '../domain/time.ts'
import { readingsTopic } from '../domain/topics.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { dataOption } from './data-option.ts'

interface CreateOptions {
  readonly data: string
  readonly gateway?: string
  readonly caller?: string
  readonly role?: CallerRole
  readonly region: readonly string[]
}

/** `keys create | list | revoke`: they work beside a running `serve` on the same data folder, and without one. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('credentials of gateways (MQTT) and callers (HTTP, MQTT)')

  keys
    .command('create')
    .description('make a credential and print it, this once')
    .addOption(new Option('--gateway <id>', 'for a gateway: its id, the MQTT user name').conflicts('caller'))
    .option('--caller <name>', 'for a person or a program that calls the API')
    .addOption(
      new Option(
        '--role <role>',
        'officer or supervisor: read homes and work alerts; operator: rejects and metrics too',
      ).choices(CALLER_ROLES),
    )
    .addOption(
      new Option('--region <path...>', 'regions that are the caller’s; none: all of them').default([], 'all'),
    )
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
Examples:
  hearthline keys create --gateway gw1
  hearthline keys create --caller duty-desk --role officer --region zhejiang/hangzhou/chunan`,
    )
    .action(async (options: CreateOptions) => {
      const owner = ownerOf(options)
      const created = await withStore(dataFiles(options.data).keys, (store) => store.createKey(owner))
      process.stdout.write(describeNew(owner, created))
    })

  keys
    .command('list')
    .description('list the credentials, without their secrets')
    .addOption(dataOption())
    .action((options: { data: string }) =>
      withStore(fileWithKeys(options.data), async (store) => {
        const all = store.listKeys()
        for (const key of all) {
          const state = key.revokedAtMs === null ? 'valid' : `revoked ${toIso(key.revokedAtMs)}`
          process.stdout.write(
            `${key.id}  ${describe(key.principal)}  created ${toIso(key.createdAtMs)}  ${state}\n`,
          )
        }
      }),
    )

  keys
    .command('revoke <id>')
    .description('make a credential invalid; connections that use it are closed within seconds')
    .addOption(dataOption())
    .action((id: string, options: { data: string }) =>
      withStore(fileWithKeys(options.data), async (store) => {
        if (!store.revokeKey(id)) {
          throw new OperationalError(
            'unknown-key',
            `there is no valid key "${id}". See "hearthline keys list".`,
          )
        }
        process.stdout.write(`revoked ${id}\n`)
      }),
    )
}

function ownerOf(options: CreateOptions): KeyOwner {
  if (options.gateway !== undefined) {
    if (options.role !== undefined || options.region.length > 0) {
      throw new OperationalError(
        'invalid-key-owner',
        'a gateway publishes as itself and reads nothing: --role and --region belong to --caller.',
      )
    }
    return { type: 'gateway', gateway: options.gateway }
  }
  if (options.caller === undefined || options.role === undefined) {
    throw new OperationalError(
      'invalid-key-owner',
      `say whom the key is for: --gateway ID, or --caller NAME --role ${CALLER_ROLES.join('|')}.`,
    )
  }
  for (const region of options.region) {
    if (!regionSchema.safeParse(region).success) {
      throw new OperationalError(
        'invalid-region',
        `"${region}" is not a region: give a path of 1 to 6 names joined by "/", such as zhejiang/hangzhou/chunan.`,
      )
    }
  }
  const regions = options.region.length === 0 ? null : options.region
  return { type: 'caller', name: options.caller, role: options.role, regions }
}

/** A folder that was mistyped must not look like one without keys. @throws OperationalError `no-keys`. */
function fileWithKeys(folder: string): string {
  const file = dataFiles(folder).keys
  if (fs.existsSync(file)) return file
  throw new OperationalError(
    'no-keys',
    `there are no keys in ${folder}. Name the data folder with --data, or make a key with "hearthline keys create".`,
  )
}

async function withStore<T>(file: string, work: (store: OpenKeyStore) => Promise<T>): Promise<T> {
  const store = openKeyStore(file)
  try {
    return await work(store)
  } finally {
    store.close()
  }
}

function describe(principal: Principal): string {
  if (principal.type === 'gateway') return `gateway ${principal.gateway}`
  const regions = principal.regions === null ? 'all regions' : principal.regions.join(', ')
  return `caller ${principal.name} (${principal.role}; ${regions})`
}

function describeNew(owner: KeyOwner, created: { id: string; credential: string }): string {
  const { id, credential } = created
  if (owner.type === 'gateway') {
    const message = '{"meter":"M1","time":"2026-11-20T08:00:00Z","register":1.5,"unit":"m3"}'
    return `key ${id} for gateway ${owner.gateway}; it is shown this once:

  user name  ${owner.gateway}
  password   ${credential}

Try it (port 1883 unless another was chosen):
  mosquitto_pub -h localhost -p 1883 -q 1 -u ${quote(owner.gateway)} -P ${credential} -t ${quote(readingsTopic(owner.gateway))} -m '${message}'
`
  }
  return `key ${id} for caller ${owner.name} (${owner.role}); it is shown this once:

  ${credential}

Try it (port 8080 unless another was chosen):
  curl -H 'Authorization: Bearer ${credential}' http://localhost:8080/api/v1/alerts
  mosquitto_sub -h localhost -p 1883 -u ${quote(owner.name)} -P ${credential} -t 'hearthline/v1/alerts/#'
`
}

/** As one word of a shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
