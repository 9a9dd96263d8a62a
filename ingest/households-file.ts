import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import {
  contactSchema,
  INACTIVITY_RULES,
  regionSchema,
  RISK_TIERS,
  timezoneSchema,
  type Household,
  MOST_METERS,
} from '../domain/household.ts'
import { householdIdSchema, meterIdSchema } from '../domain/ids.ts'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import { METER_KINDS } from '../domain/units.ts'
import { readTable, type TableRow } from '../platform/read-table.ts'

/**
 * A households file: CSV in UTF-8, one row per meter; rows with the same `household` are one home. Its columns, in any
 * order; only the first three are needed. What is said of a home may stand in one of its rows or in all of them.
 */
export const HOUSEHOLD_COLUMNS = {
  household: 'id of the home: 1 to 128 printable characters without / + #',
  meter: 'id of the meter, as its readings name it; a meter belongs to one home',
  kind: METER_KINDS.join(' or '),
  region: 'where it is, from large to small: province/city/county/township/village/grid (1 to 6 names)',
  tier: `risk tier: ${RISK_TIERS.join(', ')}; empty: medium`,
  timezone: 'IANA name such as Asia/Shanghai; empty: HEARTHLINE_TIMEZONE',
  rule: `what judges its silence: ${INACTIVITY_RULES.join(', ')}; empty: evidence`,
  contact_name: 'whom to call; several rows of a home may name several people',
  contact_phone: 'their number',
} as const
type Column = keyof typeof HOUSEHOLD_COLUMNS
const COLUMNS = Object.keys(HOUSEHOLD_COLUMNS) as Column[]
const NEEDED: readonly Column[] = ['household', 'meter', 'kind']

export const HOUSEHOLDS_EXAMPLE = `household,meter,kind,region,tier,timezone,rule,contact_name,contact_phone
H-330127-0001,W-330127-0001,water,zhejiang/hangzhou/chunan/weiping/lixi/grid-3,high,Asia/Shanghai,evidence,Wang Fang,+86 571 5550 0101
H-330127-0001,E-330127-0001,electricity,,,,,Li Wei (grid worker),+86 571 5550 0102
H-330127-0002,W-330127-0002,water,zhejiang/hangzhou/chunan/weiping/lixi/grid-3,medium,,silent-by-tier,,
`

/** One import is one journal entry: all of it or nothing. More homes than this are imported file by file. */
const MOST_HOUSEHOLDS = 200_000
const MOST_FILE_BYTES = 256 * 1024 * 1024
const PROBLEMS_SHOWN = 100

const optional = (schema: z.ZodType<string>): z.ZodType<string> => z.union([z.literal(''), schema])
const rowSchema = z.object({
  household: householdIdSchema,
  meter: meterIdSchema,
  kind: z.enum(METER_KINDS, { error: `a kind is one of ${METER_KINDS.join(', ')}` }),
  region: optional(regionSchema),
  tier: z.enum(['', ...RISK_TIERS], { error: `a tier is one of ${RISK_TIERS.join(', ')}` }),
  timezone: optional(timezoneSchema),
  rule: z.enum(['', ...INACTIVITY_RULES], { error: `a rule is one of ${INACTIVITY_RULES.join(', ')}` }),
  contact_name: contactSchema.shape.name,
  contact_phone: contactSchema.shape.phone,
} satisfies Record<Column, z.ZodType>)
type Row = z.infer<typeof rowSchema>
type NumberedRow = Row & { readonly line: number }

/**
 * Reads a households file as a whole.
 * @throws OperationalError `file-unreadable`, or `households-invalid` with every problem of the file, a line each.
 */
export async function readHouseholdsFile(file: string): Promise<Household[]> {
  const name = path.basename(file)
  const { households, problems } = parseHouseholds(await readText(file))
  if (problems.length > 0) throw invalidHouseholds(name, problems)
  return households
}

export function invalidHouseholds(name: string, problems: readonly string[]): OperationalError {
  const shown = problems.slice(0, PROBLEMS_SHOWN).map((problem) => `\n  ${problem}`)
  const more = problems.length > PROBLEMS_SHOWN ? `\n  and ${problems.length - PROBLEMS_SHOWN} more` : ''
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return new OperationalError(
    'households-invalid',
    `${name} has ${count}, nothing was changed. Mend the file and import it again:${shown.join('')}${more}`,
  )
}

