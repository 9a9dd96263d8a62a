import path from 'node:path'
import type { Command } from 'commander'
import type { HouseholdId } from '../domain/ids.ts'
import type { JournalEntry } from '../domain/log-entry.ts'
import { ABSENCE_COLUMNS, ABSENCES_EXAMPLE, parseAbsences } from '../ingest/absences-file.ts'
import { invalidHouseholds, readText } from '../ingest/households-file.ts'
import { openRegistryReader } from '../ingest/open-registry-reader.ts'
import { appendDirectly } from '../logs/journal/append-directly.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { dataOption } from './data-option.ts'

/** `households absences FILE`: the calendar of the homes, all of a file or nothing. */
export function registerAbsences(households: Command): void {
  households
    .command('absences <file>')
    .description('tell from a CSV file when nobody is home: inactivity that is raised then is held')
    .addOption(dataOption())
    .addHelpText('after', describeFile())
    .action(async (file: string, options: { data: string }) => {
      const text = await readText(file)
      const { rows, problems } = parseAbsences(text, knownIn(options.data))
      if (problems.length > 0) throw invalidHouseholds(path.basename(file), problems)
      const receivedAtMs = Date.now()
      const entries = rows.map((row): JournalEntry => ({
        type: 'absence',
        receivedAtMs,
        ...row,
        by: 'import',
      }))
      appendDirectly(dataFiles(options.data).journal, ...entries)
      const homes = new Set(rows.map(({ household }) => household)).size
      process.stdout.write(
        `told ${rows.length} absences of ${homes} households; serve takes them over within a second, or when it starts\n`,
      )
    })
}

/** Homes that were imported a moment ago are not in the registry yet: while it is behind, nothing is called unknown. */
function knownIn(dataDir: string): (household: HouseholdId) => boolean {
  const registry = openRegistryReader(dataDir)
  try {
    if (registry.counters().backlogEntries > 0) return () => true
    const homes = new Set<HouseholdId>()
    let cursor: string | null = null
    do {
      const page = registry.households({ areas: null }, cursor, 1_000)
      for (const { id } of page.items) homes.add(id)
      cursor = page.next
    } while (cursor !== null)
    return (household) => homes.has(household)
  } finally {
    registry.close()
  }
}

function describeFile(): string {
  const columns = Object.entries(ABSENCE_COLUMNS).map(([name, words]) => `  ${name.padEnd(11)} ${words}`)
  return `
The file is CSV in UTF-8, one row per absence; the first line names the columns, in any order.
${columns.join('\n')}

An absence that is told twice is one. The file is checked as a whole: with any problem, nothing is changed.
Example:
${ABSENCES_EXAMPLE}`
}
