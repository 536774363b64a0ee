/** One line of a city's table. `row` counts lines of the file as a spreadsheet shows them: the header is row 1. */
export interface TableRow {
  row: number
  cells: Record<string, string>
}

/**
 * Reads CSV as spreadsheets write it: commas, `"` around cells that hold one, a byte order mark, any line ending.
 * Cells are trimmed; empty lines are skipped. Faults of form (a missing or unknown column, a wrong number of cells, an
 * unclosed quote) are given to `fault` with their row, and the line is left out.
 */
export function readTable(
  text: string,
  columns: readonly string[],
  fault: (row: number, message: string) => void,
): TableRow[] {
  const lines = splitCells(text, fault)
  const header = lines.shift()
  const expected = `the first line must be ${columns.join(',')}`
  if (!header) {
    fault(1, `empty; ${expected}`)
    return []
  }
  if (header.cells.toSorted().join() !== columns.toSorted().join()) {
    fault(header.row, `columns are ${header.cells.join(',')}; ${expected}`)
    return []
  }
  const rows: TableRow[] = []
  for (const { row, cells } of lines) {
    if (cells.length !== header.cells.length) {
      fault(row, `has ${cells.length} cells instead of ${header.cells.length}; add or remove a comma`)
      continue
    }
    rows.push({ row, cells: Object.fromEntries(header.cells.map((column, index) => [column, cells[index] ?? ''])) })
  }
  return rows
}

function splitCells(text: string, fault: (row: number, message: string) => void): { row: number; cells: string[] }[] {
  const lines: { row: number; cells: string[] }[] = []
  let [row, start, cell, quoted] = [1, 1, '', false]
  let cells: string[] = []
  const endLine = () => {
    cells.push(cell.trim())
    if (cells.some((content) => content !== '')) lines.push({ row: start, cells })
    cells = []
    cell = ''
  }
  const clean = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  for (let at = 0; at < clean.length; at++) {
    const char = clean[at]!
    if (char === '\n') row++
    if (quoted) {
      if (char !== '"') cell += char
      else if (clean[at + 1] === '"') cell += clean[at++]
      else quoted = false
    } else if (char === '"' && cell.trim() === '') {
      quoted = true
      cell = ''
    } else if (char === ',') {
      cells.push(cell.trim())
      cell = ''
    } else if (char === '\n') {
      endLine()
      start = row
    } else cell += char
  }
  if (quoted) fault(start, 'a " is opened and never closed; close it')
  else endLine()
  return lines
}
