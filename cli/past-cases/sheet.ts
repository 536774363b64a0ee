import type { TableLine } from './csv.ts'
import { cellAt } from './merges.ts'
import type { Merge } from './merges.ts'
import { dateText } from './workbook-dates.ts'
import { attribute, elements } from './xml.ts'

export interface SheetContext {
  words: readonly string[]
  /** By style. */
  dated: readonly boolean[]
  startsIn1904: boolean
  merges: readonly Merge[]
}

/** Columns beyond are let be: a table of cases has a few dozen. */
const mostColumns = 200

/** The lines of one sheet as they come in; those that hold nothing are left out. */
export async function* readSheet(bytes: AsyncIterable<Buffer>, context: SheetContext): AsyncGenerator<TableLine> {
  const merged = mergedCells(context.merges)
  let line = 0
  let cells: string[] = []
  let cell: { column: number; type: string; style: number; value: string } | null = null
  for await (const found of elements(bytes)) {
    for (const { name, attributes, opens, text } of found) {
      if (name === 'row' && opens) {
        line = Number(attribute(attributes, 'r')) || line + 1
        cells = []
      } else if (name === 'row') {
        merged(line, cells)
        const whole = Array.from(cells, (each) => each ?? '')
        if (whole.some((each) => each !== '')) yield { line, cells: whole, fault: null }
      } else if (name === 'c' && opens) {
        const column = cellAt(attribute(attributes, 'r'))?.column ?? cells.length + 1
        cell = { column, type: attribute(attributes, 't'), style: Number(attribute(attributes, 's')) || 0, value: '' }
      } else if (name === 'c' && cell !== null) {
        if (cell.column <= mostColumns) cells[cell.column - 1] = shown(cell, context).trim()
        cell = null
      } else if ((name === 'v' || name === 't') && !opens && cell !== null) cell.value += text
    }
  }
}

function shown({ type, style, value }: { type: string; style: number; value: string }, context: SheetContext): string {
  if (type === 's') return context.words[Number(value)] ?? ''
  // An error such as #N/A is no word of anybody's.
  if (type === 'e') return ''
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  const isNumber = (type === '' || type === 'n') && value !== ''
  return (isNumber && context.dated[style] && dateText(Number(value), context.startsIn1904)) || value
}

/** Gives every cell of a merged area what its first one holds, line after line. */
function mergedCells(merges: readonly Merge[]): (line: number, cells: string[]) => void {
  const waiting = merges.toSorted((a, b) => b.top - a.top)
  let open: (Merge & { value: string })[] = []
  return (line, cells) => {
    open = open.filter(({ bottom }) => bottom >= line)
    for (let next = waiting.at(-1); next && next.top <= line; next = waiting.at(-1)) {
      waiting.pop()
      // Areas never overlap, so no more than there are columns can be open at once.
      if (next.top === line && open.length < mostColumns) open.push({ ...next, value: cells[next.left - 1] ?? '' })
    }
    for (const { left, right, value } of open) {
      for (let column = left; column <= Math.min(right, mostColumns); column++) cells[column - 1] = value
    }
  }
}
