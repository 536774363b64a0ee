import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createThrottle } from '#channels'

const at = (ms: number) => new Date(1_800_000_000_000 + ms)

describe('a throttle', () => {
  test('lets so many through at once, then says when the next may come', () => {
    const throttle = createThrottle({ burst: 2, perMinute: 6 })
    expect([0, 0, 0].map((ms) => throttle.take('a', at(ms)))).toEqual([0, 0, 10_000])
    expect(throttle.take('b', at(0))).toBe(0)
    expect(throttle.take('a', at(9_999))).toBe(1)
    expect(throttle.take('a', at(10_000))).toBe(0)
  })

  const waits = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 80 })
  const limits = fc.record({ burst: fc.integer({ min: 1, max: 20 }), perMinute: fc.integer({ min: 1, max: 120 }) })

  test('never lets through more than its burst and what time has brought', () => {
    fc.assert(
      fc.property(limits, waits, (limit, steps) => {
        const throttle = createThrottle(limit)
        let now = 0
        const passed = steps.flatMap((step) => ((now += step), throttle.take('a', at(now)) === 0 ? [now] : []))
        for (let from = 0; from < passed.length; from++) {
          for (let to = from; to < passed.length; to++) {
            const allowed = limit.burst + ((passed[to]! - passed[from]!) * limit.perMinute) / 60_000
            expect(to - from + 1).toBeLessThanOrEqual(allowed + 1e-6)
          }
        }
      }),
    )
  })

  test('lets through whoever waits as long as they were told', () => {
    fc.assert(
      fc.property(limits, waits, (limit, steps) => {
        const throttle = createThrottle(limit)
        let now = 0
        for (const step of steps) {
          const wait = throttle.take('a', at((now += step)))
          if (wait > 0) expect(throttle.take('a', at((now += wait)))).toBe(0)
        }
      }),
      { examples: [[{ burst: 1, perMinute: 5 }, [0, 1987, 0]]] },
    )
  })

  test('a clock that is set back stops nobody for long, and gives nothing away', () => {
    const throttle = createThrottle({ burst: 1, perMinute: 60 })
    expect(throttle.take('a', at(100_000))).toBe(0)
    expect(throttle.take('a', at(0))).toBe(1_000)
    expect(throttle.take('a', at(1_000))).toBe(0)
  })

  test('forgets the longest unused key when it holds too many', () => {
    const throttle = createThrottle({ burst: 1, perMinute: 1 }, 2)
    for (const key of ['a', 'b', 'c']) expect(throttle.take(key, at(0))).toBe(0)
    expect(throttle.take('c', at(1))).toBeGreaterThan(0)
    expect(throttle.take('a', at(1))).toBe(0)
  })
})
