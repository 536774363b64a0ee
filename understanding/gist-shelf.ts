import type { Gist } from './gist.ts'

const pageWords = 1 << 18
const groups = ['names', 'headNames', 'matters', 'headMatters', 'places', 'numbers', 'letters'] as const
const fixed = 5
const header = fixed + groups.length

/**
 * Gists of a great many cases, packed into a few large arrays: as objects of their own they would take several times
 * the room, most of it in the heap. A slot is given once; what was taken off leaves its room when half of all is such.
 */
export class GistShelf {
  #pages: Uint32Array[] = []
  /** Where each slot's gist stands: page × pageWords + offset; -1 once it is gone. */
  #places = new Float64Array(1024)
  #slots = 0
  #end = pageWords
  #words = 0
  #lost = 0

  put(gist: Gist, atMinute: number): number {
    const slot = this.#slots++
    if (slot === this.#places.length) {
      const longer = new Float64Array(2 * slot)
      longer.set(this.#places)
      this.#places = longer
    }
    const packed = pack(gist, atMinute)
    this.#places[slot] = this.#write(packed)
    this.#words += packed.length
    return slot
  }

  drop(slot: number): void {
    const record = this.#record(slot)
    if (!record) return
    this.#places[slot] = -1
    this.#lost += record.length
    if (this.#lost > 4 * pageWords && this.#lost > this.#words / 2) this.#tidy()
  }

  get(slot: number): { gist: Gist; atMinute: number } | null {
    const record = this.#record(slot)
    return record && unpack(record)
  }

  /** Null once it is gone. */
  #record(slot: number): Uint32Array | null {
    const place = this.#places[slot]!
    if (place < 0) return null
    const page = this.#pages[Math.floor(place / pageWords)]!
    const start = place % pageWords
    let length = header
    for (let group = 0; group < groups.length; group++) length += page[start + fixed + group]!
    return page.subarray(start, start + length)
  }

  #write(packed: Uint32Array): number {
    if (this.#end + packed.length > pageWords) {
      this.#pages.push(new Uint32Array(pageWords))
      this.#end = 0
    }
    const page = this.#pages.length - 1
    this.#pages[page]!.set(packed, this.#end)
    const place = page * pageWords + this.#end
    this.#end += packed.length
    return place
  }

  #tidy(): void {
    const old = this.#pages
    this.#pages = []
    this.#end = pageWords
    this.#words = 0
    this.#lost = 0
    for (let slot = 0; slot < this.#slots; slot++) {
      const place = this.#places[slot]!
      if (place < 0) continue
      const pages = this.#pages
      this.#pages = old
      const record = this.#record(slot)!
      this.#pages = pages
      this.#places[slot] = this.#write(record)
      this.#words += record.length
    }
  }
}

function pack(gist: Gist, atMinute: number): Uint32Array {
  const length = groups.reduce((sum, group) => sum + gist[group].length, header)
  const packed = new Uint32Array(length)
  packed.set([atMinute, gist.called, gist.near, gist.isLine ? 1 : 0, gist.resident])
  let end = header
  for (const [at, group] of groups.entries()) {
    packed[fixed + at] = gist[group].length
    packed.set(gist[group], end)
    end += gist[group].length
  }
  return packed
}

function unpack(record: Uint32Array): { gist: Gist; atMinute: number } {
  let end = header
  const [names, headNames, matters, headMatters, places, numbers, letters] = groups.map((_, at) => {
    const start = end
    end += record[fixed + at]!
    return record.subarray(start, end)
  }) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  const [atMinute, called, near, isLine, resident] = record as unknown as [number, number, number, number, number]
  const gist = {
    names,
    headNames,
    matters,
    headMatters,
    places,
    numbers,
    letters,
    called,
    near,
    resident,
    isLine: isLine === 1,
  }
  return { gist, atMinute }
}
