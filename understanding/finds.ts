import type { Hit } from './automaton.ts'

/** A stretch of the normalised text. */
export interface Span {
  start: number
  end: number
}

/** What a word in the lists stands for. `name` tells the list, such as `greeting`, `danger-gas`, `topic`. */
export interface Mark {
  name: string
  /** What the list's owner keeps with the word: a topic path, gazetteer entries, person ids. */
  value?: unknown
}

/** One word found, of one list. */
export interface Find extends Span {
  value: unknown
}

const none: Find[] = []

/** Of one list at most so many count: rules compare finds pairwise, and must stay cheap on a hostile text. */
const most = 300

/** The words found in one text, by list. Inside a list in order of their start. */
export class Finds {
  readonly text: string
  readonly #byName = new Map<string, Find[]>()

  constructor(text: string, hits: Hit<Mark>[]) {
    this.text = text
    for (const { start, end, marks } of hits) {
      for (const { name, value } of marks) {
        const list = this.#byName.get(name)
        if (list) {
          if (list.length < most) list.push({ start, end, value })
        } else this.#byName.set(name, [{ start, end, value }])
      }
    }
  }

  of(name: string): Find[] {
    return this.#byName.get(name) ?? none
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  word({ start, end }: Span): string {
    return this.text.slice(start, end)
  }
}

/** Spans in order of start, thinned from the left: of two that overlap the longer stays, of two alike the earlier. */
export function longest<T extends Span>(spans: readonly T[]): T[] {
  const taken: T[] = []
  for (const span of spans) {
    const last = taken.at(-1)
    if (!last || span.start >= last.end) taken.push(span)
    else if (span.end - span.start > last.end - last.start) taken[taken.length - 1] = span
  }
  return taken
}

const sentenceEnds = new Set('。!?;\n')
const clauseEnds = new Set('。!?;\n,:、….~ ')

/** The sentence, or the clause, around a span; at most 80 units each way, so that a text without points stays cheap. */
export function around(text: string, { start, end }: Span, unit: 'sentence' | 'clause'): Span {
  const ends = unit === 'sentence' ? sentenceEnds : clauseEnds
  let from = start
  while (from > 0 && start - from < 80 && !ends.has(text[from - 1]!)) from--
  let to = end
  while (to < text.length && to - end < 80 && !ends.has(text[to]!)) to++
  return { start: from, end: to }
}

export const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end
export const within = (inner: Span, outer: Span): boolean => inner.start >= outer.start && inner.end <= outer.end
