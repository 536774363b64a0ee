import Bottleneck from 'bottleneck'
import { createBatches } from '#base'

/** Asks for leave to send one message; resolves when it may go. */
export type Pace = () => Promise<void>

/**
 * At most so many sends a second from this process: a burst of ours must not look like an attack. The platform's own
 * quotas are counted in Postgres. Leave is asked for in groups, since bottleneck takes several turns of the event loop
 * for each request, one after the other: asked singly it would be the slowest part of the whole house.
 */
export function createPace(perSecond: number): Pace {
  const limiter = new Bottleneck({
    reservoir: perSecond,
    reservoirRefreshAmount: perSecond,
    reservoirRefreshInterval: 1_000,
  })
  const most = Math.min(64, perSecond)
  const leave = createBatches<null, null>(
    (group) => limiter.schedule({ weight: group.length }, () => Promise.resolve(group)),
    { most, secondFrom: most },
  )
  return async () => {
    await leave.add(null)
  }
}
