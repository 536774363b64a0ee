import type pg from 'pg'
import type { Logger } from 'pino'
import { startLoop } from '#base'
import type { Clock, Loop } from '#base'
import type { Job, Queues } from '#queue'
import { dueCases, expireSending, openErasures, retryUnbound, waitingLanes, waitingMedia } from '#store'

/** A ready delivery older than this has lost its job. */
const strandedMs = 5_000
/** Fetching may take half a minute, and erasing some seconds: older ones have lost their job. */
const forgottenMs = 60_000
const most = 1_000

/**
 * Finds in Postgres what the queue should know and doesn't: deliveries whose job got lost, sends nobody finished,
 * cases on which something is due, people not yet forgotten, media not yet fetched. After a wiped queue this is what brings everything back.
 */
export function startSweep(
  pool: pg.Pool,
  queues: Queues,
  clock: Clock,
  log: Logger,
  everyMs: number,
  onError: (error: unknown) => void,
): Loop {
  /** Where the last round left off, going through the lanes: after an outage of the platform they are many. */
  let after = ''
  return startLoop(
    async () => {
      const now = clock()
      // A job that is still queued under the same id is left alone; one that failed gets a new id every half minute.
      const generation = Math.floor(now.getTime() / 30_000)
      const lost = await expireSending(pool)
      const bound = await retryUnbound(pool, now)
      const { waiting: lanes, last } = await waitingLanes(pool, now, strandedMs, { after, most })
      after = last ?? ''
      const due = await dueCases(pool, now, most)
      const erasures = await openErasures(pool, now, forgottenMs, most)
      const media = await waitingMedia(pool, now, forgottenMs, most)
      const jobs: Job[] = [
        ...lanes.map((lane): Job => ({
          name: 'deliver',
          id: `s-${lane.replace(':', '-')}-${generation}`,
          payload: { lane },
        })),
        ...due.map(({ id, version }): Job => ({
          name: 'due',
          id: `due-${id}-${version}-${generation}`,
          payload: { caseId: id },
        })),
        ...erasures.map((id): Job => ({ name: 'erase', id: `e-${id}-${generation}`, payload: { erasureId: id } })),
        ...media.map((id): Job => ({ name: 'media', id: `a-${id}-${generation}`, payload: { mediaId: id } })),
      ]
      if (jobs.length > 0) await queues.addBulk(jobs)
      if (lost + bound + lanes.length > 0) log.info({ lost, bound, lanes: lanes.length }, 'swept up')
      return last !== null || due.length === most ? 200 : everyMs
    },
    everyMs,
    onError,
  )
}
