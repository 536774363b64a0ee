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
