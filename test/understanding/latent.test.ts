import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { calibrationOf, sureness } from '../../understanding/model/calibration.ts'
import { latentOf } from '../../understanding/model/latent.ts'
import type { Sparse } from '../../understanding/model/svm.ts'
import { xorshift } from '../../understanding/model/svm.ts'

const features = 64
const options = { features, dimensions: 2, seed: 7, lift: new Float32Array(features).fill(1) }

/** Two subjects, of which each text uses a few words: 0-19 and 20-39. */
function texts(count: number): Sparse[] {
  const random = xorshift(3)
  return Array.from({ length: count }, (_, at) => {
    const first = at % 2 === 0 ? 0 : 20
    const words = new Set(Array.from({ length: 6 }, () => first + Math.floor(random() * 20)))
    return { index: Uint32Array.from(words), value: Float32Array.from(words, () => 1) }
  })
}

const likeness = (a: Float32Array, b: Float32Array): number => {
  const dot = a.reduce((sum, each, at) => sum + each * b[at]!, 0)
  return dot / (Math.hypot(...a) * Math.hypot(...b))
}
const one = (word: number): Sparse => ({ index: Uint32Array.of(word), value: Float32Array.of(1) })

describe('what goes together', () => {
  const latent = latentOf(texts(200), options)

  it('puts words of one subject together though no text holds both, and others apart', () => {
    expect(likeness(latent.of(one(1)), latent.of(one(15)))).toBeGreaterThan(0.95)
    expect(likeness(latent.of(one(1)), latent.of(one(30)))).toBeLessThan(0.5)
  })

  it('folds a head’s weights back into buckets', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts(40)), fc.tuple(fc.integer(), fc.integer()), (text, numbers) => {
        const head = Float64Array.from(numbers, (each) => (each % 1000) / 100)
        const there = latent.of(text)
        const expected = there[0]! * head[0]! + there[1]! * head[1]!
        const folded = latent.folded(head)
        const got = text.index.reduce((sum, bucket, at) => sum + folded[bucket]! * text.value[at]!, 0)
        expect(got).toBeCloseTo(expected, 4)
      }),
    )
  })

  it('is the same from the same texts', () => {
    expect(latentOf(texts(200), options).of(one(5))).toEqual(latent.of(one(5)))
  })

  it('knows nothing of words that stand in few texts', () => {
    expect([...latent.of(one(50))]).toEqual([0, 0])
  })
})

describe('how sure to be', () => {
  it('never falls as the share grows, and stays between 0 and 1', () => {
    const tried = fc.array(
      fc.record({
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        right: fc.boolean(),
        weight: fc.constantFrom(0.5, 1, 2),
      }),
      { minLength: 1, maxLength: 60 },
    )
    fc.assert(
      fc.property(tried, (all) => {
        const calibration = calibrationOf(all)
        let before = 0
        for (let at = 0; at <= 100; at++) {
          const sure = sureness(at / 100, calibration)
          expect(sure).toBeGreaterThanOrEqual(before - 1e-9)
          expect(sure).toBeLessThanOrEqual(1)
          before = sure
        }
      }),
    )
  })

  it('is how often it was right', () => {
    const random = xorshift(11)
    const tried = Array.from({ length: 4000 }, () => {
      const share = random()
      return { share, right: random() < share / 2, weight: 1 }
    })
    const calibration = calibrationOf(tried)
    expect(Math.abs(sureness(0.9, calibration) - 0.45)).toBeLessThan(0.08)
    expect(Math.abs(sureness(0.5, calibration) - 0.25)).toBeLessThan(0.08)
    expect(sureness(0.37, undefined)).toBe(0.37)
  })
})
