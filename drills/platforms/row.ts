import type { Counts } from './counts.ts'

/** What a row of the table did and what it came to. */
export interface Line {
  platform: string
  what: string
  counts: Counts
  /** Empty: everything is accounted for, and came to what it must. */
  faults: string[]
}

/** What must have come of it; what is left out may be anything. */
export type Must = Partial<Counts>

/** Compares, member by member. */
export function compare(counts: Counts, must: Must): string[] {
  return Object.entries(must)
    .filter(([name, value]) => counts[name as keyof Counts] !== value)
    .map(([name, value]) => `${name} is ${counts[name as keyof Counts]} and must be ${value}`)
}

const columns = ['told', 'sent', 'refused', 'unknown', 'ready', 'arrived'] as const

/** The table as it is printed, a line each. */
export function tableOf(lines: readonly Line[]): string[] {
  const width = Math.max(...lines.map(({ what }) => what.length), 9)
  const head = `${'platform'.padEnd(17)}${'what was done'.padEnd(width + 2)}${columns.map((name) => name.padStart(8)).join('')}`
  return [
    head,
    ...lines.flatMap(({ platform, what, counts, faults }) => [
      `${platform.padEnd(17)}${what.padEnd(width + 2)}${columns.map((name) => String(counts[name]).padStart(8)).join('')}`,
      ...faults.map((fault) => `  unaccounted for: ${fault}`),
    ]),
  ]
}
