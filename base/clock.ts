/** Where the time comes from. Only a `main.ts` and `cli.ts` use the real one; tests and drills pass their own. */
export type Clock = () => Date

/** Deadlines are the same few moments for all cases of a day, and a batch has one now; writing one down takes 400 ns. */
const written = new Map<number, string>()
const mostWritten = 2_000

/** ISO 8601, UTC, as `toISOString` writes it. Throws a RangeError for an invalid date. */
export function isoTime(moment: Date): string {
  const time = moment.getTime()
  let text = written.get(time)
  if (text === undefined) {
    if (written.size >= mostWritten) written.clear()
    text = moment.toISOString()
    written.set(time, text)
  }
  return text
}

export const systemClock: Clock = () => new Date()

/** All of China has one time, eight hours ahead of UTC; without summer time since 1991, so that it is exact for every case of ours. */
export const shanghaiMs = 8 * 3_600_000

/** The day it is in China at that moment, as `2026-11-23`. */
export function shanghaiDay(moment: Date): string {
  return new Date(moment.getTime() + shanghaiMs).toISOString().slice(0, 10)
}
