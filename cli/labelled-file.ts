import { readFileSync } from 'node:fs'
import { MashangError } from '#base'
import { readTable } from '#config'

/** A past case or a correction: what was written and what it truly was. Unknown things are null. */
export interface LabelledRow {
  text: string
  setting: 'private' | 'group'
  kind: string | null
  topic: string | null
  /** undefined: nobody looked; null: there is none. */
  place: string | null | undefined
  urgency: string | null
}

const columns = ['text', 'setting', 'kind', 'topic', 'place', 'urgency'] as const

/**
 * JSONL with `text` and any of `topic`, `kind`, `place`, `urgency`, `setting`, or CSV with those columns.
 *
 * @throws `LABELLED_FILE` with every faulty line
 */
export function readLabelled(path: string): LabelledRow[] {
  const source = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  const faults: string[] = []
  const rows = path.toLowerCase().endsWith('.csv') ? fromCsv(source, faults) : fromJsonl(source, faults)
  if (rows.length === 0 && faults.length === 0) faults.push('no line')
  if (faults.length > 0) {
    throw new MashangError(
      `${path} can't be used:\n${faults
        .slice(0, 20)
        .map((each) => `  ${each}`)
        .join('\n')}`,
      {
        code: 'LABELLED_FILE',
        fix: `JSONL needs "text" in every line, CSV a header of some of ${columns.join(',')}`,
      },
    )
  }
  return rows
}

function fromCsv(source: string, faults: string[]): LabelledRow[] {
  const header = (source.split(/\r?\n/, 1)[0] ?? '').split(',').map((cell) => cell.trim())
  const unknown = header.filter((name) => !columns.some((known) => known === name))
  if (unknown.length > 0 || !header.includes('text')) faults.push(`columns are ${header.join(',')}`)
  const table = readTable(source, header, (row, message) => faults.push(`row ${row}: ${message}`))
  return table.map(({ cells }) => rowOf(cells))
}

function fromJsonl(source: string, faults: string[]): LabelledRow[] {
  return source.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    try {
      const given = JSON.parse(line) as Record<string, unknown>
      if (typeof given['text'] === 'string') return [rowOf(given)]
      faults.push(`line ${at + 1}: has no "text"`)
    } catch {
      faults.push(`line ${at + 1}: is not JSON`)
    }
    return []
  })
}

function rowOf(given: Record<string, unknown>): LabelledRow {
  const textOf = (name: string): string | null =>
    typeof given[name] === 'string' && given[name] !== '' ? given[name] : null
  return {
    text: textOf('text') ?? '',
    setting: given['setting'] === 'group' ? 'group' : 'private',
    kind: textOf('kind'),
    topic: textOf('topic'),
    place: 'place' in given ? textOf('place') : undefined,
    urgency: textOf('urgency'),
  }
}
