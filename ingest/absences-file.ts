import { ABSENCE_KINDS, absenceReasonSchema, problemOfBounds, type AbsenceKind } from '../domain/absence.ts'
import { householdIdSchema, type HouseholdId } from '../domain/ids.ts'
import { parseIso, toIso, type EpochMs } from '../domain/time.ts'
import { readTable, type TableRow } from '../platform/read-table.ts'

/** A calendar file: CSV in UTF-8, one row per absence. Its columns, in any order. */
export const ABSENCE_COLUMNS = {
  household: 'id of the home',
  from: 'from when nobody is home: ISO 8601 with a zone, such as 2026-02-14T08:00:00+08:00',
  to: 'until when, at most a year',
  reason: 'why, in words for the duty officer',
  kind: `${ABSENCE_KINDS.join(' or ')}; empty, or the column left out: planned`,
} as const
type Column = keyof typeof ABSENCE_COLUMNS
const COLUMNS = Object.keys(ABSENCE_COLUMNS) as Column[]
const NEEDED: readonly Column[] = ['household', 'from', 'to', 'reason']

export const ABSENCES_EXAMPLE = `household,from,to,reason,kind
H-330127-0001,2026-02-14T08:00:00+08:00,2026-02-24T18:00:00+08:00,spring festival with her son,planned
H-330127-0002,2026-02-10T14:00:00+08:00,2026-02-20T12:00:00+08:00,"hip operation, county hospital",hospital
`

/** Rows of one import; each is an entry of the journal. */
export const MOST_ABSENCES = 10_000

export interface AbsenceRow {
  readonly household: HouseholdId
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
  readonly reason: string
  readonly kind: AbsenceKind
}

/** Reads a calendar as a whole: every problem with its line; with any, there are no rows. */
export function parseAbsences(
  text: string,
  isKnown: (household: HouseholdId) => boolean,
): { rows: AbsenceRow[]; problems: string[] } {
  const problems: string[] = []
  const rows: AbsenceRow[] = []
  for (const { fields, line } of readTable(text, COLUMNS, NEEDED, problems)) {
    const found: string[] = []
    const row = readRow(fields, isKnown, found)
    for (const problem of found) problems.push(`line ${line}: ${problem}`)
    if (row !== null) rows.push(row)
  }
  if (rows.length > MOST_ABSENCES) {
    problems.push(`the file has ${rows.length} absences; split it into files of up to ${MOST_ABSENCES}`)
  }
  if (rows.length === 0 && problems.length === 0) problems.push('the file has no rows below its header')
  return { rows: problems.length > 0 ? [] : rows, problems }
}

function readRow(
  fields: TableRow<Column>['fields'],
  isKnown: (household: HouseholdId) => boolean,
  problems: string[],
): AbsenceRow | null {
  const household = householdIdSchema.safeParse(fields['household'])
  const reason = absenceReasonSchema.safeParse(fields['reason'])
  const kind = fields['kind'] === undefined || fields['kind'] === '' ? 'planned' : fields['kind']
  const fromMs = momentOf(fields['from'] ?? '')
  const toMs = momentOf(fields['to'] ?? '')
  if (!household.success) problems.push(`household "${fields['household']}": ${wordsOf(household.error)}`)
  else if (!isKnown(household.data)) {
    problems.push(`household "${household.data}" is not registered here; import it first`)
  }
  if (!reason.success) problems.push(`reason: ${wordsOf(reason.error)}`)
  if (!isKind(kind)) problems.push(`kind "${kind}": it is one of ${ABSENCE_KINDS.join(', ')}`)
  for (const [name, timeMs] of [
    ['from', fromMs],
    ['to', toMs],
  ] as const) {
    if (timeMs === null) {
      problems.push(`${name} "${fields[name]}": a time is ISO 8601 with a zone, such as ${toIso(0)}`)
    }
  }
  if (fromMs === null || toMs === null) return null
  const bounds = problemOfBounds(fromMs, toMs)
  if (bounds !== null) problems.push(bounds)
  if (!household.success || !reason.success || !isKind(kind)) return null
  return { household: household.data, fromMs, toMs, reason: reason.data, kind }
}

function isKind(text: string): text is AbsenceKind {
  return (ABSENCE_KINDS as readonly string[]).includes(text)
}

function momentOf(text: string): EpochMs | null {
  const timeMs = parseIso(text)
  return Number.isNaN(timeMs) ? null : timeMs
}

function wordsOf({ issues: [issue] }: { issues: { message: string }[] }): string {
  return issue?.message ?? 'it is not valid'
}
