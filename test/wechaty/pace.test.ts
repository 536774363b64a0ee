import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPace, humanPace } from '../../wechaty/pace.ts'

/** Says everything when its turn comes; gives when and where, in the order asked for. */
function play(asks: readonly { chat: string; afterMs: number }[], random: () => number) {
  let now = 1_000_000
  const pace = createPace(humanPace, () => new Date(now), random)
  return asks.map(({ chat, afterMs }, index) => {
    now += afterMs
    return { chat, at: now + pace.book(`k${index}`, chat) }
  })
}

const asks = fc.array(
  fc.record({ chat: fc.constantFrom('a', 'b', 'c'), afterMs: fc.oneof(fc.constant(0), fc.nat(4_000)) }),
  { maxLength: 120 },
)

describe('the pace of a person', () => {
  it('never over 40 a minute, 1 a second in a chat, and 3 to 5 s to turn to another', () => {
    fc.assert(
      fc.property(asks, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (asked, dice) => {
        const said = play(asked, () => dice.next().value as number)
        said.forEach(({ chat, at }, index) => {
          const before = said[index - 1]
          if (before) expect(at - before.at).toBeGreaterThanOrEqual(before.chat === chat ? 1_000 : 3_000)
          const fortyBefore = said[index - 40]
          if (fortyBefore) expect(at - fortyBefore.at).toBeGreaterThanOrEqual(60_000)
        })
      }),
    )
  })

  it('waits no longer than it must', () => {
    const said = play(
      [
        { chat: 'a', afterMs: 0 },
        { chat: 'a', afterMs: 0 },
        { chat: 'b', afterMs: 0 },
      ],
      () => 0.5,
    )
    expect(said.map(({ at }) => at - 1_000_000)).toEqual([0, 1_000, 5_000])
    const long = play(
      Array.from({ length: 41 }, () => ({ chat: 'a', afterMs: 0 })),
      () => 0,
    )
    expect(long.at(-1)!.at - long[0]!.at).toBe(60_000)
    const calm = play(
      [
        { chat: 'a', afterMs: 0 },
        { chat: 'b', afterMs: 60_000 },
      ],
      () => 0,
    )
    expect(calm[1]!.at - calm[0]!.at).toBe(60_000)
  })

  it('keeps the turn of whoever must come back for it, and no longer than half a minute', () => {
    let now = 0
    const pace = createPace(
      humanPace,
      () => new Date(now),
      () => 0,
    )
    for (let index = 0; index < 6; index++) pace.book(`k${index}`, `chat ${index}`)
    const waitMs = pace.book('mine', 'chat 9')
    expect(waitMs).toBe(18_000)
    now += 10_000
    expect(pace.book('mine', 'chat 9')).toBe(8_000)
    now += 8_500
    expect(pace.book('mine', 'chat 9')).toBe(0)
    now += 40_000
    pace.book('other', 'chat 1')
    expect(pace.book('mine', 'chat 9')).toBe(3_000)
  })

  it('a clock that is set back by hours makes nobody wait for hours', () => {
    let now = 1_000_000_000
    const pace = createPace(
      { ...humanPace, perMinute: 3 },
      () => new Date(now),
      () => 0,
    )
    expect([pace.book('k1', 'a'), pace.book('k2', 'b'), pace.book('mine', 'c')]).toEqual([0, 3_000, 6_000])
    now -= 8 * 3_600_000
    expect(pace.book('mine', 'c')).toBe(6_000)
    now += 2_000
    expect(pace.book('mine', 'c')).toBe(4_000)
    // As crowded as if it had not been set: a minute after the first.
    expect(pace.book('k4', 'd')).toBe(58_000)
    now += 8 * 3_600_000
    expect(pace.book('k5', 'e')).toBe(0)
    now -= 8 * 3_600_000
    expect(pace.book('k6', 'f')).toBe(3_000)
  })
})
