import { MashangError } from '#base'
import type { Kind } from '../reading.ts'
import { kinds } from '../reading.ts'
import type { Calibration } from './calibration.ts'
import { Featuriser } from './features.ts'
import type { Features } from './features.ts'

/** Margins from which the learnt head of emergencies has its say beside the rules. */
export interface DangerBounds {
  /** Above: an emergency that no rule saw. */
  raise: number
  /** Below: what a rule took for one is none. */
  refuse: number
}

/** What stands before the weights, as JSON. */
export interface ModelHeader {
  version: string
  bits: number
  /** First levels, in the order of the weights' columns. */
  topics: string[]
  /** Those of them that real letters were labelled with: they have heads of letters alone, in the last columns. */
  letterTopics: string[]
  /** Largest absolute weight of each column: topics, kinds, then whether a line of a group is a matter. */
  scales: number[]
  /** What margins are multiplied by before the softmax, for lines and for letters. */
  sharpness: { line: number; letter: number }
  /** How often an answer of such a share was right in trials; a model without says the share itself. */
  calibration?: { line: Calibration; letter: Calibration } | undefined
  /** Where one was trained, the head of emergencies: it stands after the others, alone. */
  danger?: (DangerBounds & { scale: number }) | undefined
  /** What it was built of, and how it did there. */
  provenance: Record<string, string | number | boolean>
}

/** A row of weights is one cache line. */
export const columns = 32
/** By cross-validation on the letters: more overfits, less lets the corpus's short lines decide. */
export const lettersSay = 0.7
const magic = 'MSM1'
/** Small weights matter most and are many: a byte stands for the square root. */
const decoded = Float32Array.from({ length: 256 }, (_, at) => {
  const signed = at < 128 ? at : at - 256
  return Math.sign(signed) * (signed / 127) ** 2
})

/** Linear heads over hashed features, one byte a weight. Immutable; not to be shared between threads. */
export class Model {
  readonly header: ModelHeader
  /** A byte per bucket, as the featuriser takes it. */
  readonly idf: Uint8Array
  readonly #weights: Uint8Array
  readonly #featuriser: Featuriser
  readonly #sums = new Float32Array(columns)

  private constructor(header: ModelHeader, idf: Uint8Array, weights: Uint8Array) {
    this.header = header
    this.idf = idf
    this.#weights = weights
    this.#featuriser = new Featuriser(header.bits, idf)
  }

  /** @throws `MODEL_UNREADABLE` */
  static read(bytes: Uint8Array): Model {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const begins = bytes.length > 8 ? String.fromCharCode(...bytes.subarray(0, 4)) : ''
    const length = begins === magic ? view.getUint32(4, true) : 0
    if (length === 0 || 8 + length > bytes.length) throw unreadable('its beginning is not that of a model')
    let header: ModelHeader
    try {
      header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as ModelHeader
    } catch (cause) {
      throw unreadable('its header is not JSON', cause)
    }
    const buckets = 2 ** header.bits
    const start = 8 + length
    const heads = columns + (header.danger ? 1 : 0)
    if (bytes.length !== start + buckets * (1 + heads)) throw unreadable('it is cut short')
    return new Model(header, bytes.subarray(start, start + buckets), bytes.subarray(start + buckets))
  }

