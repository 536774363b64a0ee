import Bottleneck from 'bottleneck'
import { createBatches } from '#base'

/** Asks for leave to send one message; resolves when it may go. */
export type Pace = () => Promise<void>

/** Clocks are set right by a few milliseconds all the time. */
const stepMs = 500

/**
 * At most so many sends a second from this process: a burst of ours must not look like an attack. The platform's own
 * quotas are counted in Postgres. Leave is asked for in groups, since bottleneck takes several turns of the event loop
 * for each request, one after the other: asked singly it would be the slowest part of the whole house.
 */
export function createPace(perSecond: number): Pace {
  const fresh = () =>
    new Bottleneck({
      reservoir: perSecond,
      reservoirRefreshAmount: perSecond,
      reservoirRefreshInterval: 1_000,
    })
  let limiter = fresh()

  // bottleneck counts by the wall clock: set back by an hour, it would let nothing through for an hour.
  let wall = wallAhead()
  setInterval(() => {
    const now = wallAhead()
    if (now < wall - stepMs) {
      const halted = limiter
      limiter = fresh()
      void halted.stop({ dropWaitingJobs: true })
    }
    wall = now
  }, 1_000).unref()

  async function askFor<T>(group: T[]): Promise<T[]> {
    for (;;) {
      const asked = limiter
      try {
        return await asked.schedule({ weight: group.length }, () => Promise.resolve(group))
      } catch (error) {
        if (asked === limiter) throw error
      }
    }
  }

  const most = Math.min(64, perSecond)
  const leave = createBatches<null, null>(askFor, { most, secondFrom: most })
  return async () => {
    await leave.add(null)
  }
}

/** How far the wall clock is ahead of the one that nobody sets. */
function wallAhead(): number {
  return Date.now() - performance.now()
}
