import { gistOf, isMatter, isThing, nameOfMatter, shareOfPair, wordsOf } from './gist.ts'
import type { Gist, GistSource } from './gist.ts'
import { GistShelf } from './gist-shelf.ts'
import { likenessOf, shared, weightOf } from './likeness.ts'
import { Postings } from './postings.ts'

/** A case to be compared. */
export interface TwinCase extends GistSource {
  /** Only cases of this area are compared: the code of a county, or of whatever a wall surrounds. */
  area: string
  openedAt: Date
}

/** A case that may be a twin of a new one, and why. */
export interface Twin {
  id: string
  /** 0..1: how likely they are one matter. */
  likeness: number
  reason: TwinReason
}

export interface TwinReason {
  /** `same`: one place by name; `near`: one community, for all we know. */
  place: 'same' | 'near' | null
  /** What both are about, the most telling first: 路灯, 电梯. Our own words, not the residents'. */
  matters: string[]
  /** Other words of the asked text that the other holds too. */
  words: string[]
}

export interface TwinQuery {
  /** At most so many, the likest first. */
  limit?: number
  least?: number
}

interface Area {
  size: number
  postings: Postings
}

/** From here on two cases are likely one matter: nine of ten are (docs/adr/0020). */
const likely = 0.62
/** Tokens looked up, how many of a token's latest holders are seen, and how many cases are compared in full. */
const rarest = 48
const latest = 256
const compared = 96
const shownWords = 5

/**
 * Open cases by area, found by what they hold in common with a new one. Adding and asking take time by the text's
 * length and the bounds above, not by how many cases are open.
 */
export class TwinIndex {
  readonly #areas = new Map<string, Area>()
  readonly #shelf = new GistShelf()
  readonly #slots = new Map<string, { slot: number; area: string }>()
  readonly #ids: (string | null)[] = []

  get size(): number {
    return this.#slots.size
  }

  has(id: string): boolean {
    return this.#slots.has(id)
  }

  /** Added again it is what it was added as last. */
  add(id: string, source: TwinCase): void {
    this.remove(id)
    const gist = gistOf(source)
    let area = this.#areas.get(source.area)
    if (!area) this.#areas.set(source.area, (area = { size: 0, postings: new Postings() }))
    const slot = this.#shelf.put(gist, minuteOf(source.openedAt))
    this.#ids[slot] = id
    this.#slots.set(id, { slot, area: source.area })
    area.size += 1
    for (const token of counted(gist)) area.postings.count(token, 1)
    for (const token of keysOf(gist)) area.postings.add(token, slot)
  }

  /** A closed case is no twin any more. */
  remove(id: string): void {
    const known = this.#slots.get(id)
    if (!known) return
    const area = this.#areas.get(known.area)!
    for (const token of counted(this.#shelf.get(known.slot)!.gist)) area.postings.count(token, -1)
    this.#shelf.drop(known.slot)
    this.#slots.delete(id)
    this.#ids[known.slot] = null
    area.size -= 1
    if (area.size === 0) this.#areas.delete(known.area)
    else area.postings.tidy((slot) => this.#ids[slot] !== null)
  }

  /** Cases that are likely the same matter; the asked case itself, if it is here, is not among them. */
  find(source: TwinCase, { limit = 5, least = likely }: TwinQuery = {}, self?: string): Twin[] {
    const area = this.#areas.get(source.area)
    if (!area) return []
    const { postings } = area
    const gist = gistOf(source)
    const own = new Set(counted(gist))
    const isHere = self !== undefined && this.#slots.get(self)?.area === source.area
    const size = area.size + (isHere ? 0 : 1)
    const weights = new Map<number, number>()
    const weight = (token: number): number => {
      let known = weights.get(token)
      if (known === undefined) {
        const held = postings.held(token) + (own.has(token) && !isHere ? 1 : 0)
        weights.set(token, (known = weightOf(token, held, size)))
      }
      return known
    }

    const casesOf = postings.held(gist.resident) + (isHere ? 0 : 1)
    const found: { slot: number; likeness: number; where: Twin['reason']['place']; other: Gist }[] = []
    for (const slot of this.#candidates(gist, postings, self)) {
      const { gist: other, atMinute } = this.#shelf.get(slot)!
      const days = Math.abs(minuteOf(source.openedAt) - atMinute) / (24 * 60)
      const { likeness, where } = likenessOf(gist, other, weight, days, casesOf)
      if (likeness >= least) found.push({ slot, likeness, where: where === 'apart' ? null : where, other })
    }
    found.sort((a, b) => b.likeness - a.likeness || a.slot - b.slot)
    return found.slice(0, limit).map(({ slot, likeness, where, other }) => {
      const telling = (tokens: number[]): number[] => tokens.sort((a, b) => weight(b) - weight(a))
      const matters = telling(shared(gist.matters, other.matters).filter(isThing)).map(nameOfMatter)
      const words = wordsOf(source.text, new Set(shared(gist.names, other.names))).sort((a, b) => b.length - a.length)
      return { id: this.#ids[slot]!, likeness, reason: { place: where, matters, words: words.slice(0, shownWords) } }
    })
  }

  /** The cases that hold most of the asked one's rare tokens; those to be compared in full. */
  #candidates(gist: Gist, postings: Postings, self: string | undefined): number[] {
    const keys = keysOf(gist)
      .map((token) => ({ token, held: postings.length(token) }))
      .filter(({ held }) => held > (self === undefined ? 0 : 1))
      .sort((a, b) => a.held - b.held)
      .slice(0, rarest)
    const scores = new Map<number, number>()
    for (const { token, held } of keys) {
      const worth = 1 / Math.log(2 + held)
      postings.each(token, latest, (slot) => {
        if (this.#ids[slot] !== null && this.#ids[slot] !== self) scores.set(slot, (scores.get(slot) ?? 0) + worth)
      })
    }
    return [...scores]
      .sort(([, a], [, b]) => b - a)
      .slice(0, compared)
      .map(([slot]) => slot)
  }
}

/** What is counted to know how rare it is. */
function* counted({ names, matters, called, resident }: Gist): Generator<number> {
  yield* names
  yield* matters
  if (called !== 0) yield called
  if (resident !== 0) yield resident
}

/** What a case can be found by: its rare names, and each thing at each place. */
function keysOf({ names, matters, places, called, near }: Gist): number[] {
  const keys = [...names].filter((token) => shareOfPair(token) === 0)
  const wheres = new Set([...places, called, near].filter((token) => token !== 0))
  if (places.length > 0) keys.push(places[0]!)
  for (const where of wheres)
    for (const matter of matters) if (isMatter(matter) && isThing(matter)) keys.push(together(where, matter))
  return keys
}

/** Above all tokens, and still a small integer. */
const together = (place: number, matter: number): number =>
  -1 - ((Math.imul(place, 0x9e3779b1) ^ Math.imul(matter, 0x85ebca6b)) >>> 2)

const minuteOf = (date: Date): number => Math.max(0, Math.floor(date.getTime() / 60_000))
