/** Work that is done again and again until it is stopped. */
export interface Loop {
  /** Resolves when the round under way is over; none begins after it. */
  stop(): Promise<void>
}

/**
 * Runs `round` over and over. It answers how many milliseconds to wait before the next; one that throws is told to
 * `onError` and tried again after `errorMs`.
 */
export function startLoop(round: () => Promise<number>, errorMs: number, onError: (error: unknown) => void): Loop {
  let stopped = false
  let wake: (() => void) | null = null
  const running = (async () => {
    while (!stopped) {
      const waitMs = await round().catch((error: unknown) => {
        onError(error)
        return errorMs
      })
      if (stopped || waitMs <= 0) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wake = null
    }
  })()
  return {
    stop: async () => {
      stopped = true
      wake?.()
      await running
    },
  }
}
