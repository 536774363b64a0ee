import type { Clock } from '#base'

export interface PaceOptions {
  /** Over all chats. */
  perMinute: number
  /** Between two messages in one chat, in milliseconds. */
  perChatMs: number
  /** A person who turns to another chat takes a moment: at least, at most, in milliseconds. */
  switchMs: readonly [number, number]
}

/** As a person would: WeChat closes accounts that write like machines. */
export const humanPace: PaceOptions = { perMinute: 40, perChatMs: 1_000, switchMs: [3_000, 5_000] }

export interface Pace {
  /**
   * How many milliseconds to wait before this message may be said. Its turn is kept for it: whoever comes back under
   * the same key in time finds it.
   */
  book(key: string, chat: string): number
}

const minuteMs = 60_000
/** A turn that nobody came for is over. */
const keptForMs = 30_000

/**
 * Turns are given out in the order they are asked for, by reckoning alone: no timer, so the wait is known beforehand, and
 * whoever can't wait that long may come back. (bottleneck knows no clock but the real one, and no way to say when.)
 */
export function createPace({ perMinute, perChatMs, switchMs }: PaceOptions, clock: Clock, random: () => number): Pace {
  /** When the last `perMinute` messages are said, the latest last. */
  const turns: number[] = []
  let lastChat: string | null = null
  const booked = new Map<string, number>()
  const nowOf = neverBack(clock)

  function next(chat: string, now: number): number {
    const last = turns.at(-1)
    if (last === undefined) return now
    const [least, most] = switchMs
    // One line of turns: in one chat it is the chat's own pace, else the time it takes to turn to it.
    const apart = chat === lastChat ? perChatMs : least + (most - least) * random()
    const crowded = turns.length < perMinute ? 0 : turns[0]! + minuteMs
    return Math.max(now, last + apart, crowded)
  }

  return {
    book(key, chat) {
      const now = nowOf()
      for (const [other, at] of booked) if (at + keptForMs < now) booked.delete(other)
      let at = booked.get(key)
      if (at === undefined) {
        at = Math.ceil(next(chat, now))
        turns.push(at)
        if (turns.length > perMinute) turns.shift()
        lastChat = chat
        booked.set(key, at)
      }
      return Math.max(0, at - now)
    },
  }
}

/** Goes on from where it was when the clock is set back: turns given out before would else lie hours ahead. */
function neverBack(clock: Clock): () => number {
  let last = Number.NEGATIVE_INFINITY
  let setBackMs = 0
  return () => {
    const now = clock().getTime()
    setBackMs = Math.max(setBackMs, last - now)
    last = now + setBackMs
    return last
  }
}
