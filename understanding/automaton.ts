/** A word of the lists, found at `start..end` (UTF-16 units of the normalised text). */
export interface Hit<Mark> {
  start: number
  end: number
  marks: Mark[]
}

interface Node<Mark> {
  next: Map<number, Node<Mark>> | null
  marks: Mark[] | null
}

/** Every word list in one trie, so that a text is walked once. */
export class Automaton<Mark> {
  readonly #roots: (Node<Mark> | undefined)[] = []

  /** `word` must be normalised; the same word may carry several marks. An empty word is left out. */
  add(word: string, mark: Mark): void {
    if (word === '') return
    let node = (this.#roots[word.charCodeAt(0)] ??= { next: null, marks: null })
    for (let at = 1; at < word.length; at++) {
      const code = word.charCodeAt(at)
      node.next ??= new Map()
      let child = node.next.get(code)
      if (!child) node.next.set(code, (child = { next: null, marks: null }))
      node = child
    }
    node.marks ??= []
    node.marks.push(mark)
  }

  /** All hits, overlapping ones too, by start and then by length. Time: text length × the longest word at most. */
  scan(text: string): Hit<Mark>[] {
    const hits: Hit<Mark>[] = []
    for (let start = 0; start < text.length; start++) {
      let node = this.#roots[text.charCodeAt(start)]
      for (let end = start + 1; node; end++) {
        if (node.marks) hits.push({ start, end, marks: node.marks })
        node = end < text.length ? node.next?.get(text.charCodeAt(end)) : undefined
      }
    }
    return hits
  }
}
