import type { Example } from '../corpus/grow.ts'
import type { Kind } from '../reading.ts'
import type { Latent } from './latent.ts'
import { trainSvm } from './svm.ts'
import type { Sparse } from './svm.ts'

const smoothing = 1

/** An example as features. */
export interface Prepared {
  example: Example
  letter: boolean
  /** The rules took it for an emergency. */
  danger: boolean
  topic: number
  weight: number
  /** How many of `forTopics`, from the first, are of the text's own characters. */
  grams: number
  forTopics: Sparse
  forKinds: Sparse
}

/** One against the rest; `right` says which examples are of the class. Rare classes count more, but not in full. */
function head(
  examples: readonly Prepared[],
  of: 'forTopics' | 'forKinds',
  right: (each: Prepared) => boolean,
  features: number,
  seed: number,
  start?: Float64Array,
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
    { features, cost: 1, rounds: 30, seed, start },
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

/** `start`: by column, where further training begins. */
export function topicHeads(
  examples: readonly Prepared[],
  count: number,
  features: number,
  seed: number,
  start?: (column: number) => Float64Array,
): Float64Array[] {
  return Array.from({ length: count }, (_, topic) =>
    head(examples, 'forTopics', (each) => each.topic === topic, features, seed, start?.(topic)),
  )
}

/** The mean of two makes; with `latent`, the first knows what goes together as well. */
export function letterHeads(
  letters: readonly Prepared[],
  count: number,
  features: number,
  seed: number,
  latent: Latent | null = null,
): Float64Array[] {
  const plain = latent
    ? latentHeads(letters, count, features, seed, latent)
    : topicHeads(letters, count, features, seed)
  return plain.map((weights, topic) => {
    const ratio = ratioHead(letters, (each) => each.topic === topic, features, seed)
    return weights.map((weight, at) => (weight + ratio[at]!) / 2)
  })
}

export function kindHead(
  prepared: readonly Prepared[],
  kind: Kind,
  features: number,
  seed: number,
  start?: Float64Array,
): Float64Array {
  const known = prepared.filter(({ example }) => example.kind !== null)
  return head(known, 'forKinds', ({ example }) => example.kind === kind, features, seed, start)
}

/** A line of a group: a matter for somebody, or neighbours' talk. */
export function matterHead(
  prepared: readonly Prepared[],
  features: number,
  seed: number,
  start?: Float64Array,
): Float64Array {
  const talk = new Set<Kind | null>(['chitchat', 'progress', 'evaluation'])
  const told = prepared
    .filter(({ example }) => !example.word && (example.kind !== null || example.setting === 'group'))
    .map((each) => ({
      ...each,
      weight: each.weight * (each.example.setting === 'group' ? 3 : talk.has(each.example.kind) ? 1 : 0.15),
    }))
  return head(told, 'forKinds', ({ example }) => !talk.has(example.kind), features, seed, start)
}

function latentHeads(
  letters: readonly Prepared[],
  count: number,
  features: number,
  seed: number,
  latent: Latent,
): Float64Array[] {
  const beyond = Uint32Array.from({ length: latent.dimensions }, (_, at) => features + at)
  const placed = letters.map((each) => {
    const { index, value } = each.forTopics
    const place = latent.of(gramsOf(each))
    return { ...each, forTopics: { index: joined(index, beyond), value: joinedFloats(value, place) } }
  })
  return topicHeads(placed, count, features + latent.dimensions, seed).map((weights) => {
    const folded = latent.folded(weights.subarray(features))
    return weights.subarray(0, features).map((weight, at) => weight + folded[at]!)
  })
}

/** A text's characters alone, without what the lists say of it. */
export const gramsOf = ({ forTopics: { index, value }, grams }: Prepared): Sparse => ({
  index: index.subarray(0, grams),
  value: value.subarray(0, grams),
})

const joined = (a: Uint32Array, b: Uint32Array): Uint32Array => Uint32Array.from([...a, ...b])
const joinedFloats = (a: Float32Array, b: Float32Array): Float32Array => Float32Array.from([...a, ...b])

/** Somebody may die now, or not. Only lines tell: of letters nobody has said it. */
export function dangerHead(lines: readonly Prepared[], features: number, seed: number): Float64Array {
  return head(lines, 'forKinds', ({ example }) => example.emergency === true, features, seed)
}
