/** Buckets hit by one text, each once, with how often. Views of a shared buffer: use them before the next call. */
export interface Counted {
  size: number
  buckets: Uint32Array
  counts: Uint16Array
}

/** A letter longer than this says the same again; what it is about stands in its first pages. */
const readUnits = 4000
const most = readUnits * 3

/**
 * Counts the character 1-, 2- and 3-grams of a normalised text in `2 ** bits` buckets. Only hashes are kept: with
 * trillions of possible trigrams to a bucket, no word can be read back from a model built on them.
 */
export class GramCounter {
  readonly #shift: number
  readonly #slot: Int32Array
  readonly #buckets = new Uint32Array(most)
  readonly #counts = new Uint16Array(most)
  readonly #counted: Counted

  constructor(bits: number) {
    this.#shift = 32 - bits
    this.#slot = new Int32Array(2 ** bits).fill(-1)
    this.#counted = { size: 0, buckets: this.#buckets, counts: this.#counts }
  }

  count(text: string): Counted {
    const buckets = this.#buckets
    let size = 0
    const add = (hash: number): void => {
      const bucket = mixed(hash) >>> this.#shift
      const slot = this.#slot[bucket]!
      if (slot >= 0) {
        if (this.#counts[slot]! < 65_535) this.#counts[slot]!++
        return
      }
      this.#slot[bucket] = size
      buckets[size] = bucket
      this.#counts[size++] = 1
    }
    let [before, last] = [0, 0]
    const end = Math.min(text.length, readUnits)
    for (let at = 0; at < end; at++) {
      const code = plain(text.charCodeAt(at))
      if (code === 0) {
        // Grams don't reach over a point, or 。路 would differ from 路.
        before = last = 0
        continue
      }
      add(code)
      if (last !== 0) {
        const two = Math.imul(last, 0x9e3779b1) + code
        add(two ^ 0x5bd1e995)
        if (before !== 0) add((Math.imul(before, 0x85ebca6b) ^ Math.imul(two, 0xc2b2ae35)) | 0)
      }
      before = last
      last = code
    }
    for (let at = 0; at < size; at++) this.#slot[buckets[at]!] = -1
    this.#counted.size = size
    return this.#counted
  }
}

/** Digits are one; what is no letter is none. */
function plain(code: number): number {
  if (code >= 0x4e00 && code <= 0x9fff) return code
  if (code >= 0x30 && code <= 0x39) return 0x30
  if (code >= 0x61 && code <= 0x7a) return code
  return code >= 0x3400 && !(code >= 0xfe00) ? code : 0
}

function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}
