/** One example: sorted or unsorted, each index at most once. */
export interface Sparse {
  index: Uint32Array
  value: Float32Array
}

export interface SvmOptions {
  /** How many features there are. */
  features: number
  cost: number
  rounds: number
  seed: number
  /** Weights to stay near to, instead of near to nothing: what was learnt before. */
  start?: Float64Array | undefined
}

/**
 * A linear SVM with squared hinge loss by dual coordinate descent (Hsieh et al. 2008, as in LIBLINEAR). `sign` is +1 or
 * -1 per example, `weight` how much each counts. Deterministic: the same input and seed give the same bits.
 */
export function trainSvm(
  examples: readonly Sparse[],
  sign: Int8Array,
  weight: Float64Array,
  { features, cost, rounds, seed, start }: SvmOptions,
): Float64Array {
  const w = start ? Float64Array.from(start) : new Float64Array(features)
  const alpha = new Float64Array(examples.length)
  const diagonal = new Float64Array(examples.length)
  const square = new Float64Array(examples.length)
  for (const [at, { value }] of examples.entries()) {
    let sum = 0
    for (const each of value) sum += each * each
    square[at] = sum
    diagonal[at] = 1 / (2 * cost * weight[at]!)
  }
  const order = Uint32Array.from(examples, (_, at) => at)
  const random = xorshift(seed)
  for (let round = 0; round < rounds; round++) {
    shuffle(order, random)
    let largest = 0
    for (const at of order) {
      const { index, value } = examples[at]!
      const y = sign[at]!
      let margin = 0
      for (let k = 0; k < index.length; k++) margin += w[index[k]!]! * value[k]!
      const gradient = y * margin - 1 + alpha[at]! * diagonal[at]!
      const projected = alpha[at] === 0 ? Math.min(gradient, 0) : gradient
      largest = Math.max(largest, Math.abs(projected))
      if (projected === 0) continue
      const old = alpha[at]!
      const next = Math.max(old - gradient / (square[at]! + diagonal[at]!), 0)
      if (next === old) continue
      alpha[at] = next
      const step = (next - old) * y
      for (let k = 0; k < index.length; k++) w[index[k]!]! += step * value[k]!
    }
    if (largest < 0.01) break
  }
  return w
}

/** 0 <= x < 1, the same sequence for the same seed. */
export function xorshift(seed: number): () => number {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4_294_967_296
  }
}

export function shuffle<T extends { length: number; [at: number]: unknown }>(list: T, random: () => number): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const kept = list[at]
    list[at] = list[other]
    list[other] = kept
  }
}
