import { normalise } from './normalise.ts'

const ignored = /[^\p{L}\p{N}]/gu

/**
 * How alike two texts are, 0..1: Dice's coefficient over character pairs of the normalised texts without punctuation.
 * Two equal texts give 1, also when they hold no word at all.
 */
export function similarity(a: string, b: string): number {
  const left = normalise(a).text.replace(ignored, '')
  const right = normalise(b).text.replace(ignored, '')
  if (left === right) return 1
  if (left.length < 2 || right.length < 2) return 0
  const pairs = new Map<string, number>()
  for (let at = 1; at < left.length; at++) {
    const pair = left.slice(at - 1, at + 1)
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
  }
  let shared = 0
  for (let at = 1; at < right.length; at++) {
    const pair = right.slice(at - 1, at + 1)
    const left = pairs.get(pair) ?? 0
    if (left === 0) continue
    shared++
    pairs.set(pair, left - 1)
  }
  return (2 * shared) / (left.length + right.length - 2)
}
