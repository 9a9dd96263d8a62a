import { CsvError, parse } from 'csv-parse/sync'

/** A row of a table by the names of its columns, and the line that it stands on. */
export interface TableRow<Column extends string> {
  readonly fields: Readonly<Partial<Record<Column, string>>>
  readonly line: number
}

interface CsvRecord {
  readonly record: string[]
  readonly info: { readonly lines: number }
}

/**
 * Reads a CSV whose first line names its columns, in any order. What is wrong goes to `problems` as it is come to, all of it;
 * a row of another length is left out, and so are all rows where the header is wrong.
 */
export function* readTable<Column extends string>(
  text: string,
  known: readonly Column[],
  needed: readonly Column[],
  problems: string[],
): Generator<TableRow<Column>> {
  const records = parseRecords(text, problems)
  const [header, ...body] = records
  if (header === undefined && problems.length > 0) return
  const columns = header?.record ?? []
  const before = problems.length
  checkHeader(columns, known, needed, problems)
  if (problems.length > before) return
  for (const { record, info } of body) {
    if (record.length === columns.length) {
      const fields = Object.fromEntries(columns.map((column, i) => [column, record[i] ?? '']))
      yield { fields: fields as Partial<Record<Column, string>>, line: info.lines }
    } else {
      problems.push(
        `line ${info.lines}: ${record.length} fields, the header has ${columns.length}; quote fields that contain a comma`,
      )
    }
  }
}

function parseRecords(text: string, problems: string[]): CsvRecord[] {
  try {
    // `relax_column_count`: rows of another length are told with all other problems, not instead of them.
    const options = { info: true, bom: true, trim: true, skip_empty_lines: true, relax_column_count: true }
    // Its types do not know that `info` changes the shape of a record.
    return parse(text, options) as unknown as CsvRecord[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    problems.push(`it is no CSV: ${error.message}`)
    return []
  }
}

function checkHeader(
  columns: readonly string[],
  known: readonly string[],
  needed: readonly string[],
  problems: string[],
): void {
  if (columns.length === 0) {
    problems.push(`the file is empty; the first line names the columns, such as ${known.join(',')}`)
    return
  }
  for (const column of needed) {
    if (!columns.includes(column)) {
      problems.push(
        `line 1: the column "${column}" is missing; the first line names the columns, such as ${known.join(',')}`,
      )
    }
  }
  columns.forEach((column, i) => {
    if (!known.includes(column))
      problems.push(`line 1: unknown column "${column}"; known are ${known.join(', ')}`)
    if (columns.indexOf(column) !== i) problems.push(`line 1: the column "${column}" stands twice`)
  })
}
