/** A line of a table, as far as it could be read. `line` is as a spreadsheet or an editor shows it, from 1. */
export interface TableLine {
  line: number
  cells: string[]
  /** Why its cells can't be trusted. */
  fault: string | null
}

/** No message is that long: a quote that is still open then was never meant as one. */
const longestLine = 100_000

/**
 * Lines of CSV as they come in: `"` around cells that hold a delimiter or a line break, any line ending, trimmed cells,
 * empty lines left out. A quote that is never closed spoils the line it stands in, and no other.
 */
export async function* csvLines(pieces: AsyncIterable<string>): AsyncGenerator<TableLine> {
  let text = ''
  let line = 1
  let delimiter: string | null = null
  for await (const piece of pieces) {
    text += piece
    yield* take(false)
  }
  yield* take(true)

  function* take(isLast: boolean): Generator<TableLine> {
    let at = 0
    while (at < text.length) {
      delimiter ??= delimiterOf(text, isLast)
      if (delimiter === null) break
      const read = readLine(text, at, delimiter, isLast)
      if (read === null) break
      if (read.cells.some((cell) => cell !== '')) yield { line, cells: read.cells, fault: read.fault }
      line += read.breaks
      at = read.end
    }
    text = text.slice(at)
  }
}

interface Read {
  cells: string[]
  fault: string | null
  /** Where the next one begins. */
  end: number
  breaks: number
}

/** Null: it goes on in what hasn't come yet. */
function readLine(text: string, from: number, delimiter: string, isLast: boolean): Read | null {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  let breaks = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]!
    if (at - from > longestLine) return broken(text, from, delimiter, at)
    if (quoted) {
      if (char === '\n') breaks++
      if (char !== '"') cell += char
      // The other half of a doubled quote may be in the next piece.
      else if (at + 1 === text.length && !isLast) return null
      else if (text[at + 1] === '"') cell += text[at++]
      else quoted = false
    } else if (char === '"' && cell.trim() === '') {
      quoted = true
      cell = ''
    } else if (char === delimiter) {
      cells.push(cell.trim())
      cell = ''
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && at + 1 === text.length && !isLast) return null
      const end = char === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1
      return { cells: [...cells, cell.trim()], fault: null, end, breaks: breaks + 1 }
    } else cell += char
  }
  if (!isLast) return null
  return quoted
    ? broken(text, from, delimiter, text.length)
    : { cells: [...cells, cell.trim()], fault: null, end: text.length, breaks: breaks + 1 }
}

/** The line on its own, by its delimiters alone: whoever mends it sees all of it. */
function broken(text: string, from: number, delimiter: string, seen: number): Read {
  const newline = text.indexOf('\n', from)
  const end = newline === -1 || newline > seen ? seen : newline + 1
  const cells = text
    .slice(from, end)
    .split(delimiter)
    .map((cell) => cell.trim())
  const fault = text.slice(from, end).includes('"') ? 'a " is opened and never closed' : 'is too long'
  return { cells, fault, end, breaks: newline === end - 1 ? 1 : 0 }
}

/** What parts the cells of the first line: spreadsheets write commas, semicolons or, as “Unicode text”, tabs. */
function delimiterOf(text: string, isLast: boolean): string | null {
  const end = text.search(/[\r\n]/)
  if (end === -1 && !isLast && text.length < longestLine) return null
  const first = (end === -1 ? text : text.slice(0, end)).replace(/"[^"]*"/g, '')
  const count = (delimiter: string) => first.split(delimiter).length
  return [',', '\t', ';', '，'].reduce((best, each) => (count(each) > count(best) ? each : best))
}
