import type { Sparse } from './svm.ts'
import { xorshift } from './svm.ts'

/**
 * What words go together, learnt from texts that nobody has labelled (latent semantic analysis). It is linear: what a
 * head learns of these few directions folds back into weights of buckets, so that a model holds nothing of it.
 */
export interface Latent {
  dimensions: number
  /** Where in the directions a text lies. */
  of(text: Sparse): Float32Array
  /** A head's weights of the directions, as weights of buckets. */
  folded(weights: Float64Array): Float64Array
}

interface LatentOptions {
  features: number
  dimensions: number
  seed: number
  /** Per bucket, what its value is multiplied by first: rare words tell more of what goes together. */
  lift: Float32Array
}

/** A bucket in fewer texts than this goes together with nothing. */
const least = 5
const rounds = 4

/** The directions along which the texts differ most, by orthogonal iteration. Deterministic. */
export function latentOf(texts: readonly Sparse[], { features, dimensions, seed, lift }: LatentOptions): Latent {
  const inHowMany = new Uint32Array(features)
  for (const { index } of texts) for (const bucket of index) inHowMany[bucket]!++
  const rowOf = new Int32Array(features).fill(-1)
  let rows = 0
  for (let bucket = 0; bucket < features; bucket++) if (inHowMany[bucket]! >= least) rowOf[bucket] = rows++

  const random = xorshift(seed)
  const side = Float64Array.from({ length: texts.length * dimensions }, () => random() - 0.5)
  const basis = new Float64Array(rows * dimensions)
  for (let round = 0; round < rounds; round++) {
    if (round > 0) {
      for (const [at, text] of texts.entries()) side.set(project(text, basis), at * dimensions)
    }
    orthonormalise(side, texts.length, dimensions)
    basis.fill(0)
    for (const [at, { index, value }] of texts.entries()) {
      for (let k = 0; k < index.length; k++) {
        const row = rowOf[index[k]!]!
        if (row < 0) continue
        const amount = value[k]! * lift[index[k]!]!
        for (let d = 0; d < dimensions; d++) basis[row * dimensions + d]! += amount * side[at * dimensions + d]!
      }
    }
    orthonormalise(basis, rows, dimensions)
  }
  const typical = texts.reduce((sum, text) => sum + Math.hypot(...project(text, basis)), 0) / Math.max(1, texts.length)
  const scale = typical === 0 ? 1 : 1 / typical
  return {
    dimensions,
    of: (text) => Float32Array.from(project(text, basis), (each) => each * scale),
    folded(weights) {
      return Float64Array.from({ length: features }, (_, bucket) => {
        const row = rowOf[bucket]!
        if (row < 0) return 0
        let sum = 0
        for (let d = 0; d < dimensions; d++) sum += basis[row * dimensions + d]! * weights[d]!
        return sum * scale * lift[bucket]!
      })
    },
  }

  function project({ index, value }: Sparse, onto: Float64Array): Float64Array {
    const place = new Float64Array(dimensions)
    for (let k = 0; k < index.length; k++) {
      const row = rowOf[index[k]!]!
      if (row < 0) continue
      const amount = value[k]! * lift[index[k]!]!
      for (let d = 0; d < dimensions; d++) place[d]! += amount * onto[row * dimensions + d]!
    }
    return place
  }
}

/** Gram and Schmidt, twice for exactness, on the columns of a `rows` by `columns` table. */
function orthonormalise(table: Float64Array, rows: number, columns: number): void {
  const one = new Float64Array(rows)
  const shares = new Float64Array(columns)
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) one[row] = table[row * columns + column]!
    for (let pass = 0; pass < 2; pass++) {
      shares.fill(0)
      for (let row = 0; row < rows; row++) {
        const amount = one[row]!
        for (let other = 0; other < column; other++) shares[other]! += amount * table[row * columns + other]!
      }
      for (let row = 0; row < rows; row++) {
        let taken = 0
        for (let other = 0; other < column; other++) taken += shares[other]! * table[row * columns + other]!
        one[row]! -= taken
      }
    }
    let square = 0
    for (const each of one) square += each * each
    const factor = square < 1e-12 ? 0 : 1 / Math.sqrt(square)
    for (let row = 0; row < rows; row++) table[row * columns + column] = one[row]! * factor
  }
}
