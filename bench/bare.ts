import { Redis } from 'ioredis'
import { createPostgresBackend, Queue, Worker } from 'bullmq'
import pg from 'pg'
import { findEmbeddedPostgres } from '#store'

export type BareBackend = { kind: 'postgres'; dataDir: string } | { kind: 'redis'; url: string }

const queueName = 'deliver-bare'

/** BullMQ alone: no-op jobs a second, all added beforehand, with the settings ours runs with. */
export async function bareJobs(backend: BareBackend, count: number): Promise<number> {
  const opened = open(backend)
  const queue = new Queue(queueName, opened.options, ...opened.rest)
  const jobs = Array.from({ length: count }, (_, index) => ({
    name: 'bare',
    data: { lane: String(index) },
    opts: { jobId: `bare-${index}`, removeOnComplete: true },
  }))
  for (let start = 0; start < count; start += 1_000) await queue.addBulk(jobs.slice(start, start + 1_000))
  let done = 0
  const began = performance.now()
  const worker = new Worker(
    queueName,
    async () => {},
    { ...opened.options, concurrency: 64, removeOnComplete: { count: 0 } },
    ...opened.rest,
  )
  worker.on('error', () => {})
  await new Promise<void>((resolve) => {
    worker.on('completed', () => {
      done += 1
      if (done === count) resolve()
    })
  })
  const perSecond = count / ((performance.now() - began) / 1000)
  await worker.close()
  await queue.close()
  await opened.close()
  return perSecond
}

function open(backend: BareBackend) {
  if (backend.kind === 'redis') {
    const connection = new Redis(backend.url, { maxRetriesPerRequest: null })
    return { options: { connection }, rest: [] as never[], close: async () => connection.disconnect() }
  }
  const running = findEmbeddedPostgres(backend.dataDir)
  if (running === null) throw new Error('the embedded Postgres is not running')
  const pool = new pg.Pool({
    ...running.superuserConfig,
    database: 'mashang',
    options: '-c search_path=bullmq',
    max: 6,
  })
  return {
    options: { connection: pool as never },
    rest: [createPostgresBackend] as never[],
    close: () => pool.end(),
  }
}
