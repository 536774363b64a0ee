import { createWriteStream } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'

/** A line that was not taken in, as it stands, and what is to be mended in it. */
export interface Rejection {
  line: number
  /** Null: the line as a whole. */
  column: string | null
  why: string
}

/** How many of them are told; the file holds all. */
const mostTold = 20

/** Keeps the lines that were not taken in: for a table as CSV that a spreadsheet opens and we read again, else as JSONL. */
export class Rejected {
  count = 0
  readonly told: Rejection[] = []
  readonly path: string
  readonly #header: readonly string[] | null
  #file: WriteStream | null = null

  /** `header`: of a table; null for JSONL. */
  constructor(path: string, header: readonly string[] | null) {
    this.path = path
    this.#header = header
  }

  async add(rejection: Rejection, cells: readonly string[]): Promise<void> {
    this.count++
    if (this.told.length < mostTold) this.told.push(rejection)
    const { line, column, why } = rejection
    const told = column === null ? why : `${column}: ${why}`
    if (this.#header === null) return this.#write(`${JSON.stringify({ line, why: told, row: cells.join('') })}\n`)
    // A byte order mark, or spreadsheets take it for GBK.
    if (this.#file === null) await this.#write(`\uFEFF${csvLine([...this.#header, 'line', 'why'])}`)
    // Behind the last column of the header, however many cells the line has.
    const width = this.#header.length
    await this.#write(
      csvLine([...Array.from({ length: width }, (_, at) => cells[at] ?? ''), `${line}`, told, ...cells.slice(width)]),
    )
  }

  async #write(text: string): Promise<void> {
    this.#file ??= createWriteStream(this.path, { mode: 0o600 })
    if (!this.#file.write(text)) await once(this.#file, 'drain')
  }

  async close(): Promise<void> {
    this.#file?.end()
    if (this.#file) await finished(this.#file)
  }
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
}
