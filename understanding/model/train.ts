import type { Example } from '../corpus/grow.ts'
import { measure } from '../measure.ts'
import type { Figures, Judged } from '../measure.ts'
import { kinds } from '../reading.ts'
import { calibrationOf } from './calibration.ts'
import type { Calibration, Tried } from './calibration.ts'
import { Featuriser, letterUnits, packIdf, rootIdf } from './features.ts'
import { GramCounter } from './grams.ts'
import { dangerHead, gramsOf, kindHead, letterHeads, matterHead, topicHeads } from './heads.ts'
import type { Prepared } from './heads.ts'
import { latentOf } from './latent.ts'
import type { Latent } from './latent.ts'
import { columns, lettersSay, packModel } from './model.ts'
import type { DangerBounds } from './model.ts'
import { prepare } from './prepare.ts'
import type { PrepareOptions } from './prepare.ts'
import { probabilities } from './probability.ts'
import { shuffle, xorshift } from './svm.ts'

export interface TrainOptions extends PrepareOptions {
  version: string
  provenance: Record<string, string | number | boolean>
  bits?: number
  seed?: number
  /** Letters that nobody has labelled: which words go together is learnt from them. */
  unlabelled?: readonly string[]
  /** Parts of the cross-validation that sets how sharp the confidence is; 0 leaves it at `sharpness`. */
  folds?: number
  sharpness?: { line: number; letter: number }
  /** Lines of other hands that nothing is learnt from but how sure to be. */
  trials?: readonly Example[]
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
const dimensions = 150
const leastEmergencies = 100
/** How many of all lines the head of emergencies may raise wrongly, and how many of the real ones it may refuse. */
const mayRaise = 0.0015
const mayRefuse = 0.01

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

  const latent = latentFrom(options, idf, bits, seed)

  const heads = topicHeads(withTopic, topics.length, features, seed)
  const fitted: Record<'letter' | 'line', Fit | null> = { letter: null, line: null }
  if (folds > 0) {
    const held = crossValidate(withTopic, topics.length, features, folds, seed)
    blendLetters(held, crossValidate(ofLetters, topics.length, features, folds, seed, { latent }), letterTopics)
    // The letters given are letters here, however short.
    const part = (letter: boolean) =>
      held.filter(({ prepared: { example } }) => !example.word && (example.heart === undefined) === letter)
    const trials = prepare({ ...options, examples: options.trials ?? [], weightOf: () => 1 }, new Featuriser(bits, idf))
      .filter(({ topic }) => topic >= 0)
      .map((prepared) => ({ prepared, margins: marginsOf(heads, prepared) }))
    fitted.letter = fit(part(true), [], topics)
    fitted.line = fit(part(false), trials, topics)
  }
  const { letter, line } = fitted
  const sharpness = {
    line: line?.sharp ?? options.sharpness?.line ?? 3,
    letter: letter?.sharp ?? line?.sharp ?? options.sharpness?.letter ?? 3,
  }
  const calibration =
    letter || line ? { line: (line ?? letter)!.calibration, letter: (letter ?? line)!.calibration } : undefined
  const weights = [
    ...heads,
    ...kinds.map((kind) => kindHead(prepared, kind, features, seed)),
    matterHead(prepared, features, seed),
    ...letterHeads(ofLetters, topics.length, features, seed, latent).filter((_, at) =>
      letterTopics.includes(topics[at]!),
    ),
  ]
  const told = prepared.filter(({ example }) => !example.word && example.heart !== undefined)
  const dangerous = told.filter(({ example }) => example.emergency).length >= leastEmergencies
  const danger = dangerous ? dangerBounds(told, features, seed) : undefined
  const header = { version, bits, topics: [...topics], letterTopics, sharpness, calibration, danger, provenance }
  const dangerWeights = danger ? dangerHead(told, features, seed) : null
  return {
    bytes: packModel(header, idf, weights, dangerWeights),
    letters: letter?.figures ?? null,
    lines: line?.figures ?? null,
  }
}

