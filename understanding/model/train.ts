import { measure } from '../measure.ts'
import type { Figures, Judged } from '../measure.ts'
import { kinds } from '../reading.ts'
import { Featuriser, letterUnits, packIdf } from './features.ts'
import { GramCounter } from './grams.ts'
import { kindHead, letterHeads, matterHead, topicHeads } from './heads.ts'
import type { Prepared } from './heads.ts'
import { columns, lettersSay, packModel } from './model.ts'
import { prepare } from './prepare.ts'
import type { PrepareOptions } from './prepare.ts'
import { probabilities } from './probability.ts'
import { shuffle, xorshift } from './svm.ts'

export interface TrainOptions extends PrepareOptions {
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

/** A gram seen in fewer letters than this is dropped: what only one resident wrote is theirs. */
const leastLetters = 3
const leastLines = 2

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
