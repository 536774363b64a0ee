import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { measure } from '#understanding'
import { coverage } from '../../understanding/measure.ts'

const judged = fc.array(
  fc.record({
    truth: fc.constantFrom('a', 'b', 'c'),
    said: fc.constantFrom('a', 'b', 'c'),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 60 },
)

describe('the figures of a reader', () => {
  it('are those worked out by hand', () => {
    const figures = measure([
      { truth: 'a', said: 'a', confidence: 0.9 },
      { truth: 'a', said: 'b', confidence: 0.6 },
      { truth: 'b', said: 'b', confidence: 0.8 },
      { truth: 'b', said: 'b', confidence: 0.3 },
    ])
    expect(figures.accuracy).toBe(0.75)
    expect(figures.classes.map(({ f1 }) => f1)).toEqual([2 / 3, 0.8])
    expect(figures.macroF1).toBeCloseTo((2 / 3 + 0.8) / 2)
    expect(figures.confusion).toEqual([
      [1, 1],
      [0, 2],
    ])
    expect(figures.coverage95).toBe(0.5)
    expect(figures.calibrationError).toBeCloseTo((0.1 + 0.6 + 0.2 + 0.7) / 4)
  })

  it('count every line once, and cover only shares that are right often enough', () => {
    fc.assert(
      fc.property(judged, fc.double({ min: 0.5, max: 1, noNaN: true }), (lines, wanted) => {
        const figures = measure(lines)
        expect(figures.confusion.flat().reduce((sum, each) => sum + each, 0)).toBe(lines.length)
        expect(figures.bins.reduce((sum, { count }) => sum + count, 0)).toBe(lines.length)
        const covered = Math.round(coverage(lines, wanted) * lines.length)
        if (covered === 0) return
        const threshold = lines.map(({ confidence }) => confidence).sort((a, b) => b - a)[covered - 1]!
        const inside = lines.filter(({ confidence }) => confidence >= threshold)
        expect(inside.length).toBe(covered)
        expect(inside.filter(({ truth, said }) => truth === said).length / covered).toBeGreaterThanOrEqual(wanted)
      }),
    )
  })
})
