import { Queue, Worker } from 'bullmq'
import { MashangError } from '#base'
import { jobNames } from './jobs.ts'
import { backoffMs, defaultRetry, runJob, wholeMs } from './outcomes.ts'
import { openPostgres } from './postgres.ts'
import { quietly, silentLog, traceOf } from './quiet-log.ts'
import { openRedis } from './redis.ts'
import { endedWithin, within } from './time-limit.ts'
import type { BulkJobOptions, IQueueBackend } from 'bullmq'
import type pg from 'pg'
import type { BackendOptions } from './backend.ts'
import type { Job, JobName, JobPayloads, Outcome } from './jobs.ts'
import type { RetryRule } from './outcomes.ts'
import type { QueueLog } from './quiet-log.ts'

export type QueueBackend = { kind: 'postgres'; config: pg.PoolConfig } | { kind: 'redis'; url: string }

export interface QueueOptions {
  /** `producer` only adds jobs; `worker` and `both` may call `work` as well. */
  role: BackendOptions['role']
  log?: QueueLog
  /** Redis only: the first part of every key. Default `mashang`. */
  prefix?: string
  retry?: RetryRule
  /** Milliseconds for `addBulk`, `counts`, `ping` and the first connection. Default 5,000. */
  timeLimitMs?: number
  /** Milliseconds until a job of a killed worker is free again, looked for every `stalledMs`. Defaults 30,000. */
  lockMs?: number
  stalledMs?: number
}

export interface JobMeta {
  /** 1 for the first try; snoozes don't count. */
  attempt: number
  id: string
}

export type Handler<Name extends JobName> = (payload: JobPayloads[Name], meta: JobMeta) => Promise<Outcome>

export interface QueueCounts {
  waiting: number
  delayed: number
  active: number
  /** Gave up after all attempts; the newest thousand are kept. */
  failed: number
}

/** The conveyor: it loses nothing that Postgres doesn't know, and may run a job twice. Handlers re-read the ledger. */
export interface Queues {
  /**
   * Adds jobs; one whose id is waiting, delayed, running or failed is passed over. After an error any part of them may
   * have been added: add all of them again.
   *
   * @throws MashangError QUEUE_TIMEOUT, REDIS_UNREACHABLE, QUEUE_UNREACHABLE, QUEUE_REFUSED, QUEUE_JOB_ID
   */
  addBulk(jobs: readonly Job[]): Promise<void>
  /** Starts taking jobs. Nothing CPU-bound in a handler: a blocked loop loses its lock, and the job runs twice. */
  work<Name extends JobName>(name: Name, handler: Handler<Name>, options: { concurrency: number }): void
  counts(name: JobName): Promise<QueueCounts>
  /** Forgets every job, waiting or not: for tests, and drills that rebuild the queue from Postgres. */
  wipe(): Promise<void>
  ping(): Promise<void>
  /** Takes no more jobs and lets running ones end, for at most `graceMs` (≤ 10,000); others run again elsewhere. */
  close(graceMs?: number): Promise<void>
}

type BullQueue = Queue<unknown, void, string, unknown, void, string, IQueueBackend, unknown>
type BullWorker = Worker<unknown, void, string, IQueueBackend, never, unknown>

const bulkSize = 1_000
// Nobody reads BullMQ's event stream here; a short one still serves when somebody looks.
const streams = { events: { maxLen: 1_000 } }

