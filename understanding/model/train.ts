import type { Finds } from '../finds.ts'
import type { Example } from '../corpus/grow.ts'
import { measure } from '../measure.ts'
import type { Figures, Judged } from '../measure.ts'
import { kinds } from '../reading.ts'
import type { Kind } from '../reading.ts'
import { Featuriser, letterUnits, packIdf } from './features.ts'
import { GramCounter } from './grams.ts'
import { columns, lettersSay, packModel } from './model.ts'
import { probabilities } from './probability.ts'
import { shuffle, trainSvm, xorshift } from './svm.ts'
import type { Sparse } from './svm.ts'

export interface TrainOptions {
  /** Lines and letters alike. */
  examples: readonly Example[]
  /** How much an example counts; lines grown from one heart share a heart's weight. */
  weightOf(example: Example): number
  /** First levels, all that the model shall know. */
  topics: readonly string[]
  /** Words found in a text, and the kind the rules give it. */
  look(text: string): { finds: Finds; kind: Kind }
  version: string
  provenance: Record<string, string | number | boolean>
  bits?: number
  seed?: number
  /** Parts of the cross-validation that sets how sharp the confidence is; 0 leaves it at `sharpness`. */
  folds?: number
  sharpness?: { line: number; letter: number }
}

export interface Trained {
  bytes: Uint8Array
  /** Out of fold, each restricted to the topics that occur among them. */
  letters: Figures | null
  lines: Figures | null
}

interface Prepared {
  example: Example
  letter: boolean
  topic: number
  weight: number
  forTopics: Sparse
  forKinds: Sparse
}

/** A gram seen in fewer letters than this is dropped: what only one resident wrote is theirs. */
const leastLetters = 3
const leastLines = 2
const smoothing = 1

/** Trains all heads. Deterministic: the same examples in the same order give the same bytes. */
export function trainModel(options: TrainOptions): Trained {
  const { topics, version, provenance, bits = 18, seed = 17, folds = 5 } = options
  const idf = countGrams(options, bits)
  const prepared = prepare(options, new Featuriser(bits, idf))
  const withTopic = prepared.filter(({ topic }) => topic >= 0)
  const features = 2 ** bits
  const ofLetters = withTopic.filter(({ example }) => example.heart === undefined)
  const letterTopics = topics
    .filter((_, at) => ofLetters.some(({ topic }) => topic === at))
    .slice(0, columns - topics.length - kinds.length - 1)

  let sharpness = options.sharpness ?? { line: 3, letter: 3 }
  let [letters, lines]: [Figures | null, Figures | null] = [null, null]
  if (folds > 0) {
    const held = crossValidate(withTopic, topics.length, features, folds, seed)
    blendLetters(held, crossValidate(ofLetters, topics.length, features, folds, seed, true), letterTopics)
    const fit = (letter: boolean) => {
      // The letters given are letters here, however short.
      const part = held.filter(({ prepared: { example } }) => !example.word && (example.heart === undefined) === letter)
      if (part.length < 50) return null
      const allowed = topics.map((_, at) => part.some((each) => each.prepared.topic === at))
      const sharp = sharpest(part, allowed)
      return { sharp, figures: measure(part.map((each) => judge(each, allowed, sharp, topics))) }
    }
    const [letter, line] = [fit(true), fit(false)]
    sharpness = { line: line?.sharp ?? sharpness.line, letter: letter?.sharp ?? line?.sharp ?? sharpness.letter }
    letters = letter?.figures ?? null
    lines = line?.figures ?? null
  }
  const weights = [
    ...topicHeads(withTopic, topics.length, features, seed),
    ...kinds.map((kind) => kindHead(prepared, kind, features, seed)),
    matterHead(prepared, features, seed),
    ...letterHeads(ofLetters, topics.length, features, seed).filter((_, at) => letterTopics.includes(topics[at]!)),
  ]
  const header = { version, bits, topics: [...topics], letterTopics, sharpness, provenance }
  return { bytes: packModel(header, idf, weights), letters, lines }
}

