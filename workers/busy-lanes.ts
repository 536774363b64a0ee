import type { Outcome } from '#queue'

/** The lanes that somebody in this process is at work on. */
export interface BusyLanes {
  /** True when somebody is at work on it: they look once more before they leave it, so that it needs no job. */
  wake(lane: string): boolean
  /** Does `work`, again for as long as somebody woke the lane meanwhile; nothing when it is busy already. */
  on(lane: string, work: () => Promise<Outcome>): Promise<Outcome>
}

/**
 * Under load a lane is nearly always busy when more comes for it: a job for each would find the one before it at work, and
 * leave again. Should the process die, the sweep finds what waits, as it does after a queue was wiped.
 */
export function createBusyLanes(): BusyLanes {
  const woken = new Map<string, boolean>()
  const wake = (lane: string): boolean => {
    const busy = woken.has(lane)
    if (busy) woken.set(lane, true)
    return busy
  }
  return {
    wake,
    async on(lane, work) {
      if (wake(lane)) return { do: 'done' }
      try {
        for (;;) {
          woken.set(lane, false)
          const outcome = await work()
          if (!woken.get(lane)) return outcome
        }
      } finally {
        woken.delete(lane)
      }
    },
  }
}
