/** Which cases of an area hold a token, newest first, and how many do; in flat arrays, for there are a great many. */
export class Postings {
  readonly #ofToken = new Map<number, number>()
  #counts = new Int32Array(256)
  #heads = new Int32Array(256).fill(-1)
  #lengths = new Int32Array(256)
  #slots = new Int32Array(512)
  #next = new Int32Array(512)
  #end = 0
  #removals = 0

  /** One case more, or one less, holds it. */
  count(token: number, by: 1 | -1): void {
    this.#counts[this.#entry(token)]! += by
  }

  /** How many cases hold it. */
  held(token: number): number {
    const entry = this.#ofToken.get(token)
    return entry === undefined ? 0 : this.#counts[entry]!
  }

  add(token: number, slot: number): void {
    const entry = this.#entry(token)
    if (this.#end === this.#slots.length) {
      this.#slots = longer(this.#slots)
      this.#next = longer(this.#next)
    }
    this.#slots[this.#end] = slot
    this.#next[this.#end] = this.#heads[entry]!
    this.#heads[entry] = this.#end++
    this.#lengths[entry]! += 1
  }

  /** How many were added, also those that are gone since. */
  length(token: number): number {
    const entry = this.#ofToken.get(token)
    return entry === undefined ? 0 : this.#lengths[entry]!
  }

  each(token: number, most: number, take: (slot: number) => void): void {
    const entry = this.#ofToken.get(token)
    if (entry === undefined) return
    let at = this.#heads[entry]!
    for (let seen = 0; at >= 0 && seen < most; seen++) {
      take(this.#slots[at]!)
      at = this.#next[at]!
    }
  }

  /** Called at each removal: once as many were removed as there are tokens, what is gone is left out. */
  tidy(isThere: (slot: number) => boolean): void {
    if (++this.#removals < Math.max(1024, this.#ofToken.size / 8)) return
    const entries = [...this.#ofToken].map(([token, entry]) => {
      const slots: number[] = []
      this.each(token, Infinity, (slot) => void (isThere(slot) && slots.push(slot)))
      return { token, count: this.#counts[entry]!, slots }
    })
    this.#ofToken.clear()
    this.#counts = new Int32Array(256)
    this.#heads = new Int32Array(256).fill(-1)
    this.#lengths = new Int32Array(256)
    this.#slots = new Int32Array(512)
    this.#next = new Int32Array(512)
    this.#end = 0
    this.#removals = 0
    for (const { token, count, slots } of entries) {
      if (count === 0 && slots.length === 0) continue
      this.#counts[this.#entry(token)] = count
      for (const slot of slots.toReversed()) this.add(token, slot)
    }
  }

  #entry(token: number): number {
    let entry = this.#ofToken.get(token)
    if (entry !== undefined) return entry
    entry = this.#ofToken.size
    if (entry === this.#counts.length) {
      this.#counts = longer(this.#counts)
      this.#lengths = longer(this.#lengths)
      const heads = longer(this.#heads)
      heads.fill(-1, entry)
      this.#heads = heads
    }
    this.#ofToken.set(token, entry)
    return entry
  }
}

function longer(array: Int32Array): Int32Array<ArrayBuffer> {
  const twice = new Int32Array(2 * array.length)
  twice.set(array)
  return twice
}
