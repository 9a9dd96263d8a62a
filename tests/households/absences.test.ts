import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { registerHouseholds } from '../../commands/households.ts'
import { absenceIdOf } from '../../domain/absence.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import { ABSENCES_EXAMPLE, parseAbsences } from '../../ingest/absences-file.ts'
import { HOUSEHOLDS_EXAMPLE } from '../../ingest/households-file.ts'
import { appendDirectly } from '../../logs/journal/append-directly.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { openIngestDatabase } from '../../ingest/database.ts'
import { createIngestStage } from '../../ingest/ingest-stage.ts'
import { openRegistryReader } from '../../ingest/open-registry-reader.ts'
import type { RegistryReader } from '../../ingest/registry-reader.ts'
import { openJournalReader } from '../../logs/journal/read-journal.ts'

let dir: string
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-absences-'))
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
  fs.rmSync(dir, { recursive: true })
})

const everybody = (): boolean => true
const ONE = '330127-0001'
const FROM = Date.parse('2026-02-14T08:00:00+08:00')
const TO = Date.parse('2026-02-24T18:00:00+08:00')

async function hearthline(...words: string[]): Promise<void> {
  const program = new Command().exitOverride()
  registerHouseholds(program)
  await program.parseAsync(['households', ...words, '--data', dir], { from: 'user' })
}

function file(name: string, text: string): string {
  const where = path.join(dir, name)
  fs.writeFileSync(where, text)
  return where
}

/** Ingest works the journal of the folder; what it keeps is asked. */
function worked(ask: (registry: RegistryReader) => void): void {
  const db = openIngestDatabase(dir)
  const journal = openJournalReader(dataFiles(dir).journal)
  const stage = createIngestStage(db, journal)
  while (stage.workBatch() !== null);
  const registry = openRegistryReader(dir)
  ask(registry)
  registry.close()
  journal.close()
  db.close()
}

describe('a calendar file', () => {
  it('gives absences with their kind', () => {
    const { rows, problems } = parseAbsences(ABSENCES_EXAMPLE, everybody)
    expect(problems).toEqual([])
    expect(rows).toMatchObject([{ fromMs: FROM, toMs: TO, kind: 'planned' }, { kind: 'hospital' }])
  })

  it('is told of every problem with its line, and changes nothing with any', () => {
    const text = `household,from,to,reason
H-1,2026-02-14T08:00:00+08:00,2026-02-24T18:00:00+08:00,fine
H-1,2026-02-14,2026-02-24T18:00:00+08:00,no zone
H-1,2026-02-14T08:00:00Z,2026-02-13T08:00:00Z,backwards
H-9,2026-02-14T08:00:00Z,2026-02-15T08:00:00Z,unknown home
H-1,2026-02-14T08:00:00Z,2026-02-15T08:00:00Z,
H-1,2026-02-14T08:00:00Z`
    const { rows, problems } = parseAbsences(text, (id) => id === 'H-1')
    expect(rows).toEqual([])
    expect(problems.map((problem) => problem.slice(0, 22)).sort()).toEqual([
      'line 3: from "2026-02-',
      'line 4: it ends before',
      'line 5: household "H-9',
      'line 6: reason: a reas',
      'line 7: 2 fields, the ',
    ])
  })

  it.each([
    ['', 'the file is empty'],
    ['household,from,to,reason,party\n', 'unknown column "party"'],
    ['household,from,to,reason\n', 'no rows'],
    ['household,from,to,reason\nH-1,"a', 'no CSV'],
  ])('that is none is refused: %j', (text, words) => {
    expect(parseAbsences(text, everybody).problems.join()).toContain(words)
  })
})

describe('households absences FILE', () => {
  it('puts all of it into the journal, beside homes that were imported a moment ago', async () => {
    await hearthline('import', file('homes.csv', HOUSEHOLDS_EXAMPLE))
    await hearthline('absences', file('calendar.csv', ABSENCES_EXAMPLE))
    const home = `H-${ONE}` as HouseholdId
    worked((registry) =>
      expect(registry.absences(home, null, 10).items).toMatchObject([
        { id: absenceIdOf('planned', FROM, TO), kind: 'planned', by: 'import', withdrawnAtMs: null },
      ]),
    )
    await expect(
      hearthline('absences', file('calendar.csv', ABSENCES_EXAMPLE.replaceAll('H-330127-0002', 'H-9'))),
    ).rejects.toThrow('line 3: household "H-9" is not registered here')
  })
})

describe('the calendar that ingest keeps', () => {
  it('shows an absence as it stands: told twice one, ended, withdrawn; page by page, the latest first', () => {
    const household = 'H' as HouseholdId
    const tell = (fromMs: number, toMs: number): void => {
      const told = { type: 'absence', receivedAtMs: FROM, household, fromMs, toMs, reason: 'away' } as const
      appendDirectly(dataFiles(dir).journal, told)
    }
    const end = (absence: string, toMs: number | null): void => {
      const ended = { type: 'absence-end', receivedAtMs: FROM + 5, household, absence, toMs } as const
      appendDirectly(dataFiles(dir).journal, ended)
    }
    tell(FROM, TO)
    tell(FROM, TO)
    tell(FROM + 1, TO)
    tell(FROM + 2, TO)
    end(absenceIdOf('planned', FROM, TO), TO - 1)
    end(absenceIdOf('planned', FROM + 1, TO), null)
    worked((registry) => {
      const first = registry.absences(household, null, 2)
      const rest = registry.absences(household, first.next, 2)
      expect([...first.items, ...rest.items]).toMatchObject([
        { fromMs: FROM + 2, toMs: TO },
        { fromMs: FROM + 1, withdrawnAtMs: FROM + 5 },
        { fromMs: FROM, toMs: TO - 1, plannedToMs: TO },
      ])
      expect(rest.next).toBeNull()
    })
  })
})
