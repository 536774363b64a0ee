/** What the conveyor needs of a logger; pino fits. Details carry ids and codes, never words of a resident. */
export interface QueueLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

export const silentLog: QueueLog = { info() {}, warn() {}, error() {} }

export type Complain = (kind: string, details: object, message: string) => void

/**
 * A lost Redis emits an error several times a second from every client: this lets one line of each kind through per
 * `everyMs` milliseconds and counts the rest (`hidden`).
 *
 * @param tick monotonic milliseconds; a rate of lines must survive a clock that is set back.
 */
export function quietly(
  say: (details: object, message: string) => void,
  everyMs = 10_000,
  tick: () => number = () => performance.now(),
): Complain {
  const kinds = new Map<string, { at: number; hidden: number }>()
  return (kind, details, message) => {
    const now = tick()
    const seen = kinds.get(kind)
    if (seen && now - seen.at < everyMs) {
      seen.hidden += 1
      return
    }
    kinds.set(kind, { at: now, hidden: 0 })
    say(seen && seen.hidden > 0 ? { ...details, hidden: seen.hidden } : details, message)
  }
}

/** Code, class and place of an error, without its message: a message may quote what a resident wrote. */
export function traceOf(error: unknown): { name: string; code?: string; at: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, at: [] }
  const code = (error as { code?: unknown }).code
  // A stack begins by repeating the message, which can hold line breaks and look like frames.
  const stack = error.stack ?? ''
  const frames = (error.message === '' ? stack : stack.split(error.message).at(-1)!).split('\n')
  const at = frames.filter((line) => /^ {4}at (.* \()?(file:|node:|\/|[A-Z]:\\).*:\d+:\d+\)?$/.test(line)).slice(0, 4)
  return { name: error.name, ...(typeof code === 'string' ? { code } : {}), at: at.map((line) => line.trim()) }
}
