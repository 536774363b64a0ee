import type { Finds } from '../finds.ts'
import { longest } from '../finds.ts'
import { dangerWords, unrealWords } from '../lexicon/danger.ts'
import { kindWords } from '../lexicon/kind.ts'
import type { Kind } from '../reading.ts'
import { votesOf } from '../topic.ts'
import { GramCounter } from './grams.ts'

/**
 * What a text is to the model: buckets and values. `[0, grams)` speak for everything, `[grams, topics)` for topics only,
 * `[topics, size)` for kinds only. A view of shared buffers: use it before the next call.
 */
export interface Features {
  grams: number
  topics: number
  size: number
  index: Uint32Array
  value: Float32Array
}

/** How much each block weighs beside the grams' 1. */
const weights = { bias: 0.3, paths: 1, words: 0.5, kinds: 0.8 }
/** From here on a message is a letter: it has an opening, a story and a plea. */
export const letterUnits = 60
const kindLists = Object.keys(kindWords).map((list) => ({ list, has: `list ${list}`, opens: `opens ${list}` }))
const dangerLists = Object.keys(dangerWords).map((list) => ({ list, has: `word ${list}` }))
const unrealLists = ['harmless', ...Object.keys(unrealWords)].map((list) => ({ list, has: `list ${list}` }))
const room = 20_000
const idfStep = 0.0625

/** Inverse document frequency in a byte; 0 leaves the bucket out. */
export const packIdf = (documents: number, inHowMany: number): number =>
  Math.max(1, Math.min(255, Math.round((Math.log((1 + documents) / (1 + inHowMany)) + 1) / idfStep)))

/** The root: full weight to rare grams overfits on two thousand letters. */
const unpacked = Float32Array.from({ length: 256 }, (_, at) => Math.sqrt(at * idfStep))
/** The root of each bucket's idf, by which its value is already multiplied once. */
export const rootIdf = (idf: Uint8Array): Float32Array => Float32Array.from(idf, (packed) => unpacked[packed]!)
const logs = Float32Array.from({ length: 256 }, (_, at) => 1 + Math.log(at))

/** Turns texts into features. `idf`: a byte per bucket of `2 ** bits`. */
export class Featuriser {
  readonly #bits: number
  readonly #idf: Uint8Array
  readonly #counter: GramCounter
  readonly #index = new Uint32Array(room)
  readonly #value = new Float32Array(room)
  readonly #named = new Map<string, number>()
  readonly #paths = new Map<string, number>()
  readonly #words = new Map<string, number>()

  constructor(bits: number, idf: Uint8Array) {
    this.#bits = bits
    this.#idf = idf
    this.#counter = new GramCounter(bits)
  }

  of(finds: Finds, ruled: Kind): Features {
    const index = this.#index
    const value = this.#value
    const { text } = finds
    let size = 0
    const counted = this.#counter.count(text)
    for (let at = 0; at < counted.size; at++) {
      const bucket = counted.buckets[at]!
      const idf = this.#idf[bucket]!
      if (idf === 0) continue
      index[size] = bucket
      value[size++] = logs[Math.min(255, counted.counts[at]!)]! * unpacked[idf]!
    }
    this.#scale(0, size, 1)
    const add = (bucket: number, amount: number): void => {
      if (size >= room) return
      index[size] = bucket
      value[size++] = amount
    }
    const put = (name: string, amount: number): void => add(this.#bucketOf(name), amount)
    put('bias', weights.bias)
    put(text.length > letterUnits ? 'letter' : 'line', weights.bias)
    const grams = size

    const { scores, words } = votesOf(finds)
    for (const [path, score] of scores) add(this.#prefixed(this.#paths, 'path', path), Math.log1p(score))
    this.#scale(grams, size, weights.paths)
    const firstWord = size
    for (const [word, times] of words) add(this.#prefixed(this.#words, 'word', word), logs[Math.min(255, times)]!)
    for (const { list, has } of dangerLists) if (finds.has(list)) put(has, 1)
    this.#scale(firstWord, size, weights.words)
    const topics = size

    put(`rule ${ruled}`, 1)
    for (const { list, has } of unrealLists) if (finds.has(list)) put(has, 0.5)
    for (const { list, has, opens } of kindLists) {
      if (!finds.has(list)) continue
      const found = longest(finds.of(list))
      put(has, 1)
      // 请问 at the very start is another thing than in the middle.
      if (found[0]!.start < 4) put(opens, 0.7)
    }
    if (finds.has('place')) put('place', 0.7)
    if (finds.has('topic')) put('topic', 0.7)
    if (/[吗呢不没?]\s*$/.test(text.slice(-3).replace(/[^\p{L}?]/gu, ''))) put('asks', 0.7)
    this.#scale(topics, size, weights.kinds)
    return { grams, topics, size, index, value }
  }

  /** Looked up by the name itself: putting prefix and name together for each text cost more than the look-up. */
  #prefixed(known: Map<string, number>, prefix: string, name: string): number {
    let bucket = known.get(name)
    if (bucket === undefined) known.set(name, (bucket = this.#bucketOf(`${prefix} ${name}`)))
    return bucket
  }

  #bucketOf(name: string): number {
    let bucket = this.#named.get(name)
    if (bucket === undefined) {
      let hash = 0x811c9dc5
      for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
      bucket = (hash ^ (hash >>> 13)) >>> (32 - this.#bits)
      this.#named.set(name, bucket)
    }
    return bucket
  }

  #scale(from: number, to: number, norm: number): void {
    let square = 0
    for (let at = from; at < to; at++) square += this.#value[at]! ** 2
    if (square === 0) return
    const factor = norm / Math.sqrt(square)
    for (let at = from; at < to; at++) this.#value[at]! *= factor
  }
}