function countGrams({ examples, look }: TrainOptions, bits: number): Uint8Array {
  const counter = new GramCounter(bits)
  const inLetters = new Uint32Array(2 ** bits)
  const inLines = new Uint32Array(2 ** bits)
  for (const { text } of examples) {
    const normal = look(text).finds.text
    const to = normal.length > letterUnits ? inLetters : inLines
    const { size, buckets } = counter.count(normal)
    for (let at = 0; at < size; at++) to[buckets[at]!]!++
  }
  return Uint8Array.from(inLetters, (letters, bucket) =>
    letters >= leastLetters || inLines[bucket]! >= leastLines
      ? packIdf(examples.length, letters + inLines[bucket]!)
      : 0,
  )
}

function prepare({ examples, topics, weightOf, look }: TrainOptions, featuriser: Featuriser): Prepared[] {
  return examples.map((example) => {
    const { finds, kind } = look(example.text)
    const { grams, topics: topicsEnd, size, index, value } = featuriser.of(finds, kind)
    const first = example.topic?.split('/')[0]
    return {
      example,
      letter: finds.text.length > letterUnits,
      topic: first === undefined ? -1 : topics.indexOf(first),
      weight: weightOf(example),
      // A word of the list would teach that the list is always right.
      forTopics: {
        index: index.slice(0, example.word ? grams : topicsEnd),
        value: value.slice(0, example.word ? grams : topicsEnd),
      },
      forKinds: {
        index: Uint32Array.from([...index.subarray(0, grams), ...index.subarray(topicsEnd, size)]),
        value: Float32Array.from([...value.subarray(0, grams), ...value.subarray(topicsEnd, size)]),
      },
    }
  })
}

/** One against the rest; `right` says which examples are of the class. Rare classes count more, but not in full. */
function head(
  examples: readonly Prepared[],
  of: 'forTopics' | 'forKinds',
  right: (each: Prepared) => boolean,
  features: number,
  seed: number,
): Float64Array {
  const sign = Int8Array.from(examples, (each) => (right(each) ? 1 : -1))
  const total = examples.reduce((sum, { weight }) => sum + weight, 0)
  const mine = examples.reduce((sum, { weight }, at) => sum + (sign[at] === 1 ? weight : 0), 0)
  const lift = mine === 0 ? 1 : Math.max(1, Math.sqrt(total / mine / 8))
  const weight = Float64Array.from(examples, (each, at) => each.weight * (sign[at] === 1 ? lift : 1))
  return trainSvm(
    examples.map((each) => each[of]),
    sign,
    weight,
    { features, cost: 1, rounds: 30, seed },
  )
}

/**
 * A second opinion of another make: features scaled by how much oftener they stand in the class (Wang and Manning's
 * NB-SVM). Scaling is linear, so that it folds into ordinary weights.
 */
function ratioHead(
  examples: readonly Prepared[],
  right: (each: Prepared) => boolean,
  features: number,
  seed: number,
): Float64Array {
  const inside = new Float64Array(features).fill(smoothing)
  const outside = new Float64Array(features).fill(smoothing)
  for (const each of examples) {
    const to = right(each) ? inside : outside
    const { index } = each.forTopics
    for (let k = 0; k < index.length; k++) to[index[k]!]!++
  }
  const sum = (of: Float64Array): number => of.reduce((all, each) => all + each, 0)
  const balance = Math.log(sum(outside) / sum(inside))
  const ratio = inside.map((each, at) => Math.log(each / outside[at]!) + balance)
  const scaled = examples.map((each) => {
    const { index, value } = each.forTopics
    const grown = value.map((amount, k) => amount * ratio[index[k]!]!)
    const norm = Math.hypot(...grown) || 1
    return { ...each, forTopics: { index, value: grown.map((amount) => amount / norm) } }
  })
  const norms = examples.map(({ forTopics }) => {
    const { index, value } = forTopics
    return Math.hypot(...value.map((amount, k) => amount * ratio[index[k]!]!))
  })
  const typical = norms.toSorted((a, b) => a - b)[norms.length >> 1] ?? 1
  return head(scaled, 'forTopics', right, features, seed).map((weight, at) => (weight * ratio[at]!) / typical)
}

