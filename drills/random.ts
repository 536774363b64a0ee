import { createHash } from 'node:crypto'

/** Numbers that follow from a seed alone: the same seed, the same numbers. */
export interface Random {
  /** From 0 up to 1. */
  next(): number
  /** A whole number, both ends included. */
  whole(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(of: readonly T[]): T
  bytes(count: number): Buffer
  /** Another sequence of its own, so that drawing more here changes nothing there. */
  fork(name: string): Random
}

/** mulberry32 over the first 32 bits of the seed's hash. */
export function randomOf(seed: string): Random {
  let state = createHash('sha256').update(seed).digest().readUInt32BE()
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick: (of) => of[whole(0, of.length - 1)]!,
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => whole(0, 255))),
    fork: (name) => randomOf(`${seed}/${name}`),
  }
}
