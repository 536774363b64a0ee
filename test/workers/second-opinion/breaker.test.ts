import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Breaker } from '../../../workers/second-opinion/breaker.ts'

const start = Date.parse('2026-11-23T01:00:00Z')
const at = (seconds: number) => new Date(start + seconds * 1000)

test('opens after five failures in a row, tries once after a minute, and doubles its pause while that fails', () => {
  const breaker = new Breaker()
  for (let n = 0; n < 4; n++) expect(breaker.failed(at(0))).toBeNull()
  expect(breaker.allows(2, at(0))).toBe(2)
  expect(breaker.failed(at(0))).toBe(60_000)
  expect([breaker.allows(2, at(0)), breaker.allows(2, at(59)), breaker.allows(2, at(60))]).toEqual([0, 0, 1])
  expect(breaker.failed(at(60))).toBe(120_000)
  expect([breaker.allows(2, at(179)), breaker.allows(2, at(180))]).toEqual([0, 1])
  breaker.succeeded()
  expect(breaker.allows(2, at(180))).toBe(2)
  for (let n = 0; n < 4; n++) expect(breaker.failed(at(200))).toBeNull()
  expect(breaker.failed(at(200))).toBe(60_000)
})

test('a failure of what was under way when it opened changes nothing', () => {
  const breaker = new Breaker()
  for (let n = 0; n < 5; n++) breaker.failed(at(0))
  expect(breaker.failed(at(5))).toBeNull()
  expect(breaker.allows(2, at(60))).toBe(1)
})

test('a service that fails for ever is asked seldom; one that is well again is found within a quarter of an hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), (brokenFor) => {
      const breaker = new Breaker()
      let [asked, found] = [0, -1]
      for (let second = 0; second < brokenFor + 1_000; second++) {
        if (breaker.allows(2, at(second)) === 0) continue
        if (second >= brokenFor) {
          breaker.succeeded()
          found = second
          break
        }
        asked++
        breaker.failed(at(second))
      }
      // Five, then at 1, 3, 7, 15 minutes and every quarter of an hour.
      expect(asked).toBeLessThanOrEqual(5 + 4 + Math.ceil(brokenFor / 900))
      expect(found - brokenFor).toBeLessThanOrEqual(900)
      expect(found).toBeGreaterThanOrEqual(brokenFor)
    }),
  )
})