function topicHeads(examples: readonly Prepared[], count: number, features: number, seed: number): Float64Array[] {
  return Array.from({ length: count }, (_, topic) =>
    head(examples, 'forTopics', (each) => each.topic === topic, features, seed),
  )
}

function letterHeads(letters: readonly Prepared[], count: number, features: number, seed: number): Float64Array[] {
  const plain = topicHeads(letters, count, features, seed)
  return plain.map((weights, topic) => {
    const ratio = ratioHead(letters, (each) => each.topic === topic, features, seed)
    return weights.map((weight, at) => (weight + ratio[at]!) / 2)
  })
}

function kindHead(prepared: readonly Prepared[], kind: Kind, features: number, seed: number): Float64Array {
  const known = prepared.filter(({ example }) => example.kind !== null)
  return head(known, 'forKinds', ({ example }) => example.kind === kind, features, seed)
}

/** A line of a group: a matter for somebody, or neighbours' talk. */
function matterHead(prepared: readonly Prepared[], features: number, seed: number): Float64Array {
  const talk = new Set<Kind | null>(['chitchat', 'progress', 'evaluation'])
  const told = prepared
    .filter(({ example }) => !example.word && (example.kind !== null || example.setting === 'group'))
    .map((each) => ({
      ...each,
      weight: each.weight * (each.example.setting === 'group' ? 3 : talk.has(each.example.kind) ? 1 : 0.15),
    }))
  return head(told, 'forKinds', ({ example }) => !talk.has(example.kind), features, seed)
}

interface Held {
  prepared: Prepared
  margins: Float64Array
}

function crossValidate(
  examples: readonly Prepared[],
  count: number,
  features: number,
  folds: number,
  seed: number,
  letters = false,
): Held[] {
  const hearts = [...new Set(examples.map(({ example }, at) => example.heart ?? -at))]
  shuffle(hearts, xorshift(seed))
  const foldOf = new Map(hearts.map((heart, at) => [heart, at % folds]))
  const fold = examples.map(({ example }, at) => foldOf.get(example.heart ?? -at)!)
  const held: Held[] = []
  for (let out = 0; out < folds; out++) {
    const seen = examples.filter((_, at) => fold[at] !== out)
    const heads = letters ? letterHeads(seen, count, features, seed) : topicHeads(seen, count, features, seed)
    for (const [at, prepared] of examples.entries()) {
      if (fold[at] !== out) continue
      const { index, value } = prepared.forTopics
      const margins = Float64Array.from(heads, (weights) => {
        let margin = 0
        for (let k = 0; k < index.length; k++) margin += weights[index[k]!]! * value[k]!
        return margin
      })
      held.push({ prepared, margins })
    }
  }
  return held
}

/** As `Model.topicMargins` does where only topics of letters are asked for. */
function blendLetters(held: readonly Held[], alone: readonly Held[], letterTopics: readonly string[]): void {
  if (letterTopics.length < 2) return
  const margins = new Map(alone.map((each) => [each.prepared, each.margins]))
  for (const each of held) {
    const other = margins.get(each.prepared)
    if (other) each.margins = each.margins.map((margin, at) => margin * (1 - lettersSay) + other[at]! * lettersSay)
  }
}

function judge({ prepared, margins }: Held, allowed: boolean[], sharp: number, topics: readonly string[]): Judged {
  const shares = probabilities(margins, allowed, sharp)
  const top = shares.indexOf(Math.max(...shares))
  return { truth: topics[prepared.topic]!, said: topics[top]!, confidence: shares[top]! }
}

/** The factor under which what happened was least surprising. */
function sharpest(held: readonly Held[], allowed: boolean[]): number {
  let [best, least] = [1, Infinity]
  for (let sharp = 0.5; sharp <= 12; sharp += 0.1) {
    let surprise = 0
    for (const { prepared, margins } of held)
      surprise -= Math.log(Math.max(1e-6, probabilities(margins, allowed, sharp)[prepared.topic]!))
    if (surprise < least) [best, least] = [sharp, surprise]
  }
  return Math.round(best * 10) / 10
}
