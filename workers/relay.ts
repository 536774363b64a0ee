import type pg from 'pg'
import { startLoop } from '#base'
import type { Loop } from '#base'
import type { Job, JobName, Queues } from '#queue'
import { drainOutbox } from '#store'
import type { BusyLanes } from './busy-lanes.ts'

const pageSize = 500
const idleMs = 100

/** Carries rows of the outbox into the queue, as they come; a lane that is being sent from here is only woken. */
export function startRelay(
  pool: pg.Pool,
  queues: Queues,
  { wake }: Pick<BusyLanes, 'wake'>,
  onError: (error: unknown) => void,
): Loop {
  return startLoop(
    async () => {
      const moved = await drainOutbox(pool, pageSize, async (rows) => {
        // One job sends all that is ready on a lane: rows for the same one need no second.
        const jobs = new Map<string, Job>()
        for (const { id, name, payload } of rows) {
          const job = { name: name as JobName, id: `o-${id}`, payload } as Job
          const key = `${name} ${JSON.stringify(payload)}`
          if (!jobs.has(key) && !(isDeliver(job) && wake(job.payload.lane))) jobs.set(key, job)
        }
        if (jobs.size > 0) await queues.addBulk([...jobs.values()])
      })
      return moved === pageSize ? 0 : moved > 0 ? idleMs / 4 : idleMs
    },
    1000,
    onError,
  )
}

function isDeliver(job: Job): job is Job<'deliver'> {
  return job.name === 'deliver'
}