  /** One head's weights, as far as a byte holds them: where further training starts. */
  column(at: number): Float64Array {
    const scale = this.header.scales[at]!
    return Float64Array.from(this.idf, (_, bucket) => decoded[this.#weights[bucket * columns + at]!]! * scale)
  }

  /** The head of emergencies, for further packing. */
  dangerColumn(): Float64Array | null {
    const { danger } = this.header
    if (!danger) return null
    return Float64Array.from(this.idf, (_, bucket) => this.#dangerWeight(bucket) * danger.scale)
  }

  /** How much a text sounds like an emergency; null where no head was trained. */
  dangerMargin({ grams, topics, size, index, value }: Features): number | null {
    const { danger } = this.header
    if (!danger) return null
    let sum = 0
    for (let at = 0; at < size; at++) {
      if (at === grams) at = topics
      if (at < size) sum += this.#dangerWeight(index[at]!) * value[at]!
    }
    return sum * danger.scale
  }

  #dangerWeight(bucket: number): number {
    return decoded[this.#weights[this.idf.length * columns + bucket]!]!
  }

  featuresOf(...of: Parameters<Featuriser['of']>): Features {
    return this.#featuriser.of(...of)
  }

  /**
   * Margins of all topics, in the header's order. Where only topics of letters are allowed, the heads that know nothing
   * but letters have the larger say.
   */
  topicMargins(features: Features, allowed: readonly boolean[]): Float32Array {
    const { topics, letterTopics } = this.header
    const margins = this.#margins(features, 0, topics.length, true).slice(0, topics.length)
    if (letterTopics.length < 2 || !topics.every((topic, at) => !allowed[at] || letterTopics.includes(topic)))
      return margins
    const first = topics.length + kinds.length + 1
    const alone = this.#margins(features, first, first + letterTopics.length, true)
    for (const [at, topic] of letterTopics.entries()) {
      const column = topics.indexOf(topic)
      margins[column] = margins[column]! * (1 - lettersSay) + alone[at]! * lettersSay
    }
    return margins
  }

  /** Margin of each kind; the last is that of a matter against neighbours' talk. */
  kindMargins(features: Features): { kinds: Map<Kind, number>; matter: number } {
    const first = this.header.topics.length
    const sums = this.#margins(features, first, first + kinds.length + 1, false)
    return { kinds: new Map(kinds.map((kind, at) => [kind, sums[at]!])), matter: sums[kinds.length]! }
  }

  #margins({ grams, topics, size, index, value }: Features, from: number, to: number, ofTopics: boolean): Float32Array {
    const sums = this.#sums
    const weights = this.#weights
    const count = to - from
    sums.fill(0)
    const end = ofTopics ? topics : size
    for (let at = 0; at < end; at++) {
      if (at === grams && !ofTopics) at = topics
      const row = index[at]! * columns + from
      const amount = value[at]!
      for (let column = 0; column < count; column++) sums[column]! += decoded[weights[row + column]!]! * amount
    }
    for (let column = 0; column < count; column++) sums[column]! *= this.header.scales[from + column]!
    return sums
  }
}

/** `weights`: per column a number per bucket. The same input gives the same bytes. */
export function packModel(
  header: Omit<ModelHeader, 'scales' | 'danger'> & { danger?: DangerBounds | undefined },
  idf: Uint8Array,
  weights: readonly Float64Array[],
  dangerWeights: Float64Array | null = null,
): Uint8Array {
  const scales = weights.map(largest)
  const danger = header.danger && dangerWeights ? { ...header.danger, scale: largest(dangerWeights) } : undefined
  const head = new TextEncoder().encode(JSON.stringify({ ...header, danger, scales }))
  const start = 8 + head.length
  const bytes = new Uint8Array(start + idf.length * (1 + columns + (danger ? 1 : 0)))
  bytes.set(new TextEncoder().encode(magic))
  new DataView(bytes.buffer).setUint32(4, head.length, true)
  bytes.set(head, 8)
  bytes.set(idf, start)
  const body = bytes.subarray(start + idf.length)
  for (const [column, values] of weights.entries()) {
    for (let bucket = 0; bucket < values.length; bucket++)
      body[bucket * columns + column] = encoded(values[bucket]! / scales[column]!)
  }
  if (danger && dangerWeights)
    for (const [bucket, weight] of dangerWeights.entries())
      body[idf.length * columns + bucket] = encoded(weight / danger.scale)
  return bytes
}

const largest = (column: Float64Array): number => column.reduce((most, each) => Math.max(most, Math.abs(each)), 1e-9)
const encoded = (weight: number): number => Math.round(Math.sign(weight) * Math.sqrt(Math.abs(weight)) * 127) & 0xff

const unreadable = (why: string, cause?: unknown): MashangError =>
  new MashangError(`The model can't be read: ${why}`, {
    code: 'MODEL_UNREADABLE',
    fix: 'Go back to the one before with `mashang train --rollback`, or fetch the shipped file again.',
    cause,
  })
