import type { BackendFactory, IQueueBackend } from 'bullmq'
import type { MashangError } from '#base'
import type { JobName } from './jobs.ts'
import type { Complain } from './quiet-log.ts'

/** What differs between Postgres and Redis under BullMQ. Everything else in `queue/` is the same for both. */
export interface Backend {
  /** Makes BullMQ's own backend for one queue or worker over the connections held here. */
  factory: BackendFactory<IQueueBackend, unknown>
  /** Rejects when the server doesn't answer. */
  ping(): Promise<void>
  /** Forgets every job of one queue; `obliterate` is BullMQ's own way of doing so. */
  wipe(name: JobName, obliterate: () => Promise<void>): Promise<void>
  /** Drops producer connections that hang, so that the next call begins anew and nothing piles up behind them. */
  reset(): void
  /** A driver's error in our terms. */
  explain(error: unknown): MashangError
  /** Closes what was opened here; queues and workers are closed before. */
  close(): Promise<void>
  /** Cuts every connection at once, finished or not. */
  abandon(): void
}

export interface BackendOptions {
  /** `producer` only adds jobs and opens fewer connections. */
  role: 'producer' | 'worker' | 'both'
  /** Milliseconds for a first answer. */
  timeLimitMs: number
  complain: Complain
}
