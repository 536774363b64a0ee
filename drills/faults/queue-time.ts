import { createPostgresBackend, Queue } from 'bullmq'
import pg from 'pg'
import type { PgPool } from 'bullmq'
import { jobNames, queueSchema } from '#queue'
import type { JobName } from '#queue'
import type { World } from './world.ts'

/**
 * Hours that go by, go by for the queue too: what it was to keep until a time that is now past, it hands out. Its own
 * clock is the machine's, which no drill can move. Returns how many jobs.
 */
export async function wakeQueue(world: World): Promise<number> {
  let woken = 0
  for (const name of jobNames) {
    const { queue, close } = queueOf(world, name)
    try {
      for (const job of await queue.getDelayed()) {
        if (job.timestamp + job.delay > Date.now() + world.clock.ahead) continue
        // One that has gone on meanwhile needs no waking.
        await job.promote().then(
          () => (woken += 1),
          () => {},
        )
      }
    } finally {
      await close()
    }
  }
  return woken
}

interface Delayed {
  getDelayed(): Promise<{ timestamp: number; delay: number; promote(): Promise<void> }[]>
}

function queueOf({ redis, postgres }: World, name: JobName): { queue: Delayed; close: () => Promise<void> } {
  if (redis) {
    const queue = new Queue(name, { connection: { host: '127.0.0.1', port: redis.port }, prefix: 'mashang' })
    return { queue, close: () => queue.close() }
  }
  const pool = new pg.Pool({ ...postgres.config, max: 1, options: `-c search_path=${queueSchema}` })
  pool.on('error', () => {})
  const queue = new Queue(name, { connection: pool as unknown as PgPool }, createPostgresBackend)
  return {
    queue,
    async close() {
      await queue.close()
      await pool.end()
    },
  }
}
