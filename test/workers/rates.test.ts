import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SendWindow } from '#store'
import { countsSends, spendRates } from '../../workers/rates.ts'

const start = Date.parse('2026-11-23T01:00:00Z')
const rates = [
  { seconds: 60, sends: 30 },
  { seconds: 3_600, sends: 100 },
]

/** Sends as soon as it may, wanting one at each of these times; gives when each went. */
function play(wanted: readonly number[]): number[] {
  let windows: SendWindow[] = []
  let now = start
  return wanted.map((at) => {
    now = Math.max(now, start + at)
    for (;;) {
      const next = spendRates(windows, rates, 1, new Date(now))
      if (!(next instanceof Date)) {
        windows = next
        return now
      }
      expect(next.getTime()).toBeGreaterThan(now)
      now = next.getTime()
    }
  })
}

test('never more than the limit within its span, even if each takes up to 20 s on its way', () => {
  const wanted = fc.array(fc.nat(8 * 3_600_000), { maxLength: 250 }).map((times) => times.toSorted((a, b) => a - b))
  fc.assert(
    fc.property(wanted, fc.infiniteStream(fc.nat(20_000)), (times, delays) => {
      const arrived = play(times).map((at) => at + delays.next().value!)
      arrived.sort((a, b) => a - b)
      for (const { seconds, sends } of rates) {
        const first = arrived.findIndex((at, index) => arrived[index + sends]! - at < seconds * 1000)
        expect(first).toBe(-1)
      }
    }),
    { numRuns: 60 },
  )
})

test('the first thirty go at once, and the next within a minute and a half', () => {
  const went = play(Array.from({ length: 31 }, () => 0))
  expect(went[29]).toBe(start)
  expect(went[30]! - start).toBeGreaterThanOrEqual(60_000)
  expect(went[30]! - start).toBeLessThanOrEqual(90_000)
})

test('what is spread out is never held up', () => {
  const wanted = Array.from({ length: 90 }, (_, index) => index * 40_000)
  expect(play(wanted)).toEqual(wanted.map((at) => start + at))
})

describe('in the windows of a contact', () => {
  const open: SendWindow = { kind: 'message', until: '2026-11-25T01:00:00.000Z', left: 5 }

  test('others stay as they are, and what no longer counts goes', () => {
    const old: SendWindow = { kind: 'sent-60', until: '2026-11-23T00:59:00.000Z', left: 30 }
    const counted = spendRates([open, old], rates, 1, new Date(start)) as SendWindow[]
    expect(counted.filter((window) => !countsSends(window))).toEqual([open])
    expect(counted.filter(countsSends).map(({ kind, left }) => [kind, left])).toEqual([
      ['sent-60', 1],
      ['sent-3600', 1],
    ])
  })

  test('a message in several parts counts as several, and waits for room for all', () => {
    const counted = spendRates([], rates, 28, new Date(start)) as SendWindow[]
    expect(spendRates(counted, rates, 3, new Date(start))).toBeInstanceOf(Date)
    expect(spendRates(counted, rates, 2, new Date(start))).not.toBeInstanceOf(Date)
  })

  test('they stay few', () => {
    let windows: SendWindow[] = []
    for (let at = 0; at < 10_000; at += 10) {
      const next = spendRates(windows, rates, 1, new Date(start + at * 1000))
      if (!(next instanceof Date)) windows = next
      expect(windows.length).toBeLessThanOrEqual(32)
    }
  })
})
