import { createReadStream } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { createInterface } from 'node:readline'
import { MashangError } from '#base'
import { columnsOf, rowOf, wantedColumns } from './past-cases/columns.ts'
import type { Columns, LabelledRow, RowRead, ValueOf } from './past-cases/columns.ts'
import { csvLines } from './past-cases/csv.ts'
import type { TableLine } from './past-cases/csv.ts'
import { firstBytes, textOf } from './past-cases/decode.ts'
import { Rejected } from './past-cases/rejected.ts'
import type { Rejection } from './past-cases/rejected.ts'
import { openWorkbook } from './past-cases/workbook.ts'

export type { LabelledRow }

/** What a file held: the rows that can be used, and how many others, each kept as it stands in the file at `path`. */
export interface LabelledFile {
  rows: LabelledRow[]
  rejected: { count: number; path: string; told: readonly Rejection[] }
}

export interface ReadLabelledOptions {
  /** The city's; without them any topic is taken as written. */
  topics?: readonly string[]
  /** Where rejected lines go; `<name>.rejected.csv` (or `.jsonl`) beside the file unless given. */
  rejectedPath?: string
}

/** Where a read has come to. */
interface Progress {
  topics: ReadonlySet<string> | null
  rows: LabelledRow[]
  rejected: Rejected | null
  /** Begins the file of rejected lines. `header`: null for JSONL. */
  reject(header: readonly string[] | null): Rejected
}

/** A header stands among the first lines, below titles and dates. */
const headerWithin = 20

/**
 * Past cases as a city has them: .xlsx, CSV in UTF-8, UTF-16 or GBK, or JSONL; told apart by what is in the file, and
 * read line by line. A line that can't be used is set apart with what to mend, and the others are taken.
 *
 * @throws `LABELLED_FILE` when no line can be used, or no column holds words
 */
export async function readLabelled(path: string, options: ReadLabelledOptions = {}): Promise<LabelledFile> {
  const progress: Progress = {
    topics: options.topics ? new Set(options.topics) : null,
    rows: [],
    rejected: null,
    reject: (header) =>
      (progress.rejected ??= new Rejected(
        options.rejectedPath ?? join(dirname(path), `${parse(path).name}.rejected.${header ? 'csv' : 'jsonl'}`),
        header,
      )),
  }
  try {
    await readAny(path, progress)
  } finally {
    await progress.rejected?.close()
  }
  const { rows, rejected } = progress
  const told = rejected?.told ?? []
  if (rows.length === 0) throw unusable(path, told.length === 0 ? ['no line'] : told.map(rejectionText))
  return { rows, rejected: { count: rejected?.count ?? 0, path: rejected?.path ?? '', told } }
}

export const rejectionText = ({ line, column, why }: Rejection): string =>
  column === null ? `line ${line} ${why}` : `line ${line}, column ${column}: ${why}`

async function readAny(path: string, progress: Progress): Promise<void> {
  const begins = (await firstBytes(path)).toString('latin1')
  if (begins.startsWith('\xd0\xcf\x11\xe0')) {
    throw unusable(path, ['it is an old .xls, or locked with a password'], 'Save it as .xlsx without one, or as CSV')
  }
  if (/\.jsonl$/i.test(path) || /^(?:\xEF\xBB\xBF)?\s*\{/.test(begins)) return readJsonl(path, progress)
  const headers: string[] = []
  if (begins.startsWith('PK')) {
    const { sheets, close } = await openWorkbook(path)
    try {
      for (const { name, lines } of sheets) if (await readTable(lines(), false, progress, headers, name)) return
    } finally {
      await close()
    }
  } else if (await readTable(csvLines(textOf(path)), true, progress, headers, '')) return
  throw unusable(path, [
    `no column of words among the first ${headerWithin} lines: ${headers.join(' | ') || 'nothing'}`,
  ])
}

/** False where nothing is a header; what was seen instead is added to `headers`. `exact`: a line has all its cells. */
async function readTable(
  lines: AsyncIterable<TableLine>,
  exact: boolean,
  progress: Progress,
  headers: string[],
  sheet: string,
): Promise<boolean> {
  let columns: Columns | null = null
  let seen = 0
  let isNext = false
  for await (const { line, cells, fault } of lines) {
    const header: Columns | null = columns === null || isNext ? columnsOf(cells) : null
    if (columns === null) {
      columns = header
      isNext = header !== null
      if (header === null && seen++ === 0) headers.push(`${sheet} ${shortened(cells)}`.trim())
      if (header === null && seen >= headerWithin) return false
      continue
    }
    // A header of two lines, merged where both say the same, is told by its lower one.
    const isLower = isNext && header !== null && header.at.get('text') === columns.at.get('text')
    isNext = false
    if (isLower) {
      columns = header
      continue
    }
    const width = columns.header.length
    const stray = cells.length > width && cells.slice(width).some((cell) => cell !== '')
    const wrong =
      fault ?? (stray || (exact && cells.length < width) ? `has ${cells.length} cells instead of ${width}` : null)
    const read = wrong === null ? rowOf(readerOf(cells, columns), columns, progress.topics) : null
    if (read && 'row' in read) progress.rows.push(read.row)
    else {
      const { column, why } = read ?? { column: null, why: wrong! }
      await progress.reject(columns.header).add({ line, column, why }, cells)
    }
  }
  return columns !== null
}

const readerOf =
  (cells: readonly string[], { at }: Columns): ValueOf =>
  (field) => {
    const index = at.get(field)
    return index === undefined ? undefined : (cells[index] ?? '')
  }

const shortened = (cells: readonly string[]): string => cells.slice(0, 12).join(',').slice(0, 120)

async function readJsonl(path: string, progress: Progress): Promise<void> {
  let number = 0
  for await (const written of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number++
    const line = number === 1 ? written.replace(/^\uFEFF/, '') : written
    if (line.trim() === '') continue
    const read = rowOfJson(line, progress.topics)
    if ('row' in read) progress.rows.push(read.row)
    else await progress.reject(null).add({ line: number, column: read.column, why: read.why }, [line])
  }
}

function rowOfJson(line: string, topics: ReadonlySet<string> | null): RowRead | { column: null; why: string } {
  let given: unknown
  try {
    given = JSON.parse(line)
  } catch {
    return { column: null, why: 'is not JSON' }
  }
  if (typeof given !== 'object' || given === null) return { column: null, why: 'is no JSON object' }
  const columns = columnsOf(Object.keys(given))
  if (columns === null) return { column: null, why: 'has no "text"' }
  const values = Object.values(given).map((value: unknown) =>
    typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '',
  )
  return rowOf(readerOf(values, columns), columns, topics)
}

function unusable(path: string, faults: readonly string[], fix?: string): MashangError {
  return new MashangError(`${path} can't be used:\n${faults.map((each) => `  ${each}`).join('\n')}`, {
    code: 'LABELLED_FILE',
    fix: fix ?? `The columns we know: ${wantedColumns}`,
  })
}