export function parseHouseholds(text: string): { households: Household[]; problems: string[] } {
  const problems: string[] = []
  const rows: NumberedRow[] = []
  for (const row of readTable(text, COLUMNS, NEEDED, problems)) rows.push(...readRow(row, problems))
  const households = problems.length > 0 ? [] : gather(rows, problems)
  if (households.length > MOST_HOUSEHOLDS) {
    problems.push(`the file has ${households.length} homes; split it into files of up to ${MOST_HOUSEHOLDS}`)
  }
  if (households.length === 0 && problems.length === 0) problems.push('the file has no rows below its header')
  return { households, problems }
}

/** @throws OperationalError `file-unreadable` */
export async function readText(file: string): Promise<string> {
  try {
    const { size } = await fs.promises.stat(file)
    if (size > MOST_FILE_BYTES)
      throw new Error(`it has ${size} bytes, more than ${MOST_FILE_BYTES}; split it`)
    return new TextDecoder('utf-8', { fatal: true }).decode(await fs.promises.readFile(file))
  } catch (error) {
    const words = error instanceof TypeError ? 'it is not UTF-8; save it as "CSV UTF-8"' : messageOf(error)
    throw new OperationalError('file-unreadable', `cannot read ${file}: ${words}`, { cause: error })
  }
}

function readRow(row: TableRow<Column>, problems: string[]): NumberedRow[] {
  const { line } = row
  const fields: Record<string, string> = Object.fromEntries(COLUMNS.map((name) => [name, '']))
  Object.assign(fields, row.fields)
  const parsed = rowSchema.safeParse(fields)
  if (parsed.success) return [{ ...parsed.data, line }]
  // One field can break a rule twice; its first breach says enough.
  const byColumn = Map.groupBy(parsed.error.issues, (issue) => String(issue.path[0]))
  for (const [column, [issue]] of byColumn) {
    if (issue === undefined) continue
    problems.push(`line ${line}: ${column} ${JSON.stringify(fields[column])}: ${wordsOf(issue)}`)
  }
  return []
}

/** Of a union ("empty, or a region") the words of its last branch. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message
  return issue.errors.at(-1)?.[0]?.message ?? issue.message
}

type Shared = 'region' | 'tier' | 'timezone' | 'rule'
const SHARED: readonly Shared[] = ['region', 'tier', 'timezone', 'rule']

/** Makes homes of rows, in the order of their first row. */
function gather(rows: readonly NumberedRow[], problems: string[]): Household[] {
  const byHousehold = Map.groupBy(rows, (row) => row.household)
  const ownerOf = new Map<string, NumberedRow>()
  for (const row of rows) {
    const owner = ownerOf.get(row.meter)
    if (owner === undefined) ownerOf.set(row.meter, row)
    else if (owner.household === row.household) {
      problems.push(
        `line ${row.line}: meter ${row.meter} of ${row.household} stands in line ${owner.line} already; remove one`,
      )
    } else {
      problems.push(
        `line ${row.line}: meter ${row.meter} belongs to ${owner.household} in line ${owner.line} and to ${row.household} here; it can have one home`,
      )
    }
  }
  return [...byHousehold].map(([id, own]) => {
    if (own.length > MOST_METERS) {
      problems.push(
        `line ${own[MOST_METERS]?.line}: ${id} has ${own.length} meters, a home has ${MOST_METERS} at most; give each home an id of its own`,
      )
    }
    const shared = Object.fromEntries(SHARED.map((column) => [column, agreed(own, column, problems)]))
    return {
      id,
      region: shared['region'] || null,
      tier: (shared['tier'] || 'medium') as Household['tier'],
      timezone: shared['timezone'] || null,
      rule: (shared['rule'] || 'evidence') as Household['rule'],
      meters: own.map((row) => ({ id: row.meter, kind: row.kind })),
      contacts: contactsOf(own),
    }
  })
}

/** What the rows of a home say in a column; empty fields say nothing. */
function agreed(rows: readonly NumberedRow[], column: Shared, problems: string[]): string {
  const [first, ...rest] = rows.filter((row) => row[column] !== '')
  if (first === undefined) return ''
  for (const row of rest) {
    if (row[column] !== first[column]) {
      problems.push(
        `line ${row.line}: ${column} "${row[column]}" of ${row.household} is "${first[column]}" in line ${first.line}; make them agree or leave one empty`,
      )
    }
  }
  return first[column]
}

function contactsOf(rows: readonly NumberedRow[]): Household['contacts'] {
  const contacts = new Map<string, Household['contacts'][number]>()
  for (const { contact_name: name, contact_phone: phone } of rows) {
    if (name !== '' || phone !== '') contacts.set(JSON.stringify([name, phone]), { name, phone })
  }
  return [...contacts.values()]
}