interface Fit {
  sharp: number
  calibration: Calibration
  figures: Figures
}

/**
 * How sharp and how sure to be: of what was held out, and where there are trials of them as much. Held-out hearts are
 * stranger than what people write, trials somewhat less so.
 */
function fit(held: readonly Held[], trials: readonly Held[], topics: readonly string[]): Fit | null {
  if (held.length < 50) return null
  const allowed = topics.map((_, at) => held.some((each) => each.prepared.topic === at))
  const sharp = sharpest(held, allowed)
  const tried = (part: readonly Held[]): Tried[] =>
    part.map((each) => {
      const { truth, said, confidence } = judge(each, allowed, sharp, topics)
      return { share: confidence, right: truth === said, weight: 1 / part.length }
    })
  const calibration = calibrationOf([...tried(held), ...tried(trials)])
  // Told by the bare shares: a calibration measured on what it was fitted to says nothing.
  return { sharp, calibration, figures: measure(held.map((each) => judge(each, allowed, sharp, topics))) }
}

/** Where the head of emergencies overrules the rules, by what was held out of it. */
function dangerBounds(told: readonly Prepared[], features: number, seed: number): DangerBounds {
  const parts = 5
  // A rule's word is what the head overrules: each bound is set among those of which it is asked.
  const real: number[] = []
  const calm: number[] = []
  for (let out = 0; out < parts; out++) {
    const seen = told.filter(({ example }) => example.heart! % parts !== out)
    const weights = dangerHead(seen, features, seed)
    for (const each of told) {
      if (each.example.heart! % parts !== out) continue
      const { index, value } = each.forKinds
      const margin = index.reduce((sum, bucket, at) => sum + weights[bucket]! * value[at]!, 0)
      if (each.example.emergency && each.danger) real.push(margin)
      if (!each.example.emergency && !each.danger) calm.push(margin)
    }
  }
  real.sort((a, b) => a - b)
  calm.sort((a, b) => b - a)
  const rounded = (margin: number): number => Math.round(margin * 1000) / 1000
  return {
    raise: rounded(calm[Math.floor(calm.length * mayRaise)]!),
    refuse: rounded(real[Math.floor(real.length * mayRefuse)]!),
  }
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

/** From the unlabelled alone, so that a cross-validation stays honest. */
function latentFrom(options: TrainOptions, idf: Uint8Array, bits: number, seed: number): Latent | null {
  const examples = (options.unlabelled ?? []).map((text): Example => ({
    text,
    kind: null,
    topic: null,
    setting: 'private',
  }))
  if (examples.length < 2 * dimensions) return null
  const texts = prepare({ ...options, examples, weightOf: () => 1 }, new Featuriser(bits, idf)).map(gramsOf)
  return latentOf(texts, { features: 2 ** bits, dimensions, seed, lift: rootIdf(idf) })
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
  letters?: { latent: Latent | null },
): Held[] {
  const hearts = [...new Set(examples.map(({ example }, at) => example.heart ?? -at))]
  shuffle(hearts, xorshift(seed))
  const foldOf = new Map(hearts.map((heart, at) => [heart, at % folds]))
  const fold = examples.map(({ example }, at) => foldOf.get(example.heart ?? -at)!)
  const held: Held[] = []
  for (let out = 0; out < folds; out++) {
    const seen = examples.filter((_, at) => fold[at] !== out)
    const heads = letters
      ? letterHeads(seen, count, features, seed, letters.latent)
      : topicHeads(seen, count, features, seed)
    for (const [at, prepared] of examples.entries()) {
      if (fold[at] !== out) continue
      held.push({ prepared, margins: marginsOf(heads, prepared) })
    }
  }
  return held
}

function marginsOf(heads: readonly Float64Array[], { forTopics: { index, value } }: Prepared): Float64Array {
  return Float64Array.from(heads, (weights) => {
    let margin = 0
    for (let k = 0; k < index.length; k++) margin += weights[index[k]!]! * value[k]!
    return margin
  })
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