/** Behind `openQueues`. */
export async function openBullmq(target: QueueBackend, options: QueueOptions): Promise<Queues> {
  const { role, log = silentLog, prefix = 'mashang', retry = defaultRetry, timeLimitMs = 5_000 } = options
  const complain = quietly((details, message) => log.error(details, message))
  const backendOptions = { role, timeLimitMs, complain }
  const backend = await (target.kind === 'redis'
    ? openRedis(target.url, backendOptions)
    : openPostgres(target.config, backendOptions))
  // Connections are held by the backend: BullMQ asks for one, and the factory knows better.
  const shared = { connection: {}, prefix }
  const complainOf = (queue: string) => (error: Error) =>
    complain(`${queue} ${(error as { code?: string }).code ?? error.name}`, { queue, ...traceOf(error) }, 'queue')

  const queues = new Map<JobName, BullQueue>()
  const workers: BullWorker[] = []
  let closing: Promise<void> | undefined

  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await within(timeLimitMs, work, () => {
        backend.reset()
        return new MashangError(`The queue did not answer within ${timeLimitMs} ms.`, {
          code: 'QUEUE_TIMEOUT',
          status: 503,
          fix: 'Nothing is lost: the outbox adds it again. If it lasts, look at the queue server.',
        })
      })
    } catch (error) {
      throw backend.explain(error)
    }
  }

  for (const name of jobNames) {
    const queue: BullQueue = new Queue(name, { ...shared, streams }, backend.factory)
    queue.on('error', complainOf(name))
    queues.set(name, queue)
  }

  // BullMQ remembers a failed first contact for ever, so a queue that had one is not handed out.
  try {
    await inTime(Promise.all([...queues.values()].map((queue) => queue.waitUntilReady())))
  } catch (error) {
    backend.abandon()
    throw error
  }

  const queueOf = (name: JobName): BullQueue => queues.get(name)!

  async function addTo(name: JobName, jobs: readonly Job[]): Promise<void> {
    for (let from = 0; from < jobs.length; from += bulkSize) {
      const part = jobs.slice(from, from + bulkSize)
      await queueOf(name).addBulk(part.map((job) => ({ name, data: job.payload, opts: bullOptions(job, retry) })))
    }
  }

  return {
    async addBulk(jobs) {
      for (const { id } of jobs) refuseId(id)
      const byName = Map.groupBy(jobs, (job) => job.name)
      await inTime(Promise.all([...byName].map(([name, part]) => addTo(name, part))))
    },

    work(name, handler, { concurrency }) {
      if (role === 'producer') throw new MashangError('A producer takes no jobs.', { code: 'QUEUE_ROLE' })
      const worker: BullWorker = new Worker(
        name,
        (job, token) => runJob(handler, job, token, log),
        {
          ...shared,
          concurrency,
          lockDuration: options.lockMs ?? 30_000,
          stalledInterval: options.stalledMs ?? 30_000,
          // A few deploys in a row must not fail a job; one that kills its worker every time must.
          maxStalledCount: 3,
          runRetryDelay: 1_000,
          settings: { backoffStrategy: (attempt, _type, error) => backoffMs(attempt, error, retry) },
        },
        backend.factory,
      )
      worker.on('error', complainOf(name))
      worker.on('failed', (job, error) => {
        if (!job || job.attemptsMade < (job.opts.attempts ?? 1)) return
        log.warn({ queue: name, job: job.id, attempts: job.attemptsMade, reason: error.message }, 'a job gave up')
      })
      workers.push(worker)
    },

    async counts(name) {
      const by = await inTime(queueOf(name).getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'failed'))
      const { waiting = 0, prioritized = 0, delayed = 0, active = 0, failed = 0 } = by
      return { waiting: waiting + prioritized, delayed, active, failed }
    },

    async wipe() {
      for (const name of jobNames) await backend.wipe(name, () => queueOf(name).obliterate({ force: true }))
    },

    ping: () => inTime(backend.ping()),

    close(graceMs = 10_000) {
      closing ??= (async () => {
        const drained = Promise.all(workers.map((worker) => worker.close()))
        if (!(await endedWithin(Math.min(graceMs, 10_000), drained)))
          log.warn({}, 'jobs were still running when the queue closed; they run again elsewhere')
        else if (await endedWithin(1_000, closeAll([...queues.values()], backend.close))) return
        backend.abandon()
      })()
      return closing
    },
  }
}

async function closeAll(queues: BullQueue[], closeBackend: () => Promise<void>): Promise<void> {
  await Promise.all(queues.map((queue) => queue.close()))
  await closeBackend()
}

function bullOptions(job: Job, retry: RetryRule): BulkJobOptions {
  return {
    jobId: job.id,
    delay: wholeMs(job.delayMs ?? 0),
    attempts: retry.attempts,
    backoff: { type: 'ours' },
    // Kept completed jobs cost four fifths of the speed on Postgres; what was done stands in the ledger.
    removeOnComplete: true,
    removeOnFail: { count: 1_000 },
    stackTraceLimit: 1,
  }
}

/** BullMQ refuses `:` and digits alone, and with one bad id the whole bulk. */
function refuseId(id: string): void {
  if (/^[\w-]+$/.test(id) && /[A-Za-z]/.test(id)) return
  throw new MashangError(`A job id is <kind>-<uuid>-<generation>, not ${JSON.stringify(id)}.`, { code: 'QUEUE_JOB_ID' })
}
