import { normalise } from './normalise.ts'

/** A case that may be a twin of a new one, and why. */
export interface Twin {
  id: string
  /** 0..1; share of what the rarer words of both have in common. */
  likeness: number
  /** Character pairs that both hold, the most telling first. */
  shared: string[]
}

export interface TwinQuery {
  text: string
  /** Only cases of this area are compared: the code of a town or community. */
  area: string
  /** At most so many, the likest first. */
  limit?: number
  least?: number
}

interface Area {
  ids: string[]
  /** Sorted pairs of each case, for the exact comparison. */
  pairs: Uint32Array[]
  /** Which cases hold a pair, oldest first. */
  holders: Map<number, number[]>
  gone: Set<number>
  at: Map<string, number>
}

/** Rarest pairs looked up, and how many of a pair's latest holders are compared: both bound a query's time. */
const rarest = 14
const latest = 400
/** The share above which two texts of one area are likely one matter; set on planted paraphrases. */
const likely = 0.3
const pairsOfText = 400

/**
 * Open cases by area, found by the rare character pairs that they share with a new one. Adding and asking take time by
 * the text's length and the two bounds above, not by how many cases are open.
 */
export class TwinIndex {
  readonly #areas = new Map<string, Area>()
  readonly #areaOf = new Map<string, string>()

  get size(): number {
    return this.#areaOf.size
  }

  add(id: string, text: string, areaCode: string): void {
    if (this.#areaOf.has(id)) this.remove(id)
    let area = this.#areas.get(areaCode)
    if (!area)
      this.#areas.set(areaCode, (area = { ids: [], pairs: [], holders: new Map(), gone: new Set(), at: new Map() }))
    const at = area.ids.length
    const pairs = pairsOf(text)
    area.ids.push(id)
    area.pairs.push(pairs)
    area.at.set(id, at)
    this.#areaOf.set(id, areaCode)
    for (const pair of pairs) {
      const holders = area.holders.get(pair)
      if (holders) holders.push(at)
      else area.holders.set(pair, [at])
    }
  }

  /** A closed case is no twin any more. */
  remove(id: string): void {
    const code = this.#areaOf.get(id)
    if (code === undefined) return
    const area = this.#areas.get(code)!
    area.gone.add(area.at.get(id)!)
    this.#areaOf.delete(id)
  }

  find({ text, area: code, limit = 5, least = likely }: TwinQuery): Twin[] {
    const area = this.#areas.get(code)
    if (!area) return []
    const pairs = pairsOf(text)
    const count = (pair: number): number => area.holders.get(pair)?.length ?? 0
    const known = [...pairs].filter((pair) => count(pair) > 0).sort((a, b) => count(a) - count(b))
    const candidates = new Set<number>()
    for (const pair of known.slice(0, rarest)) {
      const holders = area.holders.get(pair)!
      for (let at = Math.max(0, holders.length - latest); at < holders.length; at++) candidates.add(holders[at]!)
    }
    const open = area.ids.length - area.gone.size
    const weight = (pair: number): number => Math.log((open + 1) / (count(pair) + 0.5))
    const own = [...pairs].reduce((sum, pair) => sum + weight(pair), 0)
    const found: Twin[] = []
    for (const at of candidates) {
      if (area.gone.has(at)) continue
      const other = area.pairs[at]!
      const shared = common(pairs, other)
      const both = shared.reduce((sum, pair) => sum + weight(pair), 0)
      const others = other.reduce((sum, pair) => sum + weight(pair), 0)
      const likeness = (2 * both) / (own + others || 1)
      if (likeness < least) continue
      const telling = shared.sort((a, b) => weight(b) - weight(a)).slice(0, 4)
      found.push({ id: area.ids[at]!, likeness, shared: telling.map(spelled) })
    }
    return found.sort((a, b) => b.likeness - a.likeness).slice(0, limit)
  }
}

/** Distinct pairs of neighbouring letters, ascending; a long letter counts by its beginning. */
function pairsOf(text: string): Uint32Array {
  const { text: plain } = normalise(text)
  const pairs = new Set<number>()
  let last = 0
  for (let at = 0; at < plain.length && pairs.size < pairsOfText; at++) {
    const code = plain.charCodeAt(at)
    const letter =
      (code >= 0x3400 && code <= 0x9fff) || (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a)
    if (letter && last !== 0) pairs.add(last * 65_536 + code)
    last = letter ? code : 0
  }
  return Uint32Array.from(pairs).sort()
}

function common(a: Uint32Array, b: Uint32Array): number[] {
  const shared: number[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i]! < b[j]!) i++
    else if (a[i]! > b[j]!) j++
    else {
      shared.push(a[i]!)
      i++
      j++
    }
  }
  return shared
}

const spelled = (pair: number): string => String.fromCharCode(pair >>> 16, pair & 0xffff)
