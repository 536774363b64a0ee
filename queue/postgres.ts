import { Pool } from 'pg'
import { ConnectionClosedError, PostgresConnection, PostgresQueueBackend, assertSchemaCompatibility } from 'bullmq'
import { MashangError, messageOf } from '#base'
import { jobNames } from './jobs.ts'
import { queueSchema } from './migrate.ts'
import { traceOf } from './quiet-log.ts'
import { within } from './time-limit.ts'
import type { EventEmitter } from 'node:events'
import type { PgPool, PostgresConnectionOptions, QueueBaseOptions } from 'bullmq'
import type pg from 'pg'
import type { Backend, BackendOptions } from './backend.ts'

/** Connections for queries. Workers mostly wait for commits, and 2, 4 or 8 made no difference at 1,500 jobs/s. */
const queryConnections = { producer: 2, worker: 3, both: 3 }

/**
 * BullMQ over Postgres, all queues and workers of a process on one pool: at most 2 connections for a producer; for a
 * worker 3, and one more per kind of job, on which it LISTENs.
 *
 * @throws MashangError QUEUE_UNREACHABLE, QUEUE_NOT_MIGRATED
 */
export async function openPostgres(config: pg.PoolConfig, options: BackendOptions): Promise<Backend> {
  const { role, timeLimitMs, complain } = options
  const clients = new Set<pg.PoolClient>()
  const pool = new Pool({
    ...config,
    max: queryConnections[role] + (role === 'producer' ? 0 : jobNames.length),
    connectionTimeoutMillis: timeLimitMs,
    // A server that froze is noticed, and its connection replaced: after 30 s unless a test is in a hurry.
    query_timeout: 6 * timeLimitMs,
    keepAlive: true,
    // By a query, not by start-up options: those a connection string may set too, and a pooler may refuse. Awaited.
    onConnect: (client) => client.query(`SET search_path TO ${queueSchema}`) as never,
  })
  pool.on('connect', (client) => {
    clients.add(client)
    // One that breaks while it is in use has nobody else listening, and would end the process.
    client.on('error', () => {})
  })
  pool.on('remove', (client) => clients.delete(client))
  const complainOf = (error: unknown) => {
    // `end` does not wait for the connections to close: a server that stops in that moment takes nothing from us.
    if (!pool.ending) complain('postgres lost', traceOf(error), 'queue: Postgres connection')
  }
  pool.on('error', complainOf)

  const bullPool = patientPool(pool, complainOf)
  const abandon = () => {
    for (const client of clients) destroy(client)
    pool.end().catch(() => {})
  }

  try {
    await within(timeLimitMs, assertSchemaCompatibility(bullPool, queueSchema), () => new Error('no answer in time'))
  } catch (error) {
    abandon()
    if (isLost(error) || messageOf(error) === 'no answer in time') throw unreachable(error)
    throw new MashangError(`The queue's tables are not ready: ${messageOf(error)}`, {
      code: 'QUEUE_NOT_MIGRATED',
      fix: 'Run the migrations as the owner of the database (mashang start does so).',
      cause: error,
    })
  }

  return {
    factory: (name, bullOptions) =>
      new SharedBackend(new SharedConnection(bullPool), name, { ...bullOptions, connection: bullPool }),
    ping: async () => void (await pool.query('SELECT 1')),
    // BullMQ's obliterate drops a sequence, which only the owner may; and it pauses running workers meanwhile.
    wipe: async (name) => {
      for (const table of ['job', 'event', 'metrics', 'rate_limit'])
        await pool.query(`DELETE FROM ${queueSchema}.${table} WHERE queue = $1`, [name])
    },
    // pg replaces a connection whose query ran out of time: nothing is left hanging here.
    reset: () => {},
    explain,
    close: () => pool.end(),
    abandon,
  }
}

/** BullMQ's connection over our pool, whose schema was checked when it was opened. */
class SharedConnection extends PostgresConnection {
  #listener: EventEmitter | undefined

  override async getListenClient() {
    const client = await super.getListenClient()
    this.#listener = client as unknown as EventEmitter
    return client
  }

  /** BullMQ opens another one when the one it LISTENs on breaks. */
  breakListener(error: unknown): void {
    this.#listener?.emit('error', error)
    this.#listener = undefined
  }

  // BullMQ remembers a failed first check for ever: a database away for that moment would stop the worker for good.
  override async waitUntilReady(): Promise<void> {}

  // Caps a wait at 10 s instead of an hour, should a notification be lost with its connection.
  override get hasListenClientKeepAlive(): boolean {
    return false
  }
}

/**
 * BullMQ's backend over that connection. Where LISTEN runs out of time, the connection it was said on carries nothing any
 * more and never breaks by itself: BullMQ would say it there again and again, and take no job meanwhile, for as long as
 * the process lives.
 */
class SharedBackend extends PostgresQueueBackend {
  readonly #shared: SharedConnection

  constructor(shared: SharedConnection, queue: string, options: QueueBaseOptions<PostgresConnectionOptions>) {
    super(shared, queue, options)
    this.#shared = shared
  }

  override async waitForJob(seconds: number) {
    try {
      return await super.waitForJob(seconds)
    } catch (error) {
      this.#shared.breakListener(error)
      throw error
    }
  }
}

/**
 * The pool as BullMQ sees it. BullMQ waits and repeats only on errors that it takes for a lost connection; a missing
 * socket (ENOENT) or "the database system is starting up" it would repeat without a pause, and give up a finished job.
 */
function patientPool(pool: pg.Pool, complainOf: (error: unknown) => void): PgPool {
  const patiently = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (!isLost(error)) throw error
      complainOf(error)
      throw new ConnectionClosedError(messageOf(error), error)
    }
  }
  const patient = {
    query: (text: string, values?: readonly unknown[]) => patiently(pool.query(text, values as unknown[] | undefined)),
    connect: () => patiently(pool.connect()),
    end: () => pool.end(),
    // The pool's errors are heard once, here above, not once for each queue and worker.
    on: () => patient,
    removeAllListeners: () => patient,
  }
  return patient as unknown as PgPool
}

/** A driver's error in our terms. */
function explain(error: unknown): MashangError {
  if (error instanceof MashangError) return error
  if (isLost(error)) return unreachable(error)
  return new MashangError(`Postgres refused: ${messageOf(error)}`, {
    code: 'QUEUE_REFUSED',
    status: 503,
    cause: error,
  })
}

function unreachable(cause: unknown): MashangError {
  return new MashangError(`The queue's Postgres does not answer: ${messageOf(cause)}`, {
    code: 'QUEUE_UNREACHABLE',
    status: 503,
    fix: 'Check DATABASE_URL and that the server runs.',
    cause,
  })
}

/** SQLSTATE 08 connection, 53300 too many, 57P01–03 shutting down or starting up; and what Node and pg say. */
function isLost(error: unknown): boolean {
  if (error instanceof ConnectionClosedError) return true
  const given = (error as { code?: unknown } | null)?.code
  const code = typeof given === 'string' ? given : ''
  if (/^(08...|53300|57P0[123])$/.test(code)) return true
  if (/^(ECONN|ENOENT|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN)/.test(code)) return true
  return /Connection terminated|timeout exceeded when|connection error and is not queryable|Query read timeout/.test(
    messageOf(error),
  )
}

function destroy(client: pg.PoolClient): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(): void } } }
  connection?.stream?.destroy()
}
