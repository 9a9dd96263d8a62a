import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import type { Household } from '../domain/household.ts'
import { OperationalError } from '../domain/operational-error.ts'
import {
  HOUSEHOLD_COLUMNS,
  HOUSEHOLDS_EXAMPLE,
  invalidHouseholds,
  readHouseholdsFile,
} from '../ingest/households-file.ts'
import { openRegistryReader } from '../ingest/open-registry-reader.ts'
import type { RegistryReader } from '../ingest/registry-reader.ts'
import { appendDirectly } from '../logs/journal/append-directly.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { registerAbsences } from './absences.ts'
import { dataOption } from './data-option.ts'

/** `households import | absences | list | example`: they work beside a running `serve` on the same data folder, and without one. */
export function registerHouseholds(program: Command): void {
  const households = program.command('households').description('the homes that are watched, and their meters')

  households
    .command('import <file>')
    .description(
      'register the homes of a CSV file; a home that is known is replaced, homes not in the file stay',
    )
    .addOption(dataOption())
    .addHelpText('after', describeFile())
    .action(async (file: string, options: { data: string }) => {
      const imported = await readHouseholdsFile(file)
      const registry = openRegistryReader(options.data)
      try {
        const problems = kindProblems(imported, registry)
        if (problems.length > 0) throw invalidHouseholds(path.basename(file), problems)
      } finally {
        registry.close()
      }
      appendDirectly(dataFiles(options.data).journal, {
        type: 'households',
        receivedAtMs: Date.now(),
        households: imported,
      })
      const meters = imported.reduce((sum, household) => sum + household.meters.length, 0)
      process.stdout.write(
        `registered ${imported.length} households with ${meters} meters; serve takes them over within a second, or when it starts\n`,
      )
    })

  registerAbsences(households)

  households
    .command('list')
    .description('list the registered homes: id, region, tier, rule, meters')
    .addOption(dataOption())
    .action((options: { data: string }) => {
      if (!fs.existsSync(dataFiles(options.data).ingest)) {
        throw new OperationalError(
          'no-homes',
          `there are no homes in ${options.data} yet. Name the data folder with --data; what was imported there is listed once serve has taken it over.`,
        )
      }
      const registry = openRegistryReader(options.data)
      try {
        list(registry)
      } finally {
        registry.close()
      }
    })

  households
    .command('example')
    .description('print an example of a households file')
    .action(() => {
      process.stdout.write(HOUSEHOLDS_EXAMPLE)
    })
}

/** A meter that has sent readings keeps its kind for life. */
function kindProblems(households: readonly Household[], registry: RegistryReader): string[] {
  return households.flatMap(({ id, meters }) =>
    meters.flatMap((meter) => {
      const known = registry.meter(meter.id)
      if (known === null || known.readings === 0 || known.kind === meter.kind) return []
      return [
        `meter ${meter.id} of ${id} is ${meter.kind} in the file, but its readings are of ${known.kind}; correct the kind`,
      ]
    }),
  )
}

const HOUSEHOLDS_PER_PAGE = 500

function list(registry: RegistryReader): void {
  let cursor: string | null = null
  do {
    const page = registry.households({ areas: null }, cursor, HOUSEHOLDS_PER_PAGE)
    for (const { id, region, tier, rule, meters } of page.items) {
      const named = meters.map((meter) => `${meter.id} (${meter.kind})`).join(', ')
      process.stdout.write(`${id}  ${region ?? '-'}  ${tier}  ${rule}  ${named || 'no meters'}\n`)
    }
    cursor = page.next
  } while (cursor !== null)
  const { households, metersRegistered, metersUnregistered } = registry.counts()
  process.stdout.write(
    `${households} households, ${metersRegistered} meters; ${metersUnregistered} meters that no household claims\n`,
  )
}

function describeFile(): string {
  const columns = Object.entries(HOUSEHOLD_COLUMNS).map(([name, words]) => `  ${name.padEnd(14)} ${words}`)
  return `
The file is CSV in UTF-8, one row per meter; the first line names the columns, in any order. Needed: household, meter, kind.
${columns.join('\n')}

Rows with the same household are one home, of 64 meters at most. The file is checked as a whole: with any problem, nothing is changed.
Example ("hearthline households example" prints it):
${HOUSEHOLDS_EXAMPLE}`
}
